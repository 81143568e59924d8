import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, edgeOf } from '@/admin/audit/entries';
import { filled } from '@/admin/desk/fill';
import { asMonday, DAYS, faultOf, shiftsOf, sorted, withShift } from '@/admin/desk/week';
import { byTrouble, type Check } from '@/admin/start/checks';
import { type Found, progressOf, stepsOf } from '@/admin/start/steps';
import type { Account, NumberState, Shift } from '@/admin/types';
import { fitting } from '@/admin/users/filter';
import { componentsOf, lookOf, parametersOf, simpleVariables, variablesOf, type Wish } from '@/admin/whatsapp/template';
import { tierOf, toneOf } from '@/admin/whatsapp/tiers';

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

describe('the check-up', () => {
  it('shows troubles first, and else keeps the order', () => {
    const states: Check['state'][] = ['ok', 'off', 'warning', 'failed', 'ok'];
    const checks = states.map(
      (state, n): Check => ({ check: 'files', state, title: `${n}`, detail: '', remedy: null }),
    );
    expect(byTrouble(checks).map((one) => one.title)).toEqual(['3', '2', '0', '4', '1']);
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

describe('templates', () => {
  const wish = (part: Partial<Wish>): Wish => ({
    header: '',
    body: 'Oi',
    footer: '',
    buttons: [],
    examples: {},
    ...part,
  });

  it('number their examples by value, however the text mixes them', () => {
    const body = 'Às {{2}} de {{10}}, {{1}}.';
    expect(variablesOf(body)).toEqual(['1', '2', '10']);
    const examples = { 'body.1': 'João', 'body.2': '14h', 'body.10': 'sexta' };
    const [part] = componentsOf(wish({ body, examples }));
    expect(part).toEqual({ type: 'BODY', text: body, example: { body_text: [['João', '14h', 'sexta']] } });
  });

  it('name their examples where the variables have names', () => {
    const parts = componentsOf(wish({ header: 'Olá {{nome}}', examples: { 'header.nome': 'Ana' } }));
    expect(parts[0]).toEqual({
      type: 'HEADER',
      format: 'TEXT',
      text: 'Olá {{nome}}',
      example: { header_text_named_params: [{ param_name: 'nome', example: 'Ana' }] },
    });
  });

  it('give no example while one is missing, for the server to say so', () => {
    expect(componentsOf(wish({ body: '{{1}} e {{2}}', examples: { 'body.1': 'a' } }))[0]).not.toHaveProperty('example');
  });

  it('have buttons of their kinds', () => {
    const url = {
      kind: 'URL' as const,
      text: 'Ver',
      target: 'https://x.example/{{1}}',
      example: 'https://x.example/7',
    };
    const call = { kind: 'PHONE_NUMBER' as const, text: 'Ligar', target: '+5511999990000', example: '' };
    const [, , buttons] = componentsOf(wish({ footer: 'Plantão', buttons: [url, call] }));
    expect(buttons).toEqual({
      type: 'BUTTONS',
      buttons: [
        { type: 'URL', text: 'Ver', url: 'https://x.example/{{1}}', example: ['https://x.example/7'] },
        { type: 'PHONE_NUMBER', text: 'Ligar', phone_number: '+5511999990000' },
      ],
    });
  });

  it('look as the customer sees them; what has no value stays', () => {
    const parts = componentsOf(wish({ header: 'Visita', body: 'Oi {{1}}, {{2}}.', footer: 'Até' }));
    const look = lookOf(parts, (part, name) => (part === 'body' && name === '1' ? 'Ana' : undefined));
    expect(look).toEqual({ header: 'Visita', media: null, body: 'Oi Ana, {{2}}.', footer: 'Até', buttons: [] });
    expect(lookOf([{ type: 'header', format: 'IMAGE' }]).media).toBe('IMAGE');
    expect(lookOf(null).body).toBe('');
  });

  it('suit a test only when the values of the body are all that they want', () => {
    expect(simpleVariables(componentsOf(wish({ body: 'Oi {{1}}!' })))).toEqual(['1']);
    expect(simpleVariables(componentsOf(wish({ header: 'Oi {{1}}' })))).toBeNull();
    expect(
      simpleVariables([
        { type: 'HEADER', format: 'IMAGE' },
        { type: 'BODY', text: 'Oi' },
      ]),
    ).toBeNull();
    expect(simpleVariables(null)).toBeNull();
    expect(parametersOf([], {})).toEqual([]);
    expect(parametersOf(['1', 'nome'], { 1: 'a', nome: 'b' })).toEqual([
      {
        type: 'body',
        parameters: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b', parameter_name: 'nome' },
        ],
      },
    ]);
  });
});

describe('what Meta says of a number', () => {
  it('is told in figures and tones, its new words as none', () => {
    expect([tierOf('TIER_250'), tierOf('TIER_2K'), tierOf('TIER_UNLIMITED'), tierOf('NEW'), tierOf(null)]).toEqual([
      250,
      2000,
      'unlimited',
      null,
      null,
    ]);
    expect([toneOf('GREEN'), toneOf('LIMITED'), toneOf('BANNED'), toneOf('NEW'), toneOf(null)]).toEqual([
      'good',
      'warm',
      'bad',
      'plain',
      'plain',
    ]);
  });
});

describe('the first steps', () => {
  const number = { can_send: 'AVAILABLE', business_account_id: '1' } as NumberState;
  const ready = {
    meta: 'healthy',
    secure: true,
    numbers: [number],
    heard: true,
    attendants: 1,
    shifts: 5,
    secondFactor: true,
  };
  const states = (part: Partial<Found>): string[] =>
    stepsOf({ ...(ready as Found), ...part })
      .map((step) => (step.state === 'done' ? '' : `${step.id} ${step.state}`))
      .filter(Boolean);

  it('count what is needed alone', () => {
    expect(progressOf(stepsOf(ready as Found))).toEqual({ done: 6, of: 6 });
    expect(progressOf(stepsOf({ ...(ready as Found), shifts: 0, heard: false }))).toEqual({ done: 5, of: 6 });
  });

  it('are done when nothing is missing, and say what is', () => {
    expect(states({})).toEqual([]);
    expect(states({ numbers: [] })).toEqual(['account todo', 'number todo']);
    expect(states({ numbers: [number, { ...number, can_send: 'BLOCKED', business_account_id: null }] })).toEqual([
      'account todo',
      'number problem',
    ]);
    expect(states({ meta: 'unhealthy', secure: false })).toEqual(['secure todo', 'meta problem']);
    expect(states({ heard: false, attendants: 0, shifts: 0, secondFactor: false })).toEqual([
      'webhook todo',
      'team todo',
      'hours optional',
      'factor optional',
    ]);
  });
});
