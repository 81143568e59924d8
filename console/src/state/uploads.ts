/** Files of drafts: their bytes, which no reload survives, and how far they have been brought to the server. */
import { shallowReactive } from 'vue';
import { Failure, failureOf } from '@/api/errors';
import { accessToken } from '@/session/session';
import { t } from '@/texts/texts';
import type { Draft } from './outbox';

interface Kept {
  file: Blob;
  /** The server's id of it, once it is there. */
  mediaId: string | null;
  request: XMLHttpRequest | null;
}

const kept = new Map<string, Kept>();
/** From 0 to 1, by the draft's `clientId`. */
export const progress = shallowReactive(new Map<string, number>());

export function keepFile(clientId: string, file: Blob): void {
  kept.set(clientId, { file, mediaId: null, request: null });
}

/** The server has refused what we named: it is brought once more. */
export function bringAgain(clientId: string): void {
  const found = kept.get(clientId);
  if (found) found.mediaId = null;
}

export function drop(clientId: string): void {
  kept.get(clientId)?.request?.abort();
  kept.delete(clientId);
  progress.delete(clientId);
}

/** The id of the draft's file at the server; brought before that, once. Throws a `Failure`. */
export async function bring(draft: Draft): Promise<string> {
  const found = kept.get(draft.clientId);
  if (!found) throw new Failure('NOT_FOUND', t('failure.fileGone'));
  found.mediaId ??= await upload(draft, found);
  return found.mediaId;
}

/** By `XMLHttpRequest`: `fetch` does not tell how far it is. */
async function upload(draft: Draft, found: Kept): Promise<string> {
  const token = await accessToken();
  const query = draft.filename ? `?${new URLSearchParams({ filename: draft.filename })}` : '';
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    found.request = request;
    request.open('POST', `/api/v1/media${query}`);
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.setRequestHeader('Content-Type', found.file.type || 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => progress.set(draft.clientId, total ? loaded / total : 0);
    request.onerror = () => reject(new Failure('OFFLINE', t('failure.offline')));
    request.onabort = () => reject(new Failure('OFFLINE', t('failure.cancelled')));
    request.onload = () => finish(request).then(resolve, reject);
    request.send(found.file);
  });
}

async function finish(request: XMLHttpRequest): Promise<string> {
  const headers = { 'retry-after': request.getResponseHeader('retry-after') ?? '' };
  if (request.status !== 201)
    throw await failureOf(new Response(request.responseText, { status: request.status, headers }));
  const body: { media: { id: string } } = JSON.parse(request.responseText);
  return body.media.id;
}
