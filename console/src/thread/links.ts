/** Signed addresses of files, for players that cannot send the token. They live five minutes. */
import { answer, api } from '@/api/client';

interface Link {
  url: string;
  expiresAt: number;
}

const EARLY_MS = 30_000;
const known = new Map<string, Link>();

/** One that will hold for a while. `anew`: after the one that we have was refused. Throws a `Failure`. */
export async function linkTo(mediaId: string, anew = false): Promise<string> {
  const found = known.get(mediaId);
  if (found && !anew && found.expiresAt - Date.now() > EARLY_MS) return found.url;
  const path = { media_id: mediaId };
  const fresh = await answer(api.POST('/api/v1/media/{media_id}/link', { params: { path } }));
  known.set(mediaId, { url: fresh.url, expiresAt: Date.parse(fresh.expires_at) });
  return fresh.url;
}
