/** Choosing several of a list, and what became of them in words. Pure. */
import type { components } from '@/api/schema.gen';
import { t } from '@/texts/texts';

export type Failed = components['schemas']['BulkFailure'];

/** The part of a list between two of it, both included; the last alone, if the first is not there. */
export function between(ids: readonly string[], a: string, b: string): readonly string[] {
  const [from, to] = [ids.indexOf(a), ids.indexOf(b)];
  return from < 0 ? [b] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
}

/** How many were done, and of the others why not: each reason once. */
export function outcomeWords(done: number, failed: readonly Pick<Failed, 'detail'>[]): string {
  const reasons = new Map<string, number>();
  for (const { detail } of failed) reasons.set(detail, (reasons.get(detail) ?? 0) + 1);
  const told = [...reasons].map(([detail, count]) => t('selection.failed', { n: count, detail }));
  return [t('selection.done', done), ...told].join(' ');
}
