import { expect, test } from 'vitest';
import { kept } from '@/inbox/kept';
import type { Row } from '@/inbox/rows';

const row = (id: string, change: Partial<Row> = {}): Row => ({
  id,
  name: `Cliente ${id}`,
  preview: 'Estou sem internet',
  by: '',
  at: '2026-11-27T12:00:00Z',
  since: null,
  unread: 0,
  priority: 'normal',
  isOpen: true,
  state: '',
  failed: false,
  tags: [{ id: 1, name: 'fibra', color: 'teal' }],
  snoozedUntil: null,
  ...change,
});

test('rows that say what they said are the same ones, together and each', () => {
  const before = [row('a'), row('b')];
  expect(kept([row('a'), row('b')], before)).toBe(before);
  const [a, b] = kept([row('a'), row('b', { unread: 1 })], before);
  expect(a).toBe(before[0]);
  expect(b).toEqual(row('b', { unread: 1 }));
});

test('another order, another tag and one row less are another list', () => {
  const before = [row('a'), row('b')];
  expect(kept([row('b'), row('a')], before)).toEqual([row('b'), row('a')]);
  expect(kept([row('a')], before)).toEqual([row('a')]);
  const renamed = row('a', { tags: [{ id: 1, name: 'rádio', color: 'teal' }] });
  expect(kept([renamed, row('b')], before)).toEqual([renamed, row('b')]);
  expect(kept([row('a', { tags: [] }), row('b')], before)[0]?.tags).toEqual([]);
});
