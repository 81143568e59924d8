import { useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { answer, api } from '@/api/client';
import type { ConversationDetail, Message } from '@/api/types';

export interface Sent {
  message_id: string;
  conversation_id: string;
}

const AGAIN_MS = 1_500;
const LOOKS = 20; // half a minute: a phone may be off
const UNDER_WAY = new Set(['queued', 'sent', 'delivered']);

const find = (detail: ConversationDetail | undefined, sent: Sent | null): Message | undefined =>
  detail?.messages.find((one) => one.id === sent?.message_id);

/** What becomes of the message, until it is read, has failed, or half a minute is over. */
export function useTracked(sent: Ref<Sent | null>) {
  const { data } = useQuery({
    queryKey: ['test-send', sent],
    queryFn: () => {
      const path = { conversation_id: sent.value?.conversation_id ?? '' };
      return answer(api.GET('/api/v1/conversations/{conversation_id}', { params: { path } }));
    },
    enabled: () => sent.value !== null,
    refetchInterval: ({ state }): number | false => {
      const status = find(state.data, sent.value)?.status ?? 'queued';
      return state.dataUpdateCount < LOOKS && UNDER_WAY.has(status) ? AGAIN_MS : false;
    },
  });
  return computed(() => find(data.value, sent.value));
}
