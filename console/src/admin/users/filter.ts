import type { Role } from '@/api/types';
import type { Account } from '../types';

const plain = (value: string): string => value.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export interface UserFilter {
  text: string;
  role: Role | '';
  state: 'active' | 'inactive' | '';
}

/** Those that fit, by name. Accents and case do not count; every word has to be found. */
export function fitting(users: readonly Account[], { text, role, state }: UserFilter): Account[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  return users
    .filter((user) => !role || user.role === role)
    .filter((user) => !state || user.is_active === (state === 'active'))
    .filter((user) => words.every((word) => plain(`${user.nome} ${user.email}`).includes(word)))
    .sort((a, b) => a.nome.localeCompare(b.nome));
}
