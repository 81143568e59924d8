/** When a conversation may come back: the moments that people mean, by the clock on their wall. Pure. */

export interface Preset {
  key: 'hour' | 'afternoon' | 'evening' | 'tomorrow' | 'monday';
  at: Date;
}

const MORNING = 8;
const AFTERNOON = 14;
const EVENING = 19;
const MONDAY = 1;
const HOUR_MS = 3_600_000;
const APART_MS = 30 * 60_000; // two presets closer than this are one
export const LONGEST_DAYS = 90;

/** The next ones first. What has passed today, and what another says already, is left out. */
export function presetsAt(now: Date): Preset[] {
  const toMonday = (MONDAY - now.getDay() + 7) % 7 || 7;
  const all: Preset[] = [
    { key: 'hour', at: new Date(Math.ceil((now.getTime() + HOUR_MS) / 60_000) * 60_000) },
    { key: 'afternoon', at: dayAt(now, 0, AFTERNOON) },
    { key: 'evening', at: dayAt(now, 0, EVENING) },
    { key: 'tomorrow', at: dayAt(now, 1, MORNING) },
    { key: 'monday', at: dayAt(now, toMonday, MORNING) },
  ];
  const soonest = now.getTime() + HOUR_MS + APART_MS;
  const later = all.filter(({ key, at }) => key === 'hour' || at.getTime() >= soonest);
  return later.filter(({ at }, index) => later.findIndex((other) => other.at.getTime() === at.getTime()) === index);
}

/** A day may have 23 hours: its hour is of the wall's clock. */
function dayAt(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** As `<input type="datetime-local">` writes it. */
export function localValue(moment: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

export type Problem = 'past' | 'far' | null;

/** Of a moment that somebody has put in; null for one within reach. */
export function problemOf(value: string, now: Date): Problem {
  const at = Date.parse(value);
  if (!(at > now.getTime())) return 'past';
  return at > now.getTime() + LONGEST_DAYS * 24 * HOUR_MS ? 'far' : null;
}
