import type { components } from '@/api/schema.gen';

export type Check = components['schemas']['CheckOut'];

const WEIGHT: Record<Check['state'], number> = { failed: 0, warning: 1, ok: 2, off: 3 };

/** What needs somebody first; else in the order in which the server looked. */
export const byTrouble = (checks: readonly Check[]): Check[] =>
  [...checks].sort((a, b) => WEIGHT[a.state] - WEIGHT[b.state]);
