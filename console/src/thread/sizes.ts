import type { Media } from '@/api/types';

const WIDEST = 320; // pixels
const HIGHEST = 300;
const UNKNOWN = { width: 280, height: 190 };

/** How large a picture or a film is shown: known before it is here, so that nothing jumps when it comes. */
export function boxOf(media: Pick<Media, 'width' | 'height'> | null): { width: string; aspectRatio: string } {
  const { width, height } = media?.width && media.height ? (media as typeof UNKNOWN) : UNKNOWN;
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: `${Math.max(80, Math.round(width * scale))}px`, aspectRatio: `${width} / ${height}` };
}

/** The same, in pixels, for the place that it will take. */
export function heightOfBox(media: Pick<Media, 'width' | 'height'> | null): number {
  const { width, height } = media?.width && media.height ? (media as typeof UNKNOWN) : UNKNOWN;
  return Math.round(height * Math.min(1, WIDEST / width, HIGHEST / height));
}
