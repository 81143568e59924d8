/**
 * What is known of a conversation, from answers of the API and frames of the socket. Pure: every function returns a new
 * thread, and saying something twice changes nothing. State and events together equal a fresh answer of the server.
 */
import type { Conversation, ConversationDetail, ConversationFrame, Message, MessageStatus } from '@/api/types';

/** `messages` has no gaps: the newest ones, down to some `seq`; in the server's order, by `timestamp`, then `seq`. */
export interface Thread {
  readonly info: Conversation;
  readonly messages: readonly Message[];
}

const RANK: Record<MessageStatus, number> = { queued: 0, sent: 10, failed: 15, delivered: 20, read: 30, played: 40 };
const WINDOW_MS = 24 * 3_600_000;
/** They note something on what is there already: they renew no window. */
const REMARKS = new Set(['reaction', 'system']);

/**
 * From an answer with the newest messages. `known` is what is here if nothing has been missed since: older messages of it
 * stay. `during` is what the socket said while the answer was under way.
 */
export function merge(
  known: Thread | undefined,
  fresh: ConversationDetail,
  during: readonly ConversationFrame[],
): Thread {
  const { messages, unread: _, ...info } = fresh;
  const kept = known && touches(known, messages) ? known.messages : [];
  return during.reduce(apply, threadOf(info, union(kept, messages)));
}

/** An older page, asked for with `before_seq`. */
export function withOlder(thread: Thread, page: readonly Message[]): Thread {
  return threadOf(thread.info, union(page, thread.messages));
}

/** What the list of conversations says of one that is open here. */
export function withInfo(thread: Thread, { unread: _, ...info }: Conversation): Thread {
  const read_seq = Math.max(thread.info.read_seq, info.read_seq);
  return threadOf({ ...(info.last_seq < thread.info.last_seq ? thread.info : info), read_seq }, thread.messages);
}

/** The last message is the one that is here, with its ticks and edits: an answer may be older than they are. */
function threadOf(info: Conversation, messages: readonly Message[]): Thread {
  const last = messages.findLast((message) => message.seq === info.last_seq);
  return { info: last ? { ...info, last_message: lastOf(last) } : info, messages };
}

const PREVIEW = 200; // characters, as the server counts them

function lastOf(message: Message): Conversation['last_message'] {
  const { id, type, content, direction, sent_by, sent_by_id, timestamp, status } = message;
  const start = [...content.slice(0, 2 * PREVIEW)].slice(0, PREVIEW).join('');
  return { id, type, content: start, direction, sent_by, sent_by_id, timestamp, status };
}

export function apply(thread: Thread, frame: ConversationFrame): Thread {
  switch (frame.type) {
    case 'new_message':
      return withMessage(thread, frame.message as Message);
    case 'message_status':
      return change(thread, frame.message_id, (m) => raise(m, frame.status, frame.error));
    case 'message_media':
      return change(thread, frame.message_id, (m) => ({ ...m, media: frame.media ?? m.media }));
    case 'message_changed':
      return change(thread, frame.message.id, (m) => both(m, frame.message as Message));
    case 'conversation_assigned':
      return withInfoOf(thread, assigned(frame.assigned_to));
    case 'conversation_closed':
      return withInfoOf(thread, { status: frame.status, handled_by: 'none', snoozed_until: null });
    case 'conversation_updated':
      return withInfoOf(thread, noted(frame));
    case 'conversation_read':
      return withInfoOf(thread, { read_seq: Math.max(thread.info.read_seq, frame.seq) });
    case 'customer_updated':
      return withInfoOf(thread, { customer_name: frame.customer_name });
    case 'agent_typing':
      return thread;
  }
}

/** The lowest `seq` that is here; one above the newest when there is none. */
export function firstSeq(thread: Thread): number {
  return thread.info.last_seq - thread.messages.length + 1;
}

type Updated = Extract<ConversationFrame, { type: 'conversation_updated' }>;
const noted = ({ priority, tags, snoozed_until }: Updated): Partial<Conversation> => ({
  priority,
  tags,
  snoozed_until,
});

function assigned(to: number | null): Partial<Conversation> {
  // Whoever gets it gets it awake.
  if (to === null) return { assigned_to: null, status: 'queue', handled_by: 'none', snoozed_until: null };
  return { assigned_to: to, status: 'in_progress', handled_by: 'agent', snoozed_until: null };
}

function withInfoOf(thread: Thread, changes: Partial<Conversation>): Thread {
  return { info: { ...thread.info, ...changes }, messages: thread.messages };
}

/** Whether messages before this one are missing here: it is left aside, and the conversation has to be asked for. */
export function leavesGap(thread: Thread, message: Message): boolean {
  return message.seq > thread.info.last_seq + 1;
}

export function withMessage(thread: Thread, message: Message): Thread {
  const { info, messages } = thread;
  const older = message.seq < firstSeq(thread);
  if (older || leavesGap(thread, message)) return thread;
  return threadOf(counted(info, message), union(messages, [message]));
}

/** As the server counts it; a message that has been counted changes nothing. */
function counted(info: Conversation, message: Message): Conversation {
  if (message.seq <= info.last_seq) return info;
  return {
    ...info,
    last_seq: message.seq,
    messages_count: info.messages_count + (message.type === 'note' ? 0 : 1),
    last_message_at: later(info.last_message_at, message.timestamp),
    window_expires_at: windowAfter(info.window_expires_at, message),
  };
}

function windowAfter(present: string | null, message: Message): string | null {
  if (message.direction !== 'incoming' || REMARKS.has(message.type)) return present;
  const expires = instant(new Date(Date.parse(message.timestamp) + WINDOW_MS));
  return present === null ? expires : later(present, expires);
}

/** In the server's own writing: whole seconds, without their fraction. */
function instant(moment: Date): string {
  return moment.toISOString().replace('.000Z', 'Z');
}

const later = (a: string, b: string): string => (Date.parse(b) > Date.parse(a) ? b : a);

function touches(known: Thread, messages: readonly Message[]): boolean {
  const lowest = messages.reduce((found, message) => Math.min(found, message.seq), Number.POSITIVE_INFINITY);
  return lowest <= known.info.last_seq + 1;
}

function change(thread: Thread, id: string, edit: (message: Message) => Message): Thread {
  const index = thread.messages.findLastIndex((message) => message.id === id);
  const found = thread.messages[index];
  return found ? threadOf(thread.info, thread.messages.with(index, edit(found))) : thread;
}

function raise(message: Message, status: MessageStatus, error: Message['error']): Message {
  return RANK[status] > RANK[message.status] ? { ...message, status, error } : message;
}

/** `b` is the newer word on a message that both have, but a status never goes back and a file that is here stays. */
function union(a: readonly Message[], b: readonly Message[]): readonly Message[] {
  if (a.length === 0) return b;
  const last = a[a.length - 1] as Message;
  if (b.length === 1 && follows(last, b[0] as Message)) return [...a, b[0] as Message];
  const bySeq = new Map(a.map((message) => [message.seq, message]));
  for (const message of b) bySeq.set(message.seq, both(bySeq.get(message.seq), message));
  return [...bySeq.values()].sort(byTime);
}

function both(older: Message | undefined, newer: Message): Message {
  if (!older) return newer;
  const media = newer.media?.url ? newer.media : (older.media ?? newer.media);
  return raise({ ...newer, media }, older.status, older.error);
}

const follows = (last: Message, next: Message): boolean => next.seq > last.seq && byTime(last, next) < 0;

const byTime = (a: Message, b: Message): number => Date.parse(a.timestamp) - Date.parse(b.timestamp) || a.seq - b.seq;
