/** Figures as people read them. A dash stands for what there is no figure of. */
import { i18n } from '@/texts/texts';

const NONE = '–';
const locale = (): string => i18n.global.locale.value;

export const count = (value: number): string => value.toLocaleString(locale());

/** `4,6`. */
export function grade(value: number | null): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return value === null ? NONE : value.toLocaleString(locale(), digits);
}

export const percents = (value: number | null): string => (value === null ? NONE : `${value}%`);

/** `+12%`, `−3%`; nothing where nothing can be compared. */
export function signed(change: number | null): string {
  if (change === null) return '';
  return change === 0 ? '=' : `${change > 0 ? '+' : '−'}${count(Math.abs(change))}%`;
}

/** Of seconds: `48 s`, `3 min 20 s`, `25 min`, `2 h 05 min`, `3 d 4 h`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return NONE;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${String(small).padStart(2, '0')} ${smallUnit}`;
}

/** Of an average of the live figures, in which 0 is nothing to average. */
export const durationUnlessNone = (seconds: number): string => duration(seconds === 0 ? null : seconds);

/** `segunda`, or `seg`; 1 is Monday. */
export function weekday(day: number, style: 'long' | 'short'): string {
  const monday = new Date(2024, 0, day); // the first of January of 2024 was one
  return monday.toLocaleDateString(locale(), { weekday: style }).replace('.', '');
}

/** `novembro de 2026`, of `2026-11`. */
export function monthName(month: string): string {
  return new Date(`${month}-01T00:00`).toLocaleDateString(locale(), { month: 'long', year: 'numeric' });
}

/** The beginning of a step of a line, in full. */
export function stepName(at: string, step: 'hour' | 'day' | 'month'): string {
  const moment = new Date(at);
  if (step === 'month') return moment.toLocaleDateString(locale(), { month: 'long', year: 'numeric' });
  if (step === 'day')
    return moment.toLocaleDateString(locale(), { weekday: 'short', day: '2-digit', month: '2-digit' });
  return moment.toLocaleString(locale(), { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' });
}
