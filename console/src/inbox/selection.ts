/** Which conversations of the list are chosen, to do the same with all of them. */
import { computed, ref, shallowRef } from 'vue';
import { answer, api } from '@/api/client';
import { failureFrom } from '@/api/errors';
import type { components } from '@/api/schema.gen';
import { load, threads } from '@/state/desk';
import { lists, refresh, refreshQueue } from '@/state/lists';
import { refreshOwn } from '@/state/snoozing';
import { toast } from '@/ui/toasts';
import { between, type Failed, outcomeWords } from './picking';

export type Action = components['schemas']['BulkInput']['action'];

const MOST = 100; // at once
export const selected = shallowRef<ReadonlySet<string>>(new Set());
export const selecting = computed(() => selected.value.size > 0);
/** Where a range begins: what was chosen last. */
let anchor: string | null = null;
export const busy = ref(false);

export function clearSelection(): void {
  selected.value = new Set();
  anchor = null;
}

export function toggle(id: string): void {
  const next = new Set(selected.value);
  if (!next.delete(id)) next.add(id);
  selected.value = next;
  anchor = id;
}

/** From what was chosen last, or from `from`, to `id`, as they stand in the list. */
export function extendTo(id: string, ids: readonly string[], from: string | null): void {
  selected.value = new Set([...selected.value, ...between(ids, anchor ?? from ?? id, id)]);
  anchor ??= from ?? id;
}

export function selectAll(ids: readonly string[]): void {
  selected.value = new Set(ids);
}

/** What was done leaves the selection; what was not stays chosen, and the toast says why. */
export async function act(action: Action): Promise<void> {
  busy.value = true;
  const ids = [...selected.value];
  const done: string[] = [];
  const failed: Failed[] = [];
  try {
    for (let first = 0; first < ids.length; first += MOST) {
      const body = { ids: ids.slice(first, first + MOST), action };
      const found = await answer(api.POST('/api/v1/conversations/bulk', { body }));
      done.push(...found.done);
      failed.push(...found.failed);
    }
    toast(outcomeWords(done.length, failed), failed.length ? 'bad' : 'plain');
  } catch (reason) {
    toast(failureFrom(reason).message, 'bad');
  }
  busy.value = false;
  const over = new Set(done);
  selected.value = new Set([...selected.value].filter((id) => !over.has(id)));
  renew(done);
}

function renew(ids: readonly string[]): void {
  refreshOwn();
  void refreshQueue();
  if (lists.all.state !== 'empty') void refresh('all');
  for (const id of ids) if (threads.has(id)) void load(id);
}
