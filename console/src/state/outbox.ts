/** What waits to be sent. Pure rules; `state/sending.ts` does it. */

import type { FailureCode } from '@/api/errors';
import type { Message, MessageInput } from '@/api/types';

export type FileKind = 'image' | 'video' | 'audio' | 'document';

/** A template with what stands in its variables, as Meta wants it. */
export interface TemplateWish {
  readonly name: string;
  readonly language: string;
  readonly components: Record<string, unknown>[];
}

/**
 * `waiting`: for its turn or for the network. `stale`: the conversation has moved on, a person decides.
 * `tab`: of the browser, in which it is, and which sends it. `seen`: the newest `seq` that was on the screen when it was written. `heldUntil`: before, it may be taken back.
 * Of a file the `content` is empty: its bytes are brought first (`state/uploads.ts`).
 */
export interface Draft {
  readonly clientId: string;
  readonly tab: string;
  readonly author: number;
  readonly conversationId: string;
  readonly kind: 'text' | 'note' | 'template' | FileKind;
  readonly content: string;
  readonly caption: string | null;
  readonly filename: string | null;
  readonly voice: boolean;
  readonly replyTo: string | null;
  readonly template: TemplateWish | null;
  readonly heldUntil: number;
  readonly writtenAt: string;
  readonly seen: number;
  readonly state: 'waiting' | 'sending' | 'stale' | 'failed';
  readonly problem: string | null;
}

export const FILES: ReadonlySet<Draft['kind']> = new Set<FileKind>(['image', 'video', 'audio', 'document']);

/**
 * One at a time in each conversation, in order: what is behind a draft that a person has to look at waits. It may be one
 * that is held still.
 */
export function nextToSend(drafts: readonly Draft[], conversationId: string): Draft | null {
  const first = drafts.find((draft) => draft.conversationId === conversationId);
  return first?.state === 'waiting' ? first : null;
}

/** The one that an undo takes back: the newest that is held. */
export function lastHeld(drafts: readonly Draft[], conversationId: string, now: number): Draft | undefined {
  return drafts.findLast(
    (draft) => draft.conversationId === conversationId && draft.state === 'waiting' && draft.heldUntil > now,
  );
}

/** The user has seen what the user wrote, though it came after what was on the screen. */
export function seenSince(draft: Draft, messages: readonly Message[], userId: number): number {
  const newer = messages.filter((message) => message.seq > draft.seen).sort((a, b) => a.seq - b.seq);
  let seen = draft.seen;
  for (const message of newer) {
    if (message.seq !== seen + 1 || message.sent_by_id !== userId) break;
    seen = message.seq;
  }
  return seen;
}

/** `mediaId`: of the file that was brought for it. A field that does not go with the type is refused, so none is sent. */
export function messageOf(draft: Draft, seen: number, mediaId: string | null): Partial<MessageInput> {
  const { template } = draft;
  const quote = draft.replyTo ? { reply_to: draft.replyTo } : {};
  const head = { client_id: draft.clientId, last_seen_seq: seen, ...quote };
  if (draft.kind === 'text') return { ...head, content: draft.content };
  if (template) {
    const { name: template_name, language, components } = template;
    return { ...head, type: 'template', content: '', template_name, language, components };
  }
  const file = { ...head, type: draft.kind as FileKind, content: '', media_id: mediaId, filename: draft.filename };
  return draft.kind === 'audio' ? { ...file, voice: draft.voice } : { ...file, caption: draft.caption };
}

/** Of several tabs, in the order in which they were written. */
export function inOrder(drafts: readonly Draft[]): readonly Draft[] {
  return [...drafts].sort((a, b) => (a.writtenAt < b.writtenAt ? -1 : Number(a.writtenAt > b.writtenAt)));
}

const LATE_MS = 10 * 60_000;

/**
 * What a tab that is gone has left, in `tab`; null when it cannot be sent. What was being sent may have arrived: its id sends
 * nothing twice, a note has none. What is old may be wrong by now. `reason` says why a person decides.
 */
export function inherited(draft: Draft, tab: string, now: number, reason: string): Draft | null {
  if (FILES.has(draft.kind)) return null; // its bytes were in the tab
  const moved = { ...draft, tab };
  const unsure = draft.state === 'sending' && draft.kind === 'note';
  if (unsure || (draft.state !== 'stale' && now - Date.parse(draft.writtenAt) > LATE_MS))
    return { ...moved, state: 'failed', problem: draft.problem ?? reason };
  return draft.state === 'sending' ? { ...moved, state: 'waiting' } : moved;
}

/** What a refusal makes of a draft. A note has no id of its own: whether it was written is not known, so it is not repeated. */
export function afterFailure(draft: Draft, code: FailureCode, passing: boolean, detail: string): Draft {
  if (code === 'STALE_CONVERSATION') return { ...draft, state: 'stale', problem: null };
  if (passing && draft.kind !== 'note') return { ...draft, state: 'waiting', problem: null };
  return { ...draft, state: 'failed', problem: detail };
}
