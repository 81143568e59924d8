/** One line of a list, whatever it was made of. */
import { computed, type Ref } from 'vue';
import type { Conversation, Priority, QueuePlace, Tag } from '@/api/types';
import { session } from '@/session/session';
import { awaitingSince, isOpen, unreadOf } from '@/state/derive';
import { queue, threads } from '@/state/desk';
import { asleep, type ListName, lists, mine, present } from '@/state/lists';
import { readUpTo } from '@/state/seen';
import { phone } from '@/texts/format';
import { t } from '@/texts/texts';
import { kept } from './kept';
import { hasHit } from './matching';
import { search } from './search';

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
  /** In a list of everybody's: where it stands, or who has it. */
  state: string;
  /** The preview did not reach the customer. */
  failed: boolean;
  tags: readonly Tag[];
  snoozedUntil: string | null;
}

type NameOf = (id: number | null) => string | null;

export function useRows(list: Ref<ListName>, onlyUnread: Ref<boolean>, nameOf: NameOf) {
  function rows(): Row[] {
    if (search.active.value) return search.found.items.map(present).map((item) => ofFound(item, nameOf));
    if (list.value === 'queue') return queue.places.map(ofPlace);
    if (list.value === 'snoozed') return asleep.value.map((item) => ofConversation(item, nameOf));
    if (list.value === 'all') return lists.all.items.map(present).map((item) => ofAny(item, nameOf));
    const own = mine.value.map((item) => ofConversation(item, nameOf));
    return onlyUnread.value ? own.filter((row) => row.unread > 0) : own;
  }
  return computed<Row[]>((before) => kept(rows(), before ?? []));
}

function ofPlace(place: QueuePlace): Row {
  return {
    id: place.conversation_id,
    name: nameOfCustomer(place),
    preview: place.preview ?? phone(place.customer_phone),
    by: t('inbox.position', { n: place.position }),
    at: place.waiting_since,
    since: place.waiting_since,
    unread: 0,
    priority: place.priority,
    isOpen: true,
    state: '',
    failed: false,
    tags: [],
    snoozedUntil: null,
  };
}

function ofConversation(item: Conversation, nameOf: NameOf): Row {
  const last = item.last_message;
  return {
    id: item.id,
    name: nameOfCustomer(item),
    preview: last ? wordsOf(last) : phone(item.customer_phone),
    by: last ? speaker(last, nameOf) : '',
    at: item.last_message_at,
    since: isOpen(item) ? awaitingSince(threads.get(item.id)?.messages ?? []) : null,
    unread: unread(item),
    priority: item.priority,
    isOpen: isOpen(item),
    state: '',
    failed: last?.status === 'failed' && last.direction === 'outgoing',
    tags: item.tags,
    snoozedUntil: item.snoozed_until,
  };
}

function ofAny(item: Conversation, nameOf: NameOf): Row {
  return { ...ofConversation(item, nameOf), state: stateOf(item, nameOf), since: null };
}

/** Where the name does not say why it was found, the number does. */
function ofFound(item: Conversation, nameOf: NameOf): Row {
  const row = ofAny(item, nameOf);
  const words = search.words.value;
  if (hasHit(row.name, words)) return row;
  const reasons = [phone(item.customer_phone), item.protocol].filter((text) => hasHit(text, words));
  return reasons.length ? { ...row, by: '', preview: reasons.join(' · '), failed: false } : row;
}

function stateOf(item: Conversation, nameOf: NameOf): string {
  if (item.status !== 'in_progress') return t(`status.${item.status}`);
  if (item.handled_by === 'bot') return t('status.bot');
  if (item.assigned_to === session.user?.id) return t('inbox.own');
  return nameOf(item.assigned_to)?.split(' ')[0] ?? t('status.in_progress');
}

/** What this tab has heard since is newer than what the list told. */
function unread(item: Conversation): number {
  if (item.assigned_to !== session.user?.id || !isOpen(item)) return 0;
  const read = readUpTo(item);
  const thread = threads.get(item.id);
  if (thread) return unreadOf(thread.messages, read).length;
  return read >= item.last_seq ? 0 : (item.unread ?? 0);
}

type Last = NonNullable<Conversation['last_message']>;

/** What the server says for a file without words of its own. */
const BARE: Partial<Record<Last['type'], string>> = {
  image: 'Imagem',
  video: 'Vídeo',
  audio: 'Áudio',
  document: 'Documento',
  sticker: 'Figurinha',
};
const wordsOf = ({ type, content }: Last): string => (content === BARE[type] ? t(`media.${type}`) : content);

function speaker(last: Last, nameOf: NameOf): string {
  if (last.direction === 'incoming') return '';
  if (last.type === 'note') return t('inbox.note');
  if (last.sent_by_id !== null && last.sent_by_id === session.user?.id) return t('thread.you');
  if (last.sent_by === 'agent') return nameOf(last.sent_by_id)?.split(' ')[0] ?? t('thread.agent');
  return t(last.sent_by === 'bot' ? 'thread.bot' : 'thread.system');
}

type Named = Pick<Conversation, 'customer_name' | 'customer_phone'>;

export const nameOfCustomer = (c: Named): string => c.customer_name ?? (phone(c.customer_phone) || t('inbox.nameless'));
