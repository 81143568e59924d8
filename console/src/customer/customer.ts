/** One conversation's customer: read, kept fresh by the line, and written on with the version that was seen. */
import { useQuery, useQueryClient } from '@tanstack/vue-query';
import { watch } from 'vue';
import { answer, api } from '@/api/client';
import { failureFrom } from '@/api/errors';
import type { Customer, Tag } from '@/api/types';
import { attempt } from '@/ui/toasts';
import { customerNews } from './news';

export type Field = 'name' | 'plan' | 'account_number' | 'address' | 'notes';
export type Saved = 'saved' | 'overtaken' | 'failed';
const FRESH_MS = 15_000;

export function useCustomer(id: string) {
  const client = useQueryClient();
  const queryKey = ['customer', id];
  const path = { conversation_id: id };
  const queryFn = () => answer(api.GET('/api/v1/conversations/{conversation_id}/customer', { params: { path } }));
  const query = useQuery({ queryKey, queryFn, staleTime: FRESH_MS, refetchOnWindowFocus: true });
  const keep = (customer: Customer): void => void client.setQueryData(queryKey, customer);

  watch(customerNews, (news) => {
    const known = query.data.value;
    if (!news || !known || (news.conversation_id !== id && news.customer_id !== known.id)) return;
    keep({ ...known, tags: news.tags });
    if (news.customer_id !== known.id || news.version > known.version) void query.refetch();
  });

  /** `overtaken`: somebody else wrote meanwhile, and what they wrote is here now. Other refusals are told at once. */
  async function write(field: Field, value: string): Promise<Saved> {
    const version = query.data.value?.version ?? 0;
    const body = { version, [field]: value };
    let overtaken = false;
    const done = await attempt(async () => {
      try {
        keep(await answer(api.PATCH('/api/v1/conversations/{conversation_id}/customer', { params: { path }, body })));
      } catch (reason) {
        overtaken = failureFrom(reason).field === 'version';
        if (!overtaken) throw reason;
        await query.refetch();
      }
    });
    return overtaken ? 'overtaken' : done ? 'saved' : 'failed';
  }

  async function wear(tags: readonly Tag[]): Promise<void> {
    const known = query.data.value;
    if (known) keep({ ...known, tags: [...tags] });
    const body = { tags: tags.map((tag) => tag.id) };
    const call = () =>
      answer(api.PUT('/api/v1/conversations/{conversation_id}/customer/tags', { params: { path }, body }));
    if (!(await attempt(call))) await query.refetch();
  }

  return { customer: query.data, failed: query.isError, retry: query.refetch, write, wear };
}

export type CustomerDesk = ReturnType<typeof useCustomer>;
