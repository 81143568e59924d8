/** The tags that there are, shared by all that shows them. */
import { useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed } from 'vue';
import { answer, api } from '@/api/client';
import type { Tag } from '@/api/types';

const KEY = ['tags'];
const FRESH_MS = 60_000;

export function useTags() {
  const client = useQueryClient();
  const queryFn = async () => (await answer(api.GET('/api/v1/tags'))).tags;
  const query = useQuery({ queryKey: KEY, queryFn, staleTime: FRESH_MS });
  const tags = computed<readonly Tag[]>(() => query.data.value ?? []);
  const refetch = () => client.invalidateQueries({ queryKey: KEY });
  return { tags, refetch, pending: query.isPending, failed: query.isError };
}
