/** What waits to be sent. Pure rules; `state/sending.ts` does it. */

import type { FailureCode } from '@/api/errors';
import type { Message, MessageInput } from '@/api/types';

/**
 * `waiting`: for its turn or for the network. `stale`: the conversation has moved on, a person decides.
 * `seen`: the newest `seq` that was on the screen when it was written.
 */
export interface Draft {
  readonly clientId: string;
  readonly author: number;
  readonly conversationId: string;
  readonly kind: 'text' | 'image' | 'document' | 'note';
  readonly content: string;
  readonly caption: string | null;
  readonly filename: string | null;
  readonly writtenAt: string;
  readonly seen: number;
  readonly state: 'waiting' | 'sending' | 'stale' | 'failed';
  readonly problem: string | null;
}

/** One at a time in each conversation, in order: what is behind a draft that a person has to look at waits. */
export function nextToSend(drafts: readonly Draft[], conversationId: string): Draft | null {
  const first = drafts.find((draft) => draft.conversationId === conversationId);
  return first?.state === 'waiting' ? first : null;
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

export function messageOf(draft: Draft, seen: number): Partial<MessageInput> & { content: string } {
  const head = { client_id: draft.clientId, content: draft.content, last_seen_seq: seen };
  if (draft.kind === 'text') return head;
  return { ...head, type: draft.kind as 'image' | 'document', caption: draft.caption, filename: draft.filename };
}

/** What a refusal makes of a draft. A note has no id of its own: whether it was written is not known, so it is not repeated. */
export function afterFailure(draft: Draft, code: FailureCode, passing: boolean, detail: string): Draft {
  if (code === 'STALE_CONVERSATION') return { ...draft, state: 'stale', problem: null };
  if (passing && draft.kind !== 'note') return { ...draft, state: 'waiting', problem: null };
  return { ...draft, state: 'failed', problem: detail };
}
