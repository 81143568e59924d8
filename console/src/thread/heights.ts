import type { Entry } from '@/state/derive';

const LINE = 20; // pixels, as all below
const LETTERS = 62; // in a line, about
const HEIGHTS: Partial<Record<string, number>> = { image: 250, video: 90, sticker: 160, audio: 62, document: 72 };

/** About how high an entry will be, before it has been drawn: the nearer, the calmer is the scroll bar. */
export function heightOf(entry: Entry | undefined): number {
  if (entry?.kind !== 'message') return 45;
  const { content, type } = entry.message;
  const lines = content.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LETTERS)), 0);
  const body = HEIGHTS[type] ?? 15 + LINE * lines + (lines > 1 ? 18 : 0);
  return body + (entry.joined ? 2 : 9) + (entry.day ? 42 : 0) + (entry.unread ? 36 : 0);
}
