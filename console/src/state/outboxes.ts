/**
 * The outboxes of all tabs of this browser. Each tab writes its own and sends what is in it; all show all of them. A tab
 * holds a lock for as long as it lives: who gets it next takes over what a closed or reloaded one has left.
 */
import { computed, shallowReactive } from 'vue';
import { session } from '@/session/session';
import type { Draft } from './outbox';

export type Wanted = 'hurry' | 'send' | 'discard';

interface Owner {
  /** What a tab that is gone has left. */
  inherit(left: readonly Draft[]): void;
  /** What somebody wants of a draft of this tab, in another one. */
  obey(clientId: string, wanted: Wanted): void;
  /** Other tabs have more or less to send than before. */
  changed(): void;
}

const PREFIX = 'plantao.outbox.';
const LIFE = 'plantao.tab.';
const channel = new BroadcastChannel('plantao.outbox');
const others = shallowReactive(new Map<string, readonly Draft[]>());
const awaited = new Set<string>();
let owner: Owner = { inherit() {}, obey() {}, changed() {} };

/** `crypto.randomUUID` is there over TLS only. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** This page, until it is reloaded. */
export const tab = newId();
void navigator.locks.request(LIFE + tab, () => new Promise(() => {}));

/** The user's drafts in other tabs. */
export const elsewhere = computed(() => [...others.values()].flat().filter((one) => one.author === session.user?.id));

export function own(whose: Owner): void {
  owner = whose;
}

export function keep(drafts: readonly Draft[]): void {
  if (drafts.length > 0) localStorage.setItem(PREFIX + tab, JSON.stringify(drafts));
  else localStorage.removeItem(PREFIX + tab);
}

export function askOwner(draft: Draft, wanted: Wanted): void {
  channel.postMessage({ tab: draft.tab, clientId: draft.clientId, wanted });
}

/** When somebody has signed in: shows what other tabs have, and takes over what those that are gone have left. */
export function lookRound(): void {
  for (const key of keys()) if (key !== PREFIX + tab) hear(key.slice(PREFIX.length), localStorage.getItem(key));
}

export function forgetOutboxes(): void {
  for (const key of keys()) localStorage.removeItem(key);
  others.clear();
}

const keys = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

function hear(id: string, kept: string | null): void {
  if (kept === null) others.delete(id);
  else {
    others.set(id, JSON.parse(kept));
    void outlive(id);
  }
  owner.changed();
}

/** Waits for the end of that tab. Of several that wait one finds what it has left. */
async function outlive(id: string): Promise<void> {
  if (awaited.has(id)) return;
  awaited.add(id);
  await navigator.locks.request(LIFE + id, () => inherit(id));
  awaited.delete(id);
}

function inherit(id: string): void {
  const left: Draft[] = JSON.parse(localStorage.getItem(PREFIX + id) ?? '[]');
  if (!session.user) return; // stays for who signs in next
  owner.inherit(left.filter((one) => one.author === session.user?.id));
  localStorage.removeItem(PREFIX + id);
  others.delete(id);
}

addEventListener('storage', ({ key, newValue }) => {
  if (key?.startsWith(PREFIX)) hear(key.slice(PREFIX.length), newValue);
});
channel.onmessage = ({ data }: MessageEvent<{ tab: string; clientId: string; wanted: Wanted }>) => {
  if (data.tab === tab) owner.obey(data.clientId, data.wanted);
};
