/** What the line says, to where it belongs; and what has to be asked again after it was cut. */
import { computed, ref, shallowRef } from 'vue';
import type { ConversationFrame, Message, ServerFrame } from '@/api/types';
import { accessToken, session, tryToRenew } from '@/session/session';
import { lookAt, tellOfConversation, tellOfMessage } from '@/state/alerts';
import { withHead } from '@/state/derive';
import { hear, load, markStale, queue, threads } from '@/state/desk';
import { refreshQueue } from '@/state/lists';
import { hearMark, tellAgain, tellBy } from '@/state/seen';
import { drainAll } from '@/state/sending';
import { refreshOwn, tellOfWaking } from '@/state/snoozing';
import { forgetViewers, hearViewers } from '@/state/viewers';
import { toast } from '@/ui/toasts';
import { Line, type LineState } from './line';

export const lineState = ref<LineState>('closed');
/** The line was cut and is not back yet. */
export const cut = computed(() => lineState.value === 'waiting');

const joined = shallowRef<string | null>(null);
const MINE_MS = 300;
/** What is told of a conversation may put it into another list. */
const MOVING = new Set(['conversation_assigned', 'conversation_closed', 'conversation_updated']);
const TAIL_MS = 15_000;
const SWEEP_MS = 45_000; // what no event tells: priorities, conversations that one follows from afar
let mineTimer = 0;
let sweep = 0;
let tailAgainAt = 0;
const watched = new Set<() => void>();
const alarmed = new Set<() => void>();

const line = new Line({
  token: accessToken,
  refused: tryToRenew,
  changed(state) {
    lineState.value = state;
    if (state === 'open') catchUp();
    else forgetViewers();
  },
  heard,
});

tellBy((id, seq) => line.say({ type: 'mark_read', conversation_id: id, seq }));

export function goLive(): void {
  line.open();
  clearInterval(sweep);
  sweep = window.setInterval(() => document.visibilityState === 'visible' && askAgain(), SWEEP_MS);
}

export function goSilent(): void {
  clearInterval(sweep);
  joined.value = null;
  line.close();
}

/** The conversation on the screen. Own ones are heard anyway; another's is joined for as long as it is looked at. */
export function follow(id: string | null): void {
  if (joined.value && joined.value !== id) line.say({ type: 'leave_conversation', conversation_id: joined.value });
  joined.value = id;
  forgetViewers();
  lookAt(id);
  if (id) join(id);
}

export function sayTyping(id: string, isTyping: boolean): void {
  line.say({ type: isTyping ? 'typing_start' : 'typing_stop', conversation_id: id });
}

/** Called whenever lists should be asked for again. Returns how to stop. */
export function onStale(callback: () => void): () => void {
  watched.add(callback);
  return () => watched.delete(callback);
}

/** Called whenever the open alerts are others. Returns how to stop. */
export function onAlerts(callback: () => void): () => void {
  alarmed.add(callback);
  return () => alarmed.delete(callback);
}

function join(id: string): void {
  const since = threads.get(id)?.info.last_seq;
  line.say({ type: 'join_conversation', conversation_id: id, ...(since === undefined ? {} : { since_seq: since }) });
}

/** Messages come by `since_seq`; ticks have no number and are read again. */
function catchUp(): void {
  markStale();
  if (joined.value) {
    join(joined.value);
    void load(joined.value);
  }
  askAgain();
  drainAll();
}

function askAgain(): void {
  refreshOwn();
  void refreshQueue();
  tellAgain();
  for (const callback of watched) callback();
}

function heard(frame: ServerFrame): void {
  switch (frame.type) {
    case 'queue_update':
      hearQueue(frame);
      return;
    case 'conversation_viewers':
      hearViewers(frame.conversation_id, frame.viewers);
      return;
    case 'joined':
    case 'pong':
    case 'message_ack':
    case 'error':
      return;
    case 'whatsapp_alert': // only who may see the numbers hears it
      toast(frame.alert.title, frame.alert.severity === 'info' ? 'plain' : 'bad');
      for (const callback of alarmed) callback();
      return;
    case 'whatsapp_alerts_closed':
      for (const callback of alarmed) callback();
      return;
    default:
      hearConversation(frame);
  }
}

/** The frame has the head of the queue, up to once a second. What lies behind it is asked for now and then. */
function hearQueue(frame: Extract<ServerFrame, { type: 'queue_update' }>): void {
  queue.total = frame.total_in_queue;
  queue.places = withHead(queue.places, frame.queue, frame.total_in_queue);
  if (queue.places.length >= frame.total_in_queue || Date.now() < tailAgainAt) return;
  tailAgainAt = Date.now() + TAIL_MS;
  void refreshQueue();
}

function hearConversation(frame: ConversationFrame): void {
  tellOfWaking(frame);
  hear(frame);
  if (frame.type === 'conversation_read') hearMark(frame.conversation_id, frame.seq);
  const me = session.user?.id;
  if (frame.type === 'new_message') tellOfMessage(frame.conversation_id, frame.message as Message);
  if (frame.type === 'conversation_assigned' && frame.assigned_to === me)
    tellOfConversation(frame.conversation_id, frame.reason);
  const unknown = frame.type === 'new_message' && !threads.has(frame.conversation_id);
  const moved = MOVING.has(frame.type);
  if (!unknown && !moved) return;
  if (frame.type === 'conversation_assigned' && frame.assigned_to === me) void load(frame.conversation_id);
  clearTimeout(mineTimer);
  mineTimer = window.setTimeout(() => {
    refreshOwn();
    for (const callback of watched) callback();
  }, MINE_MS);
}
