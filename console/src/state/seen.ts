/**
 * Up to where the user has read. The server keeps the mark, for all windows and machines; what it has not confirmed yet
 * is known here, so that a line that was cut takes nothing back.
 */
import { shallowReactive } from 'vue';
import type { Conversation } from '@/api/types';

type Marked = Pick<Conversation, 'id' | 'read_seq'>;
type Tell = (id: string, seq: number) => void;

/** Raised since the conversation was read from the server. */
const seen = shallowReactive(new Map<string, number>());
const unconfirmed = new Map<string, number>();
let tell: Tell = () => {};

/** How the server is told. */
export function tellBy(way: Tell): void {
  tell = way;
}

export const readUpTo = ({ id, read_seq }: Marked): number => Math.max(read_seq, seen.get(id) ?? 0);

export function markSeen(conversation: Marked, seq: number): void {
  if (readUpTo(conversation) >= seq) return;
  seen.set(conversation.id, seq);
  unconfirmed.set(conversation.id, seq);
  tell(conversation.id, seq);
}

/** The server has the mark, from here or from another window. */
export function hearMark(id: string, seq: number): void {
  if ((seen.get(id) ?? 0) < seq) seen.set(id, seq);
  if ((unconfirmed.get(id) ?? 0) <= seq) unconfirmed.delete(id);
}

/** Once more what may have been lost on the way. */
export function tellAgain(): void {
  for (const [id, seq] of unconfirmed) tell(id, seq);
}

export function forgetSeen(): void {
  seen.clear();
  unconfirmed.clear();
}
