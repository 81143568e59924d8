import { useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed } from 'vue';
import { answer, api } from '@/api/client';
import type { Role } from '@/api/types';
import type { Account } from '../types';

const KEY = ['accounts'];
const PAGE = 100;
const MOST_PAGES = 10;
export const ROLES: readonly Role[] = ['admin', 'supervisor', 'atendente', 'user'];

async function readAll(): Promise<{ users: Account[]; total: number }> {
  const found: Account[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const query = { page, limit: PAGE };
    const { users, total, pages } = await answer(api.GET('/api/v1/users', { params: { query } }));
    found.push(...users);
    if (page >= pages) return { users: found, total };
  }
  return { users: found, total: found.length };
}

/** All users, up to a thousand: the server has no search by name, so it happens here. */
export function useAccounts() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: readAll, staleTime: 30_000 });
  const users = computed<Account[]>(() => query.data.value?.users ?? []);
  const nameOf = (id: number | null): string | null => users.value.find((user) => user.id === id)?.nome ?? null;
  const refetch = () => client.invalidateQueries({ queryKey: KEY });
  return { users, nameOf, refetch, pending: query.isPending, failed: query.isError };
}
