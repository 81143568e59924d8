/** The lists of the inbox: pages of conversations as the server gives them, kept fresh by events and by asking again. */
import { computed, shallowReactive } from 'vue';
import { answer, api } from '@/api/client';
import { failureFrom } from '@/api/errors';
import type { Conversation, ConversationStatus, Tag } from '@/api/types';
import { session } from '@/session/session';
import { mayWatchAll } from '@/shell/roles';
import { isFresh, load, noteInfo, queue, threads } from './desk';

export type ListName = 'mine' | 'queue' | 'all' | 'snoozed';
export type StatusFilter = ConversationStatus | null;

interface Pages {
  items: Conversation[];
  total: number;
  pages: number;
  loaded: number;
  state: 'empty' | 'loading' | 'ready' | 'failed';
}

const LIMIT = 100;
const AHEAD = 12; // own conversations that are read before anybody opens them

const empty = (): Pages => ({ items: [], total: 0, pages: 0, loaded: 0, state: 'empty' });
export const lists = {
  mine: shallowReactive(empty()),
  all: shallowReactive(empty()),
  snoozed: shallowReactive(empty()),
};
export const allFilter = shallowReactive<{ status: StatusFilter; tag: Tag | null }>({ status: null, tag: null });

export type PagedList = keyof typeof lists;

function query(name: PagedList, page: number) {
  const me = session.user?.id ?? 0;
  const own = { assigned_to: me, status: 'in_progress' as const, page, limit: LIMIT };
  if (name !== 'all') return { ...own, snoozed: name === 'snoozed' };
  const status = allFilter.status ? { status: allFilter.status } : {};
  const tag = allFilter.tag ? { tag: allFilter.tag.id } : {};
  // Who does not watch over others finds here what was the user's own.
  const whose = mayWatchAll(session.user?.role) ? {} : { assigned_to: me };
  return { ...status, ...tag, ...whose, page, limit: LIMIT };
}

/** The first page anew. */
export async function refresh(name: PagedList): Promise<void> {
  const list = lists[name];
  if (list.state === 'empty') list.state = 'loading';
  try {
    const page = await answer(api.GET('/api/v1/conversations', { params: { query: query(name, 1) } }));
    const fresh = new Set(page.conversations.map((conversation) => conversation.id));
    // What lies beyond the first page moves down; who has left the list altogether goes at the next look.
    const rest =
      name !== 'all' || list.loaded < 2
        ? []
        : list.items.filter((item) => !fresh.has(item.id)).slice(0, page.total - fresh.size);
    Object.assign(list, {
      items: [...page.conversations, ...rest],
      total: page.total,
      pages: page.pages,
      state: 'ready',
    });
    list.loaded = Math.max(1, list.loaded);
    for (const conversation of page.conversations) noteInfo(conversation);
    if (name === 'mine') readAhead(page.conversations);
  } catch (reason) {
    failureFrom(reason);
    if (list.state === 'loading') list.state = 'failed';
  }
}

export async function more(name: PagedList): Promise<void> {
  const list = lists[name];
  if (list.state !== 'ready' || list.loaded >= list.pages) return;
  list.state = 'loading';
  try {
    const page = await answer(api.GET('/api/v1/conversations', { params: { query: query(name, list.loaded + 1) } }));
    const known = new Set(list.items.map((item) => item.id));
    list.items = [...list.items, ...page.conversations.filter((conversation) => !known.has(conversation.id))];
    list.loaded += 1;
    list.total = page.total;
    list.pages = page.pages;
  } catch (reason) {
    failureFrom(reason);
  } finally {
    list.state = 'ready';
  }
}

export async function refreshQueue(): Promise<void> {
  try {
    const found = await answer(api.GET('/api/v1/dashboard/queue'));
    queue.places = found.queue as typeof queue.places;
    queue.total = found.total_in_queue;
  } catch (reason) {
    failureFrom(reason);
  }
}

export function clearLists(): void {
  for (const name of Object.keys(lists) as PagedList[]) Object.assign(lists[name], empty());
}

/** So that j and k show the next one at once. */
function readAhead(conversations: readonly Conversation[]): void {
  for (const { id, last_seq } of conversations.slice(0, AHEAD)) {
    if (!isFresh(id) || (threads.get(id)?.info.last_seq ?? 0) < last_seq) void load(id);
  }
}

/** The present word on a conversation: the thread's, where one is open here, knows more than the list. */
export const present = (conversation: Conversation): Conversation => ({
  ...conversation,
  ...threads.get(conversation.id)?.info,
});

/** From both lists: what is put aside or wakes is in the other one before the server is asked again. */
const own = computed(() => {
  const me = session.user?.id;
  const both = new Map([...lists.snoozed.items, ...lists.mine.items].map((item) => [item.id, present(item)]));
  return [...both.values()].filter((c) => c.assigned_to === me && c.status === 'in_progress');
});

/** Own conversations, the newest activity first. */
export const mine = computed(() => {
  const items = own.value.filter((c) => c.snoozed_until === null);
  return items.sort((a, b) => Date.parse(b.last_message_at) - Date.parse(a.last_message_at));
});

/** Those put aside, the next to wake first. */
export const asleep = computed(() => {
  const items = own.value.filter((c) => c.snoozed_until !== null);
  return items.sort((a, b) => Date.parse(a.snoozed_until ?? '') - Date.parse(b.snoozed_until ?? ''));
});
