/** What any part of a message may ask of the thread that it stands in. */
import { type ComputedRef, type InjectionKey, inject } from 'vue';
import type { Message } from '@/api/types';

export interface Here {
  conversationId: string;
  /** Whether the user may write to the customer now: quote, react, send again. */
  mayWrite: ComputedRef<boolean>;
  /** What the viewer leafs through. */
  pictures: ComputedRef<readonly Message[]>;
  /** Shows a message, reading older pages until it is found. */
  jump: (messageId: string) => Promise<void>;
}

export const HERE: InjectionKey<Here> = Symbol('here');

export function useHere(): Here {
  const found = inject(HERE);
  if (!found) throw new Error('a message stands outside of a thread');
  return found;
}
