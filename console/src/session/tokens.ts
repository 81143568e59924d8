import type { User } from '@/api/types';

/**
 * What a log-in gave. `generation` counts the refreshes of one session in all tabs: who holds a lower one than the
 * browser has seen must not use its refresh token, for a second use ends the session. `expiresAt`: this machine's clock.
 */
export interface Tokens {
  access: string;
  refresh: string;
  expiresAt: number;
  generation: number;
  user: User;
}

type Said = { kind: 'who' } | { kind: 'tokens'; tokens: Tokens } | { kind: 'out' };

const KEY = 'plantao.session';
const GENERATION = 'plantao.generation';
const ANSWER_MS = 200; // for another tab to answer; a new tab waits so long before it shows the log-in
const channel = new BroadcastChannel('plantao.session');
const waiting = new Set<(tokens: Tokens) => void>();
let held: Tokens | null = read();
let whenOut = () => {};

/** This tab's tokens. They live as long as the tab: neither the disk nor a closed browser keeps them. */
export const tokens = (): Tokens | null => held;

/** Of a new pair: tells the other tabs. */
export function keep(pair: Tokens): void {
  localStorage.setItem(GENERATION, String(pair.generation));
  adopt(pair);
  channel.postMessage({ kind: 'tokens', tokens: pair } satisfies Said);
}

export function forget(tellOthers: boolean): void {
  held = null;
  sessionStorage.removeItem(KEY);
  if (tellOthers) channel.postMessage({ kind: 'out' } satisfies Said);
}

/** The newest generation that any tab has made. */
export const newestGeneration = (): number => Number(localStorage.getItem(GENERATION)) || 0;

/** What another tab holds; null when none answers within `ms`. */
export function askOthers(atLeast = 0, ms = ANSWER_MS): Promise<Tokens | null> {
  return new Promise((resolve) => {
    const done = (found: Tokens | null) => {
      waiting.delete(heard);
      clearTimeout(timer);
      resolve(found);
    };
    const heard = (found: Tokens) => found.generation >= atLeast && done(found);
    const timer = setTimeout(done, ms, null);
    waiting.add(heard);
    channel.postMessage({ kind: 'who' } satisfies Said);
  });
}

export function onSignedOutElsewhere(callback: () => void): void {
  whenOut = callback;
}

channel.onmessage = ({ data }: MessageEvent<Said>) => {
  if (data.kind === 'who' && held) channel.postMessage({ kind: 'tokens', tokens: held } satisfies Said);
  if (data.kind === 'tokens') hear(data.tokens);
  if (data.kind === 'out' && held) {
    forget(false);
    whenOut();
  }
};

function hear(said: Tokens): void {
  if (held && said.user.id === held.user.id && said.generation > held.generation) adopt(said);
  for (const heard of [...waiting]) heard(said);
}

export function adopt(pair: Tokens): void {
  held = pair;
  sessionStorage.setItem(KEY, JSON.stringify(pair));
}

function read(): Tokens | null {
  const kept = sessionStorage.getItem(KEY);
  return kept ? (JSON.parse(kept) as Tokens) : null;
}
