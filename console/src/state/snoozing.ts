/** Putting conversations aside, and hearing that they are back. */
import { answer, api } from '@/api/client';
import type { Conversation, ConversationFrame } from '@/api/types';
import { session } from '@/session/session';
import { comingWhen } from '@/texts/format';
import { t } from '@/texts/texts';
import { attempt, toast } from '@/ui/toasts';
import { tellOfConversation } from './alerts';
import { noteInfo, threads } from './desk';
import { lists, refresh } from './lists';
import { flush } from './sending';

const EARLY_MS = 5_000; // that this clock may be behind the server's
/** Woken by a key here: nobody has to be told. */
const byHand = new Set<string>();

export function refreshOwn(): void {
  void refresh('mine');
  void refresh('snoozed');
}

/** What the user has just written leaves before it: said afterwards, it would wake the conversation again. */
export async function snooze(id: string, until: string): Promise<void> {
  await flush(id);
  const path = { conversation_id: id };
  const done = await attempt(async () => {
    const call = api.POST('/api/v1/conversations/{conversation_id}/snooze', { params: { path }, body: { until } });
    noteInfo(await answer(call));
  });
  if (!done) return;
  toast(t('snooze.done', { when: comingWhen(until, Date.now()) }));
  refreshOwn();
}

export async function wake(id: string): Promise<void> {
  const path = { conversation_id: id };
  byHand.add(id);
  await attempt(async () => {
    noteInfo(await answer(api.DELETE('/api/v1/conversations/{conversation_id}/snooze', { params: { path } })));
  });
  byHand.delete(id);
  refreshOwn();
}

/** Before the frame is applied: whether it wakes one of the user's, and how to say so. */
export function tellOfWaking(frame: ConversationFrame): void {
  if (frame.type !== 'conversation_updated' || frame.snoozed_until !== null) return;
  const info = knownOf(frame.conversation_id);
  if (!info?.snoozed_until || info.assigned_to !== session.user?.id || isOurDoing(info.id)) return;
  const name = info.customer_name ?? info.customer_phone ?? '';
  const inTime = Date.parse(info.snoozed_until) <= Date.now() + EARLY_MS;
  const words = t(inTime ? 'snooze.woke' : 'snooze.early', { name });
  toast(words);
  if (inTime) tellOfConversation(info.id, words);
}

const knownOf = (id: string): Conversation | undefined =>
  threads.get(id)?.info ?? lists.snoozed.items.find((item) => item.id === id);

/** By a key, or by the answer that the user has just given. */
function isOurDoing(id: string): boolean {
  const last = threads.get(id)?.messages.at(-1);
  return byHand.has(id) || (!!last && last.sent_by_id === session.user?.id && last.direction === 'outgoing');
}
