import type { Message } from '@/api/types';
import type { Entry } from '@/state/derive';
import { heightOfBox } from './sizes';

const LINE = 20; // pixels, as all below
const LETTERS = 62; // in a line, about
const HEIGHTS: Partial<Record<string, number>> = {
  sticker: 160,
  audio: 74,
  document: 72,
  location: 172,
  contacts: 80,
  order: 130,
};

/** About how high an entry will be, before it has been drawn: the nearer, the calmer is the scroll bar. */
export function heightOf(entry: Entry | undefined): number {
  if (entry?.kind !== 'message') return 45;
  const quote = entry.message.reply_to ? 44 : 0;
  return bodyOf(entry.message) + quote + (entry.joined ? 2 : 9) + (entry.day ? 42 : 0) + (entry.unread ? 36 : 0);
}

function bodyOf({ type, media, content, payload }: Message): number {
  if (type === 'image' || type === 'video') return heightOfBox(media) + 36;
  const lines = content.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LETTERS)), 0);
  const taps = type === 'interactive' && Array.isArray(payload?.buttons) ? 35 * payload.buttons.length : 0;
  return HEIGHTS[type] ?? 15 + LINE * lines + (lines > 1 ? 18 : 0) + taps;
}
