/** What this tab knows: threads, lists and the queue. Changed here only, from answers and frames. */
import { computed, reactive, shallowReactive } from 'vue';
import { answer, api } from '@/api/client';
import { type FailureCode, failureFrom } from '@/api/errors';
import type { Conversation, ConversationFrame, Media, Message, QueuePlace, Typing } from '@/api/types';
import { customerNews } from '@/customer/news';
import { apply, firstSeq, leavesGap, merge, type Thread, withInfo, withOlder } from './merge';

const PAGE = 60; // messages asked for at a time
const MOST = 1000; // that the server gives at once

export const threads = shallowReactive(new Map<string, Thread>());
export const typing = shallowReactive(new Map<string, Typing>());
/** Why a conversation could not be read. */
export const problems = shallowReactive(new Map<string, FailureCode>());
export const queue = shallowReactive<{ places: QueuePlace[]; total: number }>({ places: [], total: 0 });
export const queueIds = computed(() => new Set(queue.places.map((place) => place.conversation_id)));

/** Read before the line was cut, or not followed since: shown at once, and read again. */
const stale = new Set<string>();
/** `sure`: neither was the line cut meanwhile, nor did one stop to follow it: what comes is as things are. */
interface Reading {
  frames: ConversationFrame[];
  sure: boolean;
  done: Promise<void>;
}
const underWay = new Map<string, Reading>();
const older = reactive(new Set<string>());
const typingTimers = new Map<string, number>();
const TYPING_MS = 8_000; // a colleague who left without a word stops typing

/** Reads a conversation anew; what the socket says meanwhile is not lost. */
export function load(id: string): Promise<void> {
  const present = underWay.get(id);
  if (present) return present.sure ? present.done : present.done.then(() => load(id));
  const reading: Reading = { frames: [], sure: true, done: Promise.resolve() };
  underWay.set(id, reading);
  reading.done = read(id, reading).finally(() => underWay.delete(id));
  return reading.done;
}

async function read(id: string, reading: Reading): Promise<void> {
  // After a cut all that is on the screen is read again: ticks have no number, and may have been missed.
  const limit = stale.has(id) ? Math.min(MOST, Math.max(PAGE, threads.get(id)?.messages.length ?? 0)) : PAGE;
  try {
    const path = { conversation_id: id };
    const call = api.GET('/api/v1/conversations/{conversation_id}', { params: { path, query: { limit } } });
    const fresh = await answer(call);
    threads.set(id, merge(stale.has(id) ? undefined : threads.get(id), fresh, reading.frames));
    if (reading.sure) stale.delete(id);
    problems.delete(id);
  } catch (reason) {
    const failure = failureFrom(reason);
    if (failure.code === 'NOT_FOUND' || failure.code === 'FORBIDDEN') threads.delete(id);
    problems.set(id, failure.code);
    if (failure.code === 'RATE_LIMITED') window.setTimeout(load, failure.retryAfter * 1000, id);
  }
}

/** One that nobody tells us of any more, or all. */
export function markStale(id?: string): void {
  for (const known of id ? [id] : [...threads.keys(), ...underWay.keys()]) {
    stale.add(known);
    const reading = underWay.get(known);
    if (reading) reading.sure = false;
  }
}

export const isFresh = (id: string): boolean => threads.has(id) && !stale.has(id);

export const loadingOlder = (id: string): boolean => older.has(id);

/** The page before what is here. */
export async function loadOlder(id: string): Promise<void> {
  const thread = threads.get(id);
  if (!thread || older.has(id) || firstSeq(thread) <= 1) return;
  older.add(id);
  try {
    const query = { limit: PAGE, before_seq: firstSeq(thread) };
    const path = { conversation_id: id };
    const page = await answer(api.GET('/api/v1/conversations/{conversation_id}', { params: { path, query } }));
    const present = threads.get(id);
    if (present && firstSeq(present) === query.before_seq) threads.set(id, withOlder(present, page.messages));
  } catch (reason) {
    failureFrom(reason);
  } finally {
    older.delete(id);
  }
}

/** A frame of the socket about a conversation. */
export function hear(frame: ConversationFrame): void {
  underWay.get(frame.conversation_id)?.frames.push(frame);
  if (frame.type === 'customer_updated') customerNews.value = frame;
  if (frame.type === 'agent_typing') {
    hearTyping(frame);
    return;
  }
  const thread = threads.get(frame.conversation_id);
  if (!thread) return;
  if (frame.type === 'new_message' && leavesGap(thread, frame.message as Message)) void load(frame.conversation_id);
  else threads.set(frame.conversation_id, apply(thread, frame));
}

/** The answer to a message of our own; the socket says it too. */
export function note(id: string, message: Message): void {
  hear({ type: 'new_message', conversation_id: id, message } as ConversationFrame);
}

/** The answer to asking for a message's file again. */
export function noteMedia(conversationId: string, messageId: string, media: Media): void {
  hear({ type: 'message_media', conversation_id: conversationId, message_id: messageId, media } as ConversationFrame);
}

/** The answer to a change of a conversation. */
export function noteInfo(info: Conversation): void {
  const thread = threads.get(info.id);
  if (thread) threads.set(info.id, withInfo(thread, info));
}

export function forgetAll(): void {
  for (const map of [threads, typing, problems]) map.clear();
  queue.places = [];
  queue.total = 0;
}

function hearTyping(frame: Typing): void {
  clearTimeout(typingTimers.get(frame.conversation_id));
  if (!frame.is_typing) {
    typing.delete(frame.conversation_id);
    return;
  }
  typing.set(frame.conversation_id, frame);
  const timer = window.setTimeout(() => typing.delete(frame.conversation_id), TYPING_MS);
  typingTimers.set(frame.conversation_id, timer);
}
