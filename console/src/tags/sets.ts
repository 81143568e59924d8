/** Tags by their names, and sets of them. */
import type { Tag } from '@/api/types';

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Those whose name has each word of `wish` in it, whatever its accents. */
export function fitting(tags: readonly Tag[], wish: string): Tag[] {
  const words = plain(wish).split(/\s+/);
  return tags.filter((tag) => words.every((word) => plain(tag.name).includes(word)));
}

/** With `tag` put on, or taken off if it is on; in the order of the catalogue, as the server answers. */
export function toggled(worn: readonly Tag[], tag: Tag): Tag[] {
  if (worn.some((one) => one.id === tag.id)) return worn.filter((one) => one.id !== tag.id);
  return [...worn, tag].sort((a, b) => plain(a.name).localeCompare(plain(b.name)));
}
