/** The time that a report is about. Days begin at midnight of this browser. */

export const CHOICES = ['today', 'yesterday', 'week', 'month', 'own'] as const;
export type Choice = (typeof CHOICES)[number];
export type Step = 'hour' | 'day' | 'month';

/** `start` and `end` as `<input type="date">` has them, both days included. */
export interface OwnDays {
  start: string;
  end: string;
}

/** Instants for the API. `end` is not included; null: up to now, so the report still grows. */
export interface Range {
  start: string;
  end: string | null;
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 366;
const HOURLY_DAYS = 8; // beyond, a line of hours is a hedge
const DAILY_DAYS = 100;

/** Midnight, so many days from that of `now`; days of 23 hours count too. */
function midnight(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
}

/** `2026-11-27`, of the clock on the wall. */
export function dayOf(moment: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** Null for own days that are no period: unfinished, the wrong way round, in the future or too many. */
export function rangeOf(choice: Choice, own: OwnDays, now: Date): Range | null {
  const since = (days: number): Range => ({ start: midnight(now, -days).toISOString(), end: null });
  switch (choice) {
    case 'today':
      return since(0);
    case 'yesterday':
      return { start: midnight(now, -1).toISOString(), end: midnight(now, 0).toISOString() };
    case 'week':
      return since(6);
    case 'month':
      return since(29);
    case 'own':
      return ownRange(own, now);
  }
}

function ownRange(own: OwnDays, now: Date): Range | null {
  const first = new Date(`${own.start}T00:00`);
  const last = new Date(`${own.end}T00:00`);
  if (Number.isNaN(first.getTime()) || Number.isNaN(last.getTime()) || last < first || first > now) return null;
  const end = midnight(last, 1);
  if (end.getTime() - first.getTime() > MOST_DAYS * DAY_MS) return null;
  return { start: first.toISOString(), end: end > now ? null : end.toISOString() };
}

const ROUND_MS = 5 * 60_000; // so that the period before is another only now and then

/** As many days before, up to the same time of the day: what a period is compared with. */
export function rangeBefore(range: Range, now: Date): Range {
  const end = range.end === null ? new Date(Math.floor(now.getTime() / ROUND_MS) * ROUND_MS) : new Date(range.end);
  const start = new Date(range.start);
  const last = midnight(end, 0);
  const whole = Math.round((last.getTime() - midnight(start, 0).getTime()) / DAY_MS); // some have 23 hours
  const days = Math.max(1, end > last ? whole + 1 : whole);
  const back = (moment: Date): string => {
    const shifted = new Date(moment);
    shifted.setDate(moment.getDate() - days);
    return shifted.toISOString();
  };
  return { start: back(start), end: back(end) };
}

/** How fine a line of this period may be. */
export function stepOf(range: Range, now: Date): Step {
  const end = range.end === null ? now.getTime() : Date.parse(range.end);
  const days = (end - Date.parse(range.start)) / DAY_MS;
  if (days <= HOURLY_DAYS) return 'hour';
  return days <= DAILY_DAYS ? 'day' : 'month';
}
