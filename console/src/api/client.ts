import createClient from 'openapi-fetch';
import { accessToken, session, signedOut } from '@/session/session';
import { t } from '@/texts/texts';
import { Failure, failureFrom, failureOf } from './errors';
import type { paths } from './schema.gen';

const ENDED = new Set(['INVALID_TOKEN', 'TOKEN_EXPIRED', 'TOKEN_REUSED']);

async function send(request: Request): Promise<Response> {
  request.headers.set('Authorization', `Bearer ${await accessToken()}`);
  const response = await fetch(request).catch((reason) => {
    throw failureFrom(reason);
  });
  if (response.ok) return response;
  const failure = await failureOf(response);
  if (response.status === 401 && ENDED.has(failure.code)) signedOut('ended');
  if (failure.code === 'SECOND_FACTOR_REQUIRED') session.locked = true;
  throw failure;
}

/** The API, typed by the server's own document. Every answer that is no success is thrown as a `Failure`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

/** The body of a success. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Failure('INTERNAL_ERROR', t('failure.empty'));
  return data;
}

/** A file of a message. */
export async function fetchFile(path: string): Promise<Blob> {
  return (await send(new Request(new URL(path, location.origin)))).blob();
}
