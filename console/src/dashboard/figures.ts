/** What is done with figures before they are shown. Pure. */
import type { AgentLoad, AgentRow, HourRow } from './queries';

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const; // from Monday, as the server counts
export const HOURS = 24;

export type AgentColumn = Exclude<keyof AgentRow, 'agent_id'>;

/** In the order of a column; who has nothing there comes last, whichever way. */
export function inOrder(rows: readonly AgentRow[], column: AgentColumn, falling: boolean): AgentRow[] {
  const sign = falling ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a.agent_id - b.agent_id;
    const order = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y);
    return sign * order || a.agent_id - b.agent_id;
  });
}

/** Messages by weekday (0 is Monday) and hour; hours that the server leaves out have none. */
export function weekOf(rows: readonly HourRow[]): number[][] {
  const week = WEEKDAYS.map(() => new Array<number>(HOURS).fill(0));
  for (const row of rows) (week[row.weekday - 1] as number[])[row.hour] = row.messages_in;
  return week;
}

/** 0 for nothing, then up to 5: steps that an eye can tell apart. */
export function heatOf(value: number, most: number): number {
  return value <= 0 ? 0 : Math.max(1, Math.ceil((value / most) * 5));
}

/** Whole percents; null of nothing. */
export function percent(part: number, whole: number): number | null {
  return whole > 0 ? Math.round((part / whole) * 100) : null;
}

/** By how many percent a figure has grown; null where there was none to grow from. */
export function growth(value: number | null, before: number | null | undefined): number | null {
  return value === null || !before ? null : Math.round(((value - before) / before) * 100);
}

const PRESENCE: Record<AgentLoad['status'], number> = { online: 0, away: 1, offline: 2 };

/** Who is there first, then by name: an order in which nobody jumps while conversations come and go. */
export function byPresence(agents: readonly AgentLoad[]): AgentLoad[] {
  return [...agents].sort((a, b) => PRESENCE[a.status] - PRESENCE[b.status] || a.nome.localeCompare(b.nome));
}

/** Mean milliseconds since the given moments; null of none. */
export function meanWait(since: readonly string[], now: number): number | null {
  if (since.length === 0) return null;
  return since.reduce((sum, at) => sum + Math.max(0, now - Date.parse(at)), 0) / since.length;
}

/** The oldest of the moments, whatever their order. */
export function oldest(since: readonly string[]): string | null {
  return since.reduce<string | null>((old, at) => (old === null || Date.parse(at) < Date.parse(old) ? at : old), null);
}

/** The first days of this month and of those before it, the newest first, as `2026-11`. */
export function monthsBefore(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, back) => {
    const first = new Date(now.getFullYear(), now.getMonth() - back, 1);
    return `${first.getFullYear()}-${String(first.getMonth() + 1).padStart(2, '0')}`;
  });
}
