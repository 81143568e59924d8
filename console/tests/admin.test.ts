import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, edgeOf } from '@/admin/audit/entries';
import { filled } from '@/admin/desk/fill';
import { asMonday, DAYS, faultOf, shiftsOf, sorted, withShift } from '@/admin/desk/week';
import type { Account, Shift } from '@/admin/types';
import { fitting } from '@/admin/users/filter';

const shift = (weekday: number, opens: string, closes: string): Shift => ({ weekday, opens, closes });

describe('the week', () => {
  it('says which day is wrong, and why', () => {
    const week = [shift(1, '08:00', '12:00'), shift(1, '11:00', '18:00'), shift(2, '09:00', '09:00')];
    expect(DAYS.map((day) => faultOf(week, day))).toEqual(['overlap', 'order', null, null, null, null, null]);
    expect(faultOf([shift(1, '13:00', '18:00'), shift(1, '08:00', '13:00')], 1)).toBeNull();
    expect(faultOf([shift(3, '', '18:00')], 3)).toBe('order');
  });

  it('adds shifts that overlap nothing, morning and afternoon first', () => {
    const morning = withShift([shift(1, '08:00', '12:00')], 1);
    expect(shiftsOf(morning, 1)[1]).toEqual(shift(1, '13:00', '18:00'));
    expect(faultOf(withShift(withShift([], 4), 4), 4)).toBeNull();
  });

  it('repeats Monday until Friday and leaves the weekend', () => {
    const week = [shift(1, '08:00', '12:00'), shift(3, '10:00', '11:00'), shift(6, '09:00', '12:00')];
    const copied = asMonday(week);
    expect(shiftsOf(copied, 5)).toEqual([shift(5, '08:00', '12:00')]);
    expect(shiftsOf(copied, 3)).toEqual([shift(3, '08:00', '12:00')]);
    expect(shiftsOf(copied, 6)).toEqual([shift(6, '09:00', '12:00')]);
    expect(copied).toEqual(sorted(copied));
  });
});

describe('canned replies', () => {
  const values = { cliente: 'Ana', protocolo: '1-2', atendente: 'Maria' };

  it('fill in what is known and show what is not', () => {
    expect(filled('Oi {cliente}, {nome}!', values)).toEqual([
      { text: 'Oi ', kind: 'plain' },
      { text: 'Ana', kind: 'filled' },
      { text: ', ', kind: 'plain' },
      { text: '{nome}', kind: 'unknown' },
      { text: '!', kind: 'plain' },
    ]);
    expect(filled('{constructor}', values)).toEqual([{ text: '{constructor}', kind: 'unknown' }]);
  });

  it('lose nothing of a text without variables', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const same = { cliente: '{cliente}', protocolo: '{protocolo}', atendente: '{atendente}' };
        expect(
          filled(text, same)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

describe('the audit trail', () => {
  it('tells field by field what was and what is', () => {
    const entry = { before: { role: 'user', nome: 'A' }, after: { role: 'admin', nome: 'B', password: 'changed' } };
    expect(changesOf(entry)).toEqual([
      { field: 'role', from: 'user', to: 'admin' },
      { field: 'nome', from: 'A', to: 'B' },
      { field: 'password', from: null, to: 'changed' },
    ]);
  });

  it('takes a day from midnight to midnight', () => {
    const begins = edgeOf('2026-11-30', 'begins');
    const ends = edgeOf('2026-11-30', 'ends');
    expect(new Date(begins as string)).toEqual(new Date(2026, 10, 30));
    expect(new Date(ends as string)).toEqual(new Date(2026, 11, 1));
    expect(edgeOf('', 'begins')).toBeUndefined();
  });
});

describe('the list of users', () => {
  const user = (nome: string, part: Partial<Account> = {}): Account => {
    const base = { id: 1, email: `${nome}@x.example`, role: 'atendente' as const, is_active: true };
    return { ...base, nome, created_at: '', second_factor: false, ...part };
  };
  const users = [user('Zé Araújo'), user('Ana Lima', { role: 'admin' }), user('Ivo', { is_active: false })];
  const names = (filter: Parameters<typeof fitting>[1]): string[] => fitting(users, filter).map((one) => one.nome);

  it('finds without accents, by every word, and by the filters', () => {
    expect(names({ text: 'araujo ze', role: '', state: '' })).toEqual(['Zé Araújo']);
    expect(names({ text: '', role: '', state: '' })).toEqual(['Ana Lima', 'Ivo', 'Zé Araújo']);
    expect(names({ text: '', role: '', state: 'inactive' })).toEqual(['Ivo']);
    expect(names({ text: '', role: 'admin', state: 'active' })).toEqual(['Ana Lima']);
  });
});
