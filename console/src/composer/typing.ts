import { onScopeDispose } from 'vue';
import { sayTyping } from '@/live/live';

const TYPING_MS = 4_000;

/** Tells the others that somebody writes here, until nothing was written for a while. */
export function useTyping(conversationId: string) {
  let until = 0;
  let timer = 0;
  function typed(): void {
    if (Date.now() > until) sayTyping(conversationId, true);
    until = Date.now() + TYPING_MS;
    clearTimeout(timer);
    timer = window.setTimeout(stopTyping, TYPING_MS);
  }
  function stopTyping(): void {
    clearTimeout(timer);
    if (until > 0) sayTyping(conversationId, false);
    until = 0;
  }
  onScopeDispose(stopTyping);
  return { typed, stopTyping };
}
