/** The outbox of this tab: shown at once, sent in order, once, and again when the network is back. */
import { shallowRef } from 'vue';
import { answer, api } from '@/api/client';
import { Failure, failureFrom } from '@/api/errors';
import type { Message } from '@/api/types';
import { session } from '@/session/session';
import { load, note, threads } from './desk';
import { afterFailure, type Draft, FILES, lastHeld, messageOf, nextToSend, seenSince } from './outbox';
import { preferences } from './preferences';
import { bring, bringAgain, drop, keepFile } from './uploads';

const KEY = 'plantao.outbox';
const AGAIN_MS = 3_000;
const LOOK_MS = 40; // while a message is under way
export const HELD_MS = 5_000;

export const outbox = shallowRef<readonly Draft[]>(read());
const busy = new Set<string>();
let timer = 0;
const holds = new Map<string, number>();

export type Wish = Pick<Draft, 'conversationId' | 'kind' | 'content'> &
  Partial<Pick<Draft, 'caption' | 'filename' | 'voice' | 'replyTo' | 'template'>>;

/** `file`: the bytes of a draft that is a file. */
export function submit(wish: Wish, file?: Blob): void {
  const seen = threads.get(wish.conversationId)?.info.last_seq ?? 0;
  const writtenAt = new Date().toISOString();
  const none = { caption: null, filename: null, voice: false, replyTo: null, template: null };
  const clientId = newId();
  const heldUntil = wish.kind === 'text' && preferences.undo ? Date.now() + HELD_MS : 0;
  const rest = { ...none, ...wish, author: session.user?.id ?? 0, clientId, writtenAt, seen, heldUntil };
  if (file) keepFile(clientId, file);
  change([...outbox.value, { ...rest, state: 'waiting', problem: null }]);
  void drain(wish.conversationId);
}

/** Takes back the newest text that has not left yet; undefined when all have. */
export function undo(conversationId: string): Draft | undefined {
  const held = lastHeld(outbox.value, conversationId, Date.now());
  if (held) discard(held);
  return held;
}

/** Without waiting for the end of its hold. */
export function hurry(draft: Draft): void {
  put({ ...draft, heldUntil: 0 });
  void drain(draft.conversationId);
}

/** All that is held in a conversation leaves, and has left, or failed, afterwards. */
export async function flush(conversationId: string): Promise<void> {
  const held = outbox.value.filter((one) => one.conversationId === conversationId && one.heldUntil > Date.now());
  for (const draft of held) put({ ...draft, heldUntil: 0 });
  await drain(conversationId);
  while (busy.has(conversationId)) await new Promise((done) => window.setTimeout(done, LOOK_MS));
}

/** The user has looked at what came meanwhile, or wants to try what failed once more. */
export function sendAnyway(draft: Draft): void {
  const seen = threads.get(draft.conversationId)?.info.last_seq ?? draft.seen;
  if (draft.state === 'failed') bringAgain(draft.clientId);
  put({ ...draft, seen, state: 'waiting', problem: null, heldUntil: 0 });
  void drain(draft.conversationId);
}

export function discard(draft: Draft): void {
  drop(draft.clientId);
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
      if (isHeld(draft) || !(await attempt(draft))) break;
    }
  } finally {
    busy.delete(conversationId);
  }
}

const next = (conversationId: string): Draft | null => nextToSend(outbox.value, conversationId);

/** Held ones go when their time has come. */
function isHeld(draft: Draft): boolean {
  const left = draft.heldUntil - Date.now();
  clearTimeout(holds.get(draft.conversationId));
  if (left > 0)
    holds.set(
      draft.conversationId,
      window.setTimeout(() => void drain(draft.conversationId), left),
    );
  return left > 0;
}

/** Whether the one behind it may go. */
async function attempt(draft: Draft): Promise<boolean> {
  put({ ...draft, state: 'sending' });
  try {
    const message = await post(draft);
    note(draft.conversationId, message);
    change(outbox.value.filter((other) => other.clientId !== draft.clientId));
    drop(draft.clientId);
    return true;
  } catch (reason) {
    if (!isThere(draft)) return true;
    const failure = failureFrom(reason);
    if (failure.code === 'STALE_CONVERSATION') await load(draft.conversationId);
    const after = afterFailure(draft, failure.code, failure.passing, failure.message);
    put(after);
    if (after.state === 'waiting') again(failure.retryAfter);
    return false;
  }
}

async function post(draft: Draft): Promise<Message> {
  const path = { conversation_id: draft.conversationId };
  if (draft.kind === 'note') {
    const body = { content: draft.content };
    return answer(api.POST('/api/v1/conversations/{conversation_id}/notes', { params: { path }, body }));
  }
  const mediaId = FILES.has(draft.kind) ? await bring(draft) : null;
  if (!isThere(draft)) throw new Failure('CONFLICT', '');
  const messages = threads.get(draft.conversationId)?.messages ?? [];
  const body = messageOf(draft, seenSince(draft, messages, session.user?.id ?? 0), mediaId);
  const call = api.POST('/api/v1/conversations/{conversation_id}/messages', { params: { path }, body: body as never });
  return answer(call);
}

/** Its author may have taken it back while its file was on the way. */
const isThere = (draft: Draft): boolean => outbox.value.some((other) => other.clientId === draft.clientId);

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
  const kept = drafts.filter((draft) => !FILES.has(draft.kind));
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

/** What is held leaves at once; who closes the tab is asked while that or a file is under way, for neither comes back. */
addEventListener('beforeunload', (event) => {
  const held = outbox.value.filter((draft) => draft.heldUntil > Date.now());
  for (const draft of held) hurry(draft);
  if (held.length > 0 || outbox.value.some((draft) => FILES.has(draft.kind))) event.preventDefault();
});

/** `crypto.randomUUID` is there over TLS only. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
