/** The periods and figures of the dashboard. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byPresence,
  growth,
  heatOf,
  inOrder,
  meanWait,
  monthsBefore,
  oldest,
  percent,
  weekOf,
} from '@/dashboard/figures';
import { dayOf, rangeBefore, rangeOf, stepOf } from '@/dashboard/period';
import type { AgentLoad, AgentRow } from '@/dashboard/queries';

const NOW = new Date(2026, 10, 27, 15, 40);
const NONE = { start: '', end: '' };
const own = (start: string, end: string) => rangeOf('own', { start, end }, NOW);
const moment = fc.date({ min: new Date(2020, 0, 1), max: new Date(2035, 0, 1), noInvalidDate: true });

describe('periods', () => {
  it('begin at midnight of this browser', () => {
    expect(rangeOf('today', NONE, NOW)).toEqual({ start: new Date(2026, 10, 27).toISOString(), end: null });
    expect(rangeOf('week', NONE, NOW)).toEqual({ start: new Date(2026, 10, 21).toISOString(), end: null });
    expect(rangeOf('month', NONE, NOW)).toEqual({ start: new Date(2026, 9, 29).toISOString(), end: null });
  });

  it('yesterday ends where today begins, on every day of the year', () => {
    fc.assert(
      fc.property(moment, (now) => {
        const yesterday = rangeOf('yesterday', NONE, now);
        expect(yesterday?.end).toBe(rangeOf('today', NONE, now)?.start);
        expect(Date.parse(yesterday?.start ?? '')).toBeLessThan(Date.parse(yesterday?.end ?? ''));
      }),
    );
  });

  it('own days include the last one, and the present one up to now', () => {
    expect(own('2026-11-01', '2026-11-02')).toEqual({
      start: new Date(2026, 10, 1).toISOString(),
      end: new Date(2026, 10, 3).toISOString(),
    });
    expect(own('2026-11-27', '2026-11-27')).toEqual(rangeOf('today', NONE, NOW));
  });

  it.each([
    ['', '2026-11-02'],
    ['2026-11-03', ''],
    ['2026-11-03', '2026-11-02'],
    ['2026-11-28', '2026-11-29'],
    ['2024-11-03', '2026-11-02'],
  ])('%s to %s is none', (start, end) => expect(own(start, end)).toBeNull());

  it('get a line as fine as one can read', () => {
    const of = (range: ReturnType<typeof own>) => range && stepOf(range, NOW);
    expect(of(rangeOf('week', NONE, NOW))).toBe('hour');
    expect(of(rangeOf('month', NONE, NOW))).toBe('day');
    expect(of(own('2026-01-01', '2026-11-01'))).toBe('month');
  });

  it('are compared with as many days before, up to the same time', () => {
    const today = { start: new Date(2026, 10, 27).toISOString(), end: null };
    expect(rangeBefore(today, NOW)).toEqual({
      start: new Date(2026, 10, 26).toISOString(),
      end: new Date(2026, 10, 26, 15, 40).toISOString(),
    });
    expect(rangeBefore(today, new Date(NOW.getTime() + 299_999))).toEqual(rangeBefore(today, NOW));
  });

  it('have the one before end where they begin, if they are over', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 300 }), (now, days) => {
        const end = new Date(now.getFullYear(), now.getMonth(), now.getDate());
        const start = new Date(end.getFullYear(), end.getMonth(), end.getDate() - days - 1);
        const found = rangeBefore({ start: start.toISOString(), end: end.toISOString() }, now);
        expect(found.end).toBe(start.toISOString());
      }),
    );
  });

  it('are named by the clock on the wall', () => expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05'));
});

const row = (agent_id: number, change: Partial<AgentRow> = {}): AgentRow => ({
  agent_id,
  nome: null,
  assigned: 0,
  closed: 0,
  resolved: 0,
  messages: 0,
  response_avg: null,
  resolution_avg: null,
  satisfaction: null,
  grades: 0,
  ...change,
});
const ids = (rows: AgentRow[]) => rows.map((one) => one.agent_id);

describe('figures', () => {
  it('who has nothing in a column comes last, whichever way it is sorted', () => {
    const rows = [row(1), row(2, { response_avg: 40 }), row(3, { response_avg: 9 })];
    expect(ids(inOrder(rows, 'response_avg', false))).toEqual([3, 2, 1]);
    expect(ids(inOrder(rows, 'response_avg', true))).toEqual([2, 3, 1]);
  });

  it('names are sorted as people do', () => {
    const rows = [row(1, { nome: 'Zeca' }), row(2, { nome: 'Érica' }), row(3, { nome: 'Fábio' })];
    expect(ids(inOrder(rows, 'nome', false))).toEqual([2, 3, 1]);
  });

  it('the week has every hour, and loses none', () => {
    const week = weekOf([
      { weekday: 1, hour: 0, messages_in: 3 },
      { weekday: 7, hour: 23, messages_in: 5 },
    ]);
    expect(week.map((day) => day.length)).toEqual(new Array(7).fill(24));
    expect([week[0]?.[0], week[6]?.[23], week.flat().reduce((sum, n) => sum + n)]).toEqual([3, 5, 8]);
  });

  it('heat is none for nothing only, and full for the most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(), (most, any) => {
        const value = any % (most + 1);
        expect(heatOf(value, most) === 0).toBe(value === 0);
        expect(heatOf(most, most)).toBe(5);
        expect(heatOf(value, most)).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('growth needs something to grow from', () => {
    expect([growth(15, 10), growth(5, 10), growth(10, 10)]).toEqual([50, -50, 0]);
    expect([growth(5, 0), growth(null, 5), growth(5, null), growth(5, undefined)]).toEqual([null, null, null, null]);
  });

  it('waits are measured from their beginning', () => {
    const since = ['2026-11-27T12:00:00Z', '2026-11-27T11:00:00Z'];
    expect(meanWait(since, Date.parse('2026-11-27T13:00:00Z'))).toBe(90 * 60_000);
    expect(oldest(since)).toBe(since[1]);
    expect([meanWait([], 0), oldest([]), percent(0, 0), percent(1, 3)]).toEqual([null, null, null, 33]);
  });

  it('agents keep their place while conversations come and go', () => {
    const agent = (nome: string, status: AgentLoad['status'], current_conversations: number) =>
      ({ nome, status, current_conversations }) as AgentLoad;
    const found = byPresence([agent('Bia', 'online', 0), agent('Ana', 'offline', 0), agent('Davi', 'online', 5)]);
    expect(found.map((one) => one.nome)).toEqual(['Bia', 'Davi', 'Ana']);
  });

  it('months go back over the turn of a year', () =>
    expect(monthsBefore(new Date(2026, 1, 28), 3)).toEqual(['2026-02', '2026-01', '2025-12']));
});
