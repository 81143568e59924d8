/** From one conversation to the next: the one that leaves is not followed any more, the one that comes is read. */
import { follow } from '@/live/live';
import { session } from '@/session/session';
import { isFresh, load, markStale, threads } from '@/state/desk';

/** Who runs through the list by key reads where it stops: each reading is a request. */
const HURRY_MS = 250;
/** So long the former conversation stays: one picture of the next, instead of an empty one before it. */
const HOLD_MS = 80;
/** After so long the one on the screen is drawn, and the next one may be read. */
const AHEAD_MS = 150;
/** What was read ahead so lately is shown as it is, and read again for who stays. */
const TRUST_MS = 15_000;
const STAY_MS = 1_500;

let turnedAt = 0;
let here: string | null = null;
let reading = 0;
let ahead = 0;
let readAheadOf: { id: string; at: number } | null = null;

const isMine = (id: string): boolean => threads.get(id)?.info.assigned_to === session.user?.id;

/** Done when `next` can be shown, or has taken too long. */
export async function turnTo(next: string | null): Promise<void> {
  // Nobody tells us of another's conversation any more.
  if (here && here !== next && !isMine(here)) markStale(here);
  here = next;
  follow(next);
  clearTimeout(reading);
  if (next === null) clearTimeout(ahead);
  const hurried = Date.now() - turnedAt < HURRY_MS;
  turnedAt = Date.now();
  if (!next || isFresh(next)) return;
  if (wasReadAhead(next)) reading = window.setTimeout(load, STAY_MS, next);
  else if (hurried) reading = window.setTimeout(load, HURRY_MS, next);
  else await Promise.race([load(next), new Promise((done) => setTimeout(done, HOLD_MS))]);
}

/** The one that the next key will lead to: it is there then at once. Who hurries on reads none. */
export function readAhead(id: string | undefined): void {
  clearTimeout(ahead);
  if (id === undefined || isFresh(id)) return;
  ahead = window.setTimeout(async () => {
    await load(id);
    readAheadOf = { id, at: Date.now() };
    if (here !== id && !isMine(id)) markStale(id);
  }, AHEAD_MS);
}

const wasReadAhead = (id: string): boolean =>
  threads.has(id) && readAheadOf?.id === id && Date.now() - readAheadOf.at < TRUST_MS;
