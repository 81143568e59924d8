/** Tagging conversations: on the screen at once, and sent one set after the other, so that the last wish stands. */
import { answer, api } from '@/api/client';
import type { Tag } from '@/api/types';
import { load, noteInfo, threads } from '@/state/desk';
import { attempt } from '@/ui/toasts';

const sending = new Map<string, Promise<void>>();

export function wear(id: string, tags: readonly Tag[]): Promise<void> {
  show(id, tags);
  const next = (sending.get(id) ?? Promise.resolve()).then(() => put(id, tags));
  sending.set(id, next);
  return next.finally(() => sending.get(id) === next && sending.delete(id));
}

async function put(id: string, tags: readonly Tag[]): Promise<void> {
  const path = { conversation_id: id };
  const body = { tags: tags.map((tag) => tag.id) };
  const done = await attempt(() =>
    answer(api.PUT('/api/v1/conversations/{conversation_id}/tags', { params: { path }, body })),
  );
  if (!done) await load(id);
}

function show(id: string, tags: readonly Tag[]): void {
  const thread = threads.get(id);
  if (thread) noteInfo({ ...thread.info, tags: [...tags] });
}
