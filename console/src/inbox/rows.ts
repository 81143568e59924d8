/** One line of a list, whatever it was made of. */
import { computed, type Ref } from 'vue';
import type { Conversation, Message, Priority, QueuePlace } from '@/api/types';
import { session } from '@/session/session';
import { awaitingSince, isOpen, previewOf, unreadCount } from '@/state/derive';
import { queue, threads } from '@/state/desk';
import { asleep, type ListName, lists, mine, present } from '@/state/lists';
import { seen } from '@/state/seen';
import { phone } from '@/texts/format';
import { t } from '@/texts/texts';

export interface Row {
  id: string;
  name: string;
  preview: string;
  /** Whose word the preview is, if not the customer's. */
  by: string;
  at: string;
  since: string | null;
  unread: number;
  priority: Priority;
  isOpen: boolean;
  snoozedUntil: string | null;
}

type NameOf = (id: number | null) => string | null;

export function useRows(list: Ref<ListName>, onlyUnread: Ref<boolean>, nameOf: NameOf) {
  return computed<Row[]>(() => {
    if (list.value === 'queue') return queue.places.map(ofPlace);
    if (list.value === 'snoozed') return asleep.value.map(ofConversation);
    const items = list.value === 'mine' ? mine.value : lists.all.items.map(present);
    const rows = items.map((item) => (list.value === 'mine' ? ofConversation(item) : ofAny(item, nameOf)));
    return onlyUnread.value ? rows.filter((row) => row.unread > 0) : rows;
  });
}

function ofPlace(place: QueuePlace): Row {
  return {
    id: place.conversation_id,
    name: nameOfCustomer(place),
    preview: phone(place.customer_phone),
    by: t('inbox.position', { n: place.position }),
    at: place.waiting_since,
    since: place.waiting_since,
    unread: 0,
    priority: place.priority,
    isOpen: true,
    snoozedUntil: null,
  };
}

function ofConversation(item: Conversation): Row {
  const messages = threads.get(item.id)?.messages ?? [];
  const last = previewOf(messages);
  const by =
    !last || last.direction === 'incoming'
      ? ''
      : last.sent_by_id === session.user?.id
        ? t('thread.you')
        : wordOf(last.sent_by);
  return {
    id: item.id,
    name: nameOfCustomer(item),
    preview: last ? wordsOf(last) : phone(item.customer_phone),
    by,
    at: item.last_message_at,
    since: isOpen(item) ? awaitingSince(messages) : null,
    unread: unreadCount(messages, seen.get(item.id) ?? 0, session.user?.id ?? 0),
    priority: item.priority,
    isOpen: isOpen(item),
    snoozedUntil: item.snoozed_until,
  };
}

/** In a list of everybody's: where it stands, and who has it. */
function ofAny(item: Conversation, nameOf: NameOf): Row {
  const bot = item.status === 'in_progress' && item.handled_by === 'bot';
  const state = t(bot ? 'status.bot' : `status.${item.status}`);
  const owner = nameOf(item.assigned_to);
  const preview = [phone(item.customer_phone), owner].filter(Boolean).join(' · ');
  return { ...ofConversation(item), by: state, preview, unread: 0, since: null };
}

const FILES = new Set(['image', 'video', 'audio', 'document', 'sticker']);

function wordsOf(message: Message): string {
  if (!FILES.has(message.type)) return message.content;
  return message.caption || message.media?.filename || t(`media.${message.type}`);
}

const wordOf = (by: string): string =>
  t(by === 'bot' ? 'thread.bot' : by === 'system' ? 'thread.system' : 'thread.agent');

type Named = Pick<Conversation, 'customer_name' | 'customer_phone'>;

export const nameOfCustomer = (c: Named): string => c.customer_name ?? (phone(c.customer_phone) || t('inbox.nameless'));
