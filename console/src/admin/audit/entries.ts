import type { AuditEntry } from '../types';

export interface Change {
  field: string;
  from: string | null;
  to: string | null;
}

const shown = (value: unknown): string | null => (value === undefined || value === null ? null : String(value));

/** Field by field. Of a new password only that there is one is known. */
export function changesOf(entry: Pick<AuditEntry, 'before' | 'after'>): Change[] {
  const fields = new Set([...Object.keys(entry.before), ...Object.keys(entry.after)]);
  return [...fields].map((field) => ({ field, from: shown(entry.before[field]), to: shown(entry.after[field]) }));
}

/** The local day `2026-11-27` as the moment at which it begins, or at which it is over. */
export function edgeOf(day: string, edge: 'begins' | 'ends'): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + (edge === 'ends' ? 1 : 0)).toISOString();
}
