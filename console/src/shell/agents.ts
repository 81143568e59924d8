import { useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed } from 'vue';
import { answer, api } from '@/api/client';
import type { Agent, AgentStatus } from '@/api/types';
import { session } from '@/session/session';
import { attempt } from '@/ui/toasts';

const KEY = ['agents'];

/** All agents, asked for again once in a minute while somebody shows them. */
export function useAgents() {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => answer(api.GET('/api/v1/agents')),
    staleTime: 15_000,
    refetchInterval: 60_000,
  });
  const agents = computed<Agent[]>(() => data.value?.agents ?? []);
  const me = computed(() => agents.value.find((agent) => agent.id === session.user?.id) ?? null);
  const nameOf = (id: number | null): string | null => {
    if (id === session.user?.id) return session.user?.nome ?? null;
    return agents.value.find((agent) => agent.id === id)?.nome ?? null;
  };

  async function setStatus(status: AgentStatus): Promise<void> {
    const path = { agent_id: session.user?.id ?? 0 };
    await attempt(() => api.PATCH('/api/v1/agents/{agent_id}', { params: { path }, body: { status } }));
    await client.invalidateQueries({ queryKey: KEY });
  }

  const refetch = () => client.invalidateQueries({ queryKey: KEY });
  return { agents, me, nameOf, setStatus, refetch };
}
