import { expect, test } from 'vitest';
import { localValue, presetsAt, problemOf } from '@/thread/snoozing';

const said = (now: Date): string[] => presetsAt(now).map(({ key, at }) => `${key} ${localValue(at)}`);

test('in the morning of a Thursday everything is still to come', () => {
  expect(said(new Date(2026, 10, 26, 9, 20, 30))).toEqual([
    'hour 2026-11-26T10:21',
    'afternoon 2026-11-26T14:00',
    'evening 2026-11-26T19:00',
    'tomorrow 2026-11-27T08:00',
    'monday 2026-11-30T08:00',
  ]);
});

test('what has passed, or is as good as now, is not offered', () => {
  expect(said(new Date(2026, 10, 26, 13, 0))).toEqual([
    'hour 2026-11-26T14:00',
    'evening 2026-11-26T19:00',
    'tomorrow 2026-11-27T08:00',
    'monday 2026-11-30T08:00',
  ]);
  expect(said(new Date(2026, 10, 26, 22, 0)).map((one) => one.split(' ')[0])).toEqual(['hour', 'tomorrow', 'monday']);
});

test('on a Sunday tomorrow is Monday, and on a Monday Monday is next week', () => {
  expect(said(new Date(2026, 10, 29, 22, 0))).toEqual(['hour 2026-11-29T23:00', 'tomorrow 2026-11-30T08:00']);
  expect(said(new Date(2026, 10, 30, 22, 0)).at(-1)).toBe('monday 2026-12-07T08:00');
});

test('a moment of one’s own lies ahead, within 90 days', () => {
  const now = new Date(2026, 10, 26, 9, 20);
  const at = (days: number, minutes = 0): string => localValue(new Date(2026, 10, 26 + days, 9, 20 + minutes));
  expect([at(0), at(0, 1), at(90), at(91), '', 'x'].map((one) => problemOf(one, now))).toEqual([
    'past',
    null,
    null,
    'far',
    'past',
    'past',
  ]);
});
