/** Up to where the user has read, on this machine. The server keeps no such mark. */
import { shallowReactive } from 'vue';
import { session } from '@/session/session';

const KEPT = 500;
const key = (): string => `plantao.seen.${session.user?.id ?? 0}`;

export const seen = shallowReactive(new Map<string, number>());

export function readSeen(): void {
  seen.clear();
  const kept: [string, number][] = JSON.parse(localStorage.getItem(key()) ?? '[]');
  for (const [id, seq] of kept) seen.set(id, seq);
}

export function markSeen(id: string, seq: number): void {
  if ((seen.get(id) ?? 0) >= seq) return;
  seen.delete(id); // the last written is the last forgotten
  seen.set(id, seq);
  localStorage.setItem(key(), JSON.stringify([...seen].slice(-KEPT)));
}

addEventListener('storage', (event) => event.key === key() && readSeen());
