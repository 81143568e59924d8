/** What has been written and not sent, kept on this machine, for each user and conversation apart. */
import { shallowReactive } from 'vue';
import { session } from '@/session/session';

export type Mode = 'text' | 'note';

const PREFIX = 'plantao.draft.';
const texts = shallowReactive(new Map<string, string>());

const keyOf = (id: string, mode: Mode): string => `${PREFIX}${session.user?.id ?? 0}.${mode}.${id}`;

export function draftOf(id: string, mode: Mode): string {
  const key = keyOf(id, mode);
  return texts.get(key) ?? localStorage.getItem(key) ?? '';
}

export function keepDraft(id: string, mode: Mode, text: string): void {
  const key = keyOf(id, mode);
  texts.set(key, text);
  if (text) localStorage.setItem(key, text);
  else localStorage.removeItem(key);
}

/** Back into the composer, before what has been written since. */
export function takeBack(id: string, mode: Mode, text: string): void {
  keepDraft(id, mode, [text, draftOf(id, mode)].filter(Boolean).join('\n'));
}

/** Who leaves by choice leaves nothing behind; whose session has ended finds it again. */
export function forgetDrafts(): void {
  texts.clear();
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

/** Another tab of this browser has written on. */
addEventListener('storage', ({ key, newValue }) => {
  if (key?.startsWith(PREFIX)) texts.set(key, newValue ?? '');
});
