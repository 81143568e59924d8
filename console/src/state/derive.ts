/** What people are told of a conversation, computed from what is known of it. Pure. */
import type { Conversation, Message, QueuePlace } from '@/api/types';
import type { Draft } from './outbox';

/**
 * `day`: the line of a new day stands above it; `unread`: the line of what is new. Both belong to their message, so that
 * an older page put above moves them without moving what is looked at.
 */
export type Entry = MessageEntry | { kind: 'draft'; key: string; draft: Draft };

/** `dayEnds` and `marked` are for the one below: when the next day begins, and whether the line has been drawn. */
interface MessageEntry {
  kind: 'message';
  key: string;
  message: Message;
  joined: boolean;
  day: boolean;
  unread: boolean;
  dayEnds: number;
  marked: boolean;
}

const RECENT = 200; // messages among which a draft that was sent is found
const TOGETHER_MS = 3 * 60_000; // bubbles of one author stand closer within

/** The thread from top to bottom. `unreadFrom`: the first `seq` that the user had not seen, or 0. */
export function entriesOf(messages: readonly Message[], drafts: readonly Draft[], unreadFrom: number): Entry[] {
  return layout()(messages, drafts, unreadFrom);
}

/** As `entriesOf`, for a thread that changes a little each time: what lies before the first change is not done again. */
export function layout(): typeof entriesOf {
  let known: readonly Message[] = [];
  let rows: MessageEntry[] = [];
  let mark = 0;
  return (all, drafts, unreadFrom) => {
    const messages = withoutChips(all);
    const same = mark === unreadFrom ? sameUpTo(known, messages) : 0;
    rows = rows.slice(0, same);
    for (let index = same; index < messages.length; index += 1) {
      rows.push(entryOf(messages[index] as Message, rows[index - 1], unreadFrom));
    }
    [known, mark] = [messages, unreadFrom];
    const sent = new Set(all.slice(-RECENT).map((message) => message.client_id));
    const waiting = drafts.filter((draft) => !sent.has(draft.clientId));
    return [...rows, ...waiting.map((draft) => ({ kind: 'draft' as const, key: draft.clientId, draft }))];
  };
}

/** A reaction stands on its message. One to a message that is not here stands alone. */
function withoutChips(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(isReaction)) return messages;
  const here = new Set(messages.map((message) => message.id));
  return messages.filter((message) => !isReaction(message) || !message.reply_to || !here.has(message.reply_to));
}

const isReaction = (message: Message): boolean => message.type === 'reaction';

/** `mine`: of the company, which has one reaction on a message, as the customer has. */
export interface Chip {
  emoji: string;
  mine: boolean;
}

/** The present reactions, by the `id` of the message that they are on. A later one takes the place of an earlier one. */
export function reactionsOf(messages: readonly Message[]): ReadonlyMap<string, readonly Chip[]> {
  const found = new Map<string, Map<boolean, Chip>>();
  for (const message of messages) {
    if (!isReaction(message) || !message.reply_to || message.status === 'failed') continue;
    const mine = message.direction === 'outgoing';
    const chips = found.get(message.reply_to) ?? new Map<boolean, Chip>();
    const emoji = message.payload?.emoji;
    if (typeof emoji === 'string' && emoji) chips.set(mine, { emoji, mine });
    else chips.delete(mine);
    found.set(message.reply_to, chips);
  }
  return new Map([...found].map(([id, chips]) => [id, [...chips.values()]]));
}

function sameUpTo(a: readonly Message[], b: readonly Message[]): number {
  let index = 0;
  while (index < a.length && index < b.length && a[index] === b[index]) index += 1;
  return index;
}

function entryOf(message: Message, above: MessageEntry | undefined, unreadFrom: number): MessageEntry {
  const day = !above || Date.parse(message.timestamp) >= above.dayEnds;
  const marked = unreadFrom === 0 || above?.marked === true;
  const unread = !marked && message.seq >= unreadFrom && message.direction === 'incoming';
  const joined = !day && !unread && together(above.message, message);
  const dayEnds = day ? nextMidnight(message.timestamp) : above.dayEnds;
  return { kind: 'message', key: message.id, message, joined, day, unread, dayEnds, marked: marked || unread };
}

function together(a: Message, b: Message): boolean {
  const near = Date.parse(b.timestamp) - Date.parse(a.timestamp) < TOGETHER_MS;
  return (
    near && a.direction === b.direction && a.sent_by === b.sent_by && a.sent_by_id === b.sent_by_id && sameKind(a, b)
  );
}

const sameKind = (a: Message, b: Message): boolean => (a.type === 'note') === (b.type === 'note');

/** Of the clock on the wall: a day may have 23 hours. */
function nextMidnight(timestamp: string): number {
  const date = new Date(timestamp);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

const isAnswer = (message: Message): boolean =>
  message.direction === 'outgoing' && message.type !== 'note' && message.type !== 'reaction';

/** Since when the customer waits for a word; null when nobody owes one. */
export function awaitingSince(messages: readonly Message[]): string | null {
  let since: string | null = null;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index] as Message;
    if (isAnswer(message)) break;
    if (message.direction === 'incoming' && message.type !== 'reaction') since = message.timestamp;
  }
  return since;
}

/** The customer's messages after the last that the user has seen. */
export function unreadOf(messages: readonly Message[], seen: number): Message[] {
  return messages.filter((message) => message.direction === 'incoming' && message.seq > seen);
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

/** The queue after its head was told anew: whom the head does not name stays behind it, as far as the total reaches. */
export function withHead(known: readonly QueuePlace[], head: readonly QueuePlace[], total: number): QueuePlace[] {
  const named = new Set(head.map((place) => place.conversation_id));
  const behind = known.filter((place) => place.position > head.length && !named.has(place.conversation_id));
  return [...head, ...behind].slice(0, total).map((place, index) => ({ ...place, position: index + 1 }));
}
