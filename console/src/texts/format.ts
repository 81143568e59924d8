import { i18n } from './texts';

const locale = (): string => i18n.global.locale.value;
const made = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  const found = made.get(key) ?? new Intl.DateTimeFormat(locale(), options);
  made.set(key, found);
  return found;
}

const DAY_MS = 86_400_000;

function daysAgo(moment: Date, now: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(now) - midnight(moment)) / DAY_MS);
}

/** `14:05`. */
export const timeOf = (at: string): string => formatter({ hour: '2-digit', minute: '2-digit' }).format(new Date(at));

/** For a list: the time today, the weekday this week, else the date. */
export function shortWhen(at: string, now: number): string {
  const moment = new Date(at);
  const days = daysAgo(moment, new Date(now));
  if (days <= 0) return timeOf(at);
  if (days === 1) return i18n.global.t('time.yesterday');
  if (days < 7) return formatter({ weekday: 'short' }).format(moment).replace('.', '');
  return formatter({ day: '2-digit', month: '2-digit' }).format(moment);
}

/** Of a moment to come: `14:00`, `amanhã 08:00`, `seg 08:00`, `24/12 08:00`. */
export function comingWhen(at: string, now: number): string {
  const moment = new Date(at);
  const days = -daysAgo(moment, new Date(now));
  if (days <= 0) return timeOf(at);
  if (days === 1) return `${i18n.global.t('time.tomorrow')} ${timeOf(at)}`;
  const day = days < 7 ? { weekday: 'short' as const } : { day: '2-digit' as const, month: '2-digit' as const };
  return `${formatter(day).format(moment).replace('.', '')} ${timeOf(at)}`;
}

/** For the line between two days. */
export function dayOf(at: string): string {
  const moment = new Date(at);
  const days = daysAgo(moment, new Date());
  if (days === 0) return i18n.global.t('time.today');
  if (days === 1) return i18n.global.t('time.yesterday');
  const year = moment.getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
  return formatter({ weekday: 'long', day: 'numeric', month: 'long', year }).format(moment);
}

export const fullWhen = (at: string): string =>
  formatter({ dateStyle: 'short', timeStyle: 'short' }).format(new Date(at));

/** `agora`, `4 min`, `2 h`, `3 d`. */
export function span(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return i18n.global.t('time.now');
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** `23 h 10 min`: what is left of a window. */
export function left(ms: number): string {
  const minutes = Math.max(0, Math.ceil(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

/** `+55 11 99999-9999`; others as they are. */
export function phone(number: string | null): string {
  const found = number?.match(/^\+55(\d{2})(\d{4,5})(\d{4})$/);
  return found ? `+55 ${found[1]} ${found[2]}-${found[3]}` : (number ?? '');
}

export function size(bytes: number | null): string {
  if (bytes === null) return '';
  const units = ['B', 'KB', 'MB'];
  const power = Math.min(2, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return `${value.toLocaleString(locale(), { maximumFractionDigits: power > 1 ? 1 : 0 })} ${units[power]}`;
}

/** `1:05`; of a voice message or a video. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** `R$ 99,90`. */
export const money = (amount: number, currency: string): string =>
  amount.toLocaleString(locale(), { style: 'currency', currency });
