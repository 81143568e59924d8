/** What people are told of a conversation, computed from what is known of it. Pure. */
import type { Conversation, Message } from '@/api/types';
import type { Draft } from './outbox';

/**
 * `day`: the line of a new day stands above it; `unread`: the line of what is new. Both belong to their message, so that
 * an older page put above moves them without moving what is looked at.
 */
export type Entry =
  | { kind: 'message'; key: string; message: Message; joined: boolean; day: boolean; unread: boolean }
  | { kind: 'draft'; key: string; draft: Draft };

const TOGETHER_MS = 3 * 60_000; // bubbles of one author stand closer within

/** The thread from top to bottom. `unreadFrom`: the first `seq` that the user had not seen, or 0. */
export function entriesOf(messages: readonly Message[], drafts: readonly Draft[], unreadFrom: number): Entry[] {
  const entries: Entry[] = [];
  const gone = new Set(messages.slice(-200).map((message) => message.client_id));
  let before: Message | undefined;
  let marked = unreadFrom === 0;
  for (const message of messages) {
    const day = !before || dayOf(before.timestamp) !== dayOf(message.timestamp);
    const unread = !marked && message.seq >= unreadFrom && message.direction === 'incoming';
    const joined = !day && !unread && before !== undefined && together(before, message);
    entries.push({ kind: 'message', key: message.id, message, joined, day, unread });
    marked ||= unread;
    before = message;
  }
  for (const draft of drafts) {
    if (!gone.has(draft.clientId)) entries.push({ kind: 'draft', key: draft.clientId, draft });
  }
  return entries;
}

function together(a: Message, b: Message): boolean {
  const near = Date.parse(b.timestamp) - Date.parse(a.timestamp) < TOGETHER_MS;
  return (
    near && a.direction === b.direction && a.sent_by === b.sent_by && a.sent_by_id === b.sent_by_id && sameKind(a, b)
  );
}

const sameKind = (a: Message, b: Message): boolean => (a.type === 'note') === (b.type === 'note');

const dayOf = (timestamp: string): string => new Date(timestamp).toDateString();

const isAnswer = (message: Message): boolean => message.direction === 'outgoing' && message.type !== 'note';

/** Since when the customer waits for a word; null when nobody owes one. */
export function awaitingSince(messages: readonly Message[]): string | null {
  let since: string | null = null;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index] as Message;
    if (isAnswer(message)) break;
    if (message.direction === 'incoming') since = message.timestamp;
  }
  return since;
}

/** The customer's messages that the user has not seen; what the user answered is seen. */
export function unreadCount(messages: readonly Message[], seen: number, userId: number): number {
  const own = messages.findLast((message) => message.sent_by_id === userId)?.seq ?? 0;
  const from = Math.max(seen, own);
  return messages.filter((message) => message.direction === 'incoming' && message.seq > from).length;
}

/** The last word that means something to people. */
export function previewOf(messages: readonly Message[]): Message | undefined {
  return messages.findLast((message) => message.type !== 'note' && message.type !== 'system') ?? messages.at(-1);
}

/** `calm` up to two minutes, `warm` up to five, then `late`: what a customer of a provider bears. */
export type Patience = 'calm' | 'warm' | 'late';

export function patienceOf(since: string, now: number): Patience {
  const minutes = (now - Date.parse(since)) / 60_000;
  if (minutes < 2) return 'calm';
  return minutes < 5 ? 'warm' : 'late';
}

/** Milliseconds in which free text may still be sent; negative when the window has closed, null when there never was one. */
export function windowLeft(conversation: Conversation, now: number): number | null {
  return conversation.window_expires_at === null ? null : Date.parse(conversation.window_expires_at) - now;
}

export const isOpen = (conversation: Conversation): boolean =>
  conversation.status === 'queue' || conversation.status === 'in_progress';
