/** The outbox of this tab: shown at once, sent in order, once, and again when the network is back. */
import { shallowRef } from 'vue';
import { answer, api } from '@/api/client';
import { failureFrom } from '@/api/errors';
import type { Message } from '@/api/types';
import { session } from '@/session/session';
import { load, note, threads } from './desk';
import { afterFailure, type Draft, messageOf, nextToSend, seenSince } from './outbox';

const KEY = 'plantao.outbox';
const AGAIN_MS = 3_000;

export const outbox = shallowRef<readonly Draft[]>(read());
const busy = new Set<string>();
let timer = 0;

export type Wish = Pick<Draft, 'conversationId' | 'kind' | 'content'> & Partial<Pick<Draft, 'caption' | 'filename'>>;

export function submit(wish: Wish): void {
  const seen = threads.get(wish.conversationId)?.info.last_seq ?? 0;
  const writtenAt = new Date().toISOString();
  const rest = { caption: null, filename: null, ...wish, author: session.user?.id ?? 0 };
  change([...outbox.value, { ...rest, clientId: newId(), writtenAt, seen, state: 'waiting', problem: null }]);
  void drain(wish.conversationId);
}

/** The user has looked at what came meanwhile, or wants to try what failed once more. */
export function sendAnyway(draft: Draft): void {
  const seen = threads.get(draft.conversationId)?.info.last_seq ?? draft.seen;
  put({ ...draft, seen, state: 'waiting', problem: null });
  void drain(draft.conversationId);
}

export function discard(draft: Draft): void {
  change(outbox.value.filter((other) => other.clientId !== draft.clientId));
  void drain(draft.conversationId);
}

/** The network is back. */
export function drainAll(): void {
  for (const id of new Set(outbox.value.map((draft) => draft.conversationId))) void drain(id);
}

/** What waited when the session ended goes out under its author's name or not at all. */
export function keepOutboxOf(userId: number): void {
  change(outbox.value.filter((draft) => draft.author === userId));
}

export function forgetOutbox(): void {
  change([]);
}

async function drain(conversationId: string): Promise<void> {
  if (busy.has(conversationId)) return;
  busy.add(conversationId);
  try {
    for (let draft = next(conversationId); draft; draft = next(conversationId)) {
      if (!(await attempt(draft))) break;
    }
  } finally {
    busy.delete(conversationId);
  }
}

const next = (conversationId: string): Draft | null => nextToSend(outbox.value, conversationId);

/** Whether the one behind it may go. */
async function attempt(draft: Draft): Promise<boolean> {
  put({ ...draft, state: 'sending' });
  try {
    const message = await post(draft);
    note(draft.conversationId, message);
    change(outbox.value.filter((other) => other.clientId !== draft.clientId));
    return true;
  } catch (reason) {
    const failure = failureFrom(reason);
    if (failure.code === 'STALE_CONVERSATION') await load(draft.conversationId);
    const after = afterFailure(draft, failure.code, failure.passing, failure.message);
    put(after);
    if (after.state === 'waiting') again(failure.retryAfter);
    return false;
  }
}

function post(draft: Draft): Promise<Message> {
  const path = { conversation_id: draft.conversationId };
  if (draft.kind === 'note') {
    const body = { content: draft.content };
    return answer(api.POST('/api/v1/conversations/{conversation_id}/notes', { params: { path }, body }));
  }
  const messages = threads.get(draft.conversationId)?.messages ?? [];
  const body = messageOf(draft, seenSince(draft, messages, session.user?.id ?? 0));
  const call = api.POST('/api/v1/conversations/{conversation_id}/messages', { params: { path }, body: body as never });
  return answer(call);
}

function again(retryAfter: number): void {
  clearTimeout(timer);
  timer = window.setTimeout(drainAll, Math.max(AGAIN_MS, retryAfter * 1000));
}

function put(draft: Draft): void {
  change(outbox.value.map((other) => (other.clientId === draft.clientId ? draft : other)));
}

function change(drafts: readonly Draft[]): void {
  outbox.value = drafts;
  // A file is too large to be kept; after a reload it has to be chosen again.
  const kept = drafts.filter((draft) => draft.kind === 'text' || draft.kind === 'note');
  sessionStorage.setItem(KEY, JSON.stringify(kept));
}

/** Of this tab, from before a reload. What was being sent may have arrived: its id sends nothing twice, a note has none. */
function read(): readonly Draft[] {
  const kept: Draft[] = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
  return kept.map((draft) => {
    if (draft.state !== 'sending') return draft;
    const unsure = draft.kind === 'note';
    return { ...draft, state: unsure ? 'failed' : 'waiting', problem: unsure ? 'A página foi recarregada.' : null };
  });
}

/** `crypto.randomUUID` is there over TLS only. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
