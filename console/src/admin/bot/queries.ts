import { useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { answer, api } from '@/api/client';
import type { Intent, IntentRow, Source } from './types';

const INTENTS = ['bot', 'intents'];
const UNSURE = ['bot', 'unsure'];

export function useIntents() {
  const query = useQuery({ queryKey: INTENTS, queryFn: () => answer(api.GET('/api/v1/chatbot/intents')) });
  const rows = computed<IntentRow[]>(() => query.data.value?.intents ?? []);
  return { ...query, rows };
}

export function useUnsure() {
  return useQuery({ queryKey: UNSURE, queryFn: () => answer(api.GET('/api/v1/chatbot/unsure')) });
}

export interface Wanted {
  intent: Intent;
  source: Source;
  search: string;
  page: number;
}

export function useExamples(wanted: Ref<Wanted>) {
  return useQuery({
    queryKey: ['bot', 'examples', wanted],
    queryFn: ({ signal }) => {
      const { search, ...query } = wanted.value;
      const params = { query: { ...query, search: search.trim() || null, limit: 20 } };
      return answer(api.GET('/api/v1/chatbot/examples', { params, signal }));
    },
    placeholderData: (former) => former,
  });
}

/** Waits until somebody has stopped typing: `text` is the one that was last typed. */
export function useTried(text: Ref<string>) {
  return useQuery({
    queryKey: ['bot', 'test', text],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/chatbot/test', { body: { text: text.value }, signal })),
    enabled: () => text.value.length > 0,
    placeholderData: (former) => (text.value ? former : undefined),
    staleTime: 0,
    gcTime: 0,
  });
}

/** After something was taught, or learnt. */
export function useTold() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['bot'] });
}
