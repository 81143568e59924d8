/** Which message the next one will quote, in each conversation. */
import { shallowReactive } from 'vue';
import type { Message } from '@/api/types';

export const replying = shallowReactive(new Map<string, Message>());

/** What is on WhatsApp can be quoted. */
export function isQuotable(message: Message): boolean {
  const inside = message.type === 'note' || message.type === 'system' || message.type === 'reaction';
  return !inside && message.status !== 'queued' && message.status !== 'failed';
}
