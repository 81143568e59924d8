import type { Shift } from '../types';

export type Day = 1 | 2 | 3 | 4 | 5 | 6 | 7;
export const DAYS: readonly Day[] = [1, 2, 3, 4, 5, 6, 7];
const NEXT = { opens: '13:00', closes: '18:00' };
const FIRST = { opens: '08:00', closes: '18:00' };

export const shiftsOf = (week: readonly Shift[], day: Day): Shift[] => week.filter((shift) => shift.weekday === day);

/** One more shift on that day; beside another it begins in the afternoon. */
export function withShift(week: readonly Shift[], day: Day): Shift[] {
  const last = shiftsOf(week, day).at(-1);
  const times = !last ? FIRST : last.closes < NEXT.opens ? NEXT : { opens: last.closes, closes: '23:59' };
  return sorted([...week, { weekday: day, ...times }]);
}

/** The days after Monday as Monday is, until Friday. */
export function asMonday(week: readonly Shift[]): Shift[] {
  const monday = shiftsOf(week, 1);
  const others = week.filter((shift) => shift.weekday === 1 || shift.weekday > 5);
  return sorted([...others, ...[2, 3, 4, 5].flatMap((weekday) => monday.map((shift) => ({ ...shift, weekday })))]);
}

/** Why a day is wrong, before the server says so of the whole week. */
export function faultOf(week: readonly Shift[], day: Day): 'order' | 'overlap' | null {
  const shifts = sorted(shiftsOf(week, day));
  if (shifts.some((shift) => !shift.opens || !shift.closes || shift.opens >= shift.closes)) return 'order';
  return shifts.some((shift, n) => n > 0 && shift.opens < (shifts[n - 1]?.closes ?? '')) ? 'overlap' : null;
}

export function sorted(week: readonly Shift[]): Shift[] {
  return [...week].sort((a, b) => a.weekday - b.weekday || a.opens.localeCompare(b.opens));
}
