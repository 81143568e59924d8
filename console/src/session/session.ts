import { shallowReactive } from 'vue';
import { Failure, failureFrom, failureOf } from '@/api/errors';
import type { User } from '@/api/types';
import { t } from '@/texts/texts';
import { adopt, askOthers, forget, keep, newestGeneration, onSignedOutElsewhere, type Tokens, tokens } from './tokens';

export type Ending = 'left' | 'ended';

interface Session {
  user: User | null;
  /** Why nobody is there any more, for the log-in page to say. */
  ending: Ending | null;
  /** The role must have a second factor, and this user has none: the server answers nothing else. */
  locked: boolean;
}

interface LogInAnswer {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  user: User;
}

const EARLY_MS = 5 * 60_000; // a token is renewed so long before it expires
const OTHERS_MS = 5_000; // for the tab that has refreshed to hand over what it got

export const session = shallowReactive<Session>({ user: null, ending: null, locked: false });

/** Takes up what this tab or another one holds. */
export async function start(): Promise<void> {
  if (!tokens()) {
    const found = await askOthers();
    if (found) adopt(found);
  }
  session.user = tokens()?.user ?? null;
}

/** Throws a `Failure`: `SECOND_FACTOR_REQUIRED` asks for a code. */
export async function logIn(email: string, password: string, code: string): Promise<void> {
  const body = code ? { email, password, code } : { email, password };
  take(await post('login', body));
  session.ending = null;
}

export async function logOut(): Promise<void> {
  const access = tokens()?.access;
  signedOut('left');
  const headers = { Authorization: `Bearer ${access}` };
  await fetch('/api/v1/auth/logout', { method: 'POST', headers, keepalive: true }).catch(() => null);
}

/** After the user has changed the own name. */
export function renamed(nome: string): void {
  const pair = tokens();
  if (!pair) return;
  adopt({ ...pair, user: { ...pair.user, nome } });
  session.user = tokens()?.user ?? null;
}

/** Here and in all tabs. */
export function signedOut(ending: Ending): void {
  forget(true);
  leave(ending);
}

/** One that will hold for a while. Throws a `Failure`. */
export async function accessToken(): Promise<string> {
  const pair = tokens();
  if (!pair) throw new Failure('INVALID_TOKEN', t('failure.ended'));
  if (pair.expiresAt - Date.now() > EARLY_MS) return pair.access;
  return (await renew(pair)).access;
}

/** After the server has said that the present token is no good. False when the session is over. */
export async function tryToRenew(): Promise<boolean> {
  const pair = tokens();
  if (!pair) return false;
  return renew(pair).then(
    () => true,
    (failure: Failure) => failure.passing,
  );
}

/** One tab at a time: a refresh token is good for one use, and a second use ends the session. */
function renew(stale: Tokens): Promise<Tokens> {
  return navigator.locks.request('plantao.refresh', async () => {
    const present = tokens();
    if (present && present.generation > stale.generation) return present;
    if (newestGeneration() > stale.generation) return takeOver(stale);
    return take(await post('refresh', { refresh_token: stale.refresh }).catch(endUnlessPassing));
  });
}

async function takeOver(stale: Tokens): Promise<Tokens> {
  const found = await askOthers(stale.generation + 1, OTHERS_MS);
  if (!found) return endUnlessPassing(new Failure('INVALID_TOKEN', t('failure.ended')));
  adopt(found);
  return found;
}

function endUnlessPassing(reason: unknown): never {
  const failure = failureFrom(reason);
  if (!failure.passing) signedOut('ended');
  throw failure;
}

async function post(name: 'login' | 'refresh', body: object): Promise<LogInAnswer> {
  const headers = { 'Content-Type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`/api/v1/auth/${name}`, init).catch((reason) => {
    throw failureFrom(reason);
  });
  if (!response.ok) throw await failureOf(response);
  return response.json();
}

function take(given: LogInAnswer): Tokens {
  const pair: Tokens = {
    access: given.access_token,
    refresh: given.refresh_token,
    expiresAt: Date.now() + given.expires_in * 1000,
    generation: newestGeneration() + 1,
    user: given.user,
  };
  keep(pair);
  session.user = given.user;
  session.locked = false;
  return pair;
}

function leave(ending: Ending): void {
  session.user = null;
  session.ending = ending;
}

onSignedOutElsewhere(() => leave('left'));
