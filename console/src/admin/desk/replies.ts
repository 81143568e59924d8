import { useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed } from 'vue';
import { answer, api } from '@/api/client';
import type { CannedReply } from '../types';

const KEY = ['canned-replies'];

export function useReplies() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: () => answer(api.GET('/api/v1/canned-replies')) });
  const replies = computed<CannedReply[]>(() => query.data.value?.canned_replies ?? []);
  const refetch = () => client.invalidateQueries({ queryKey: KEY });
  return { replies, refetch, pending: query.isPending, failed: query.isError };
}
