import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkBelow, spoken, VARIABLES, type Values } from '@/admin/bot/spoken';
import type { BotWish } from '@/admin/bot/types';

const values: Values = {
  nome: 'Ana',
  provedor: 'Horizonte',
  protocolo: '1-2',
  segunda_via: 'https://x.example/2',
  situacao: '',
};
const said = (text: string, of: Values = values): string =>
  spoken(text, of)
    .map((piece) => piece.text)
    .join('');

describe("the bot's texts", () => {
  it('fill in what is known', () => {
    expect(said('Oi, {nome}! Aqui é a {provedor}.')).toBe('Oi, Ana! Aqui é a Horizonte.');
    expect(spoken('Oi {nome}', values)[1]).toEqual({ text: 'Ana', kind: 'filled' });
  });

  it('leave nothing behind of what is not', () => {
    expect(said('Oi, {nome}! Veja {situacao}.', { ...values, nome: '' })).toBe('Oi! Veja.');
    expect(said('{nome}, bom dia', { ...values, nome: '' })).toBe('bom dia');
  });

  it('show what is no variable', () => {
    expect(spoken('Oi {cliente}', values)).toEqual([
      { text: 'Oi ', kind: 'plain' },
      { text: '{cliente}', kind: 'unknown' },
    ]);
  });

  it('lose nothing else', () => {
    const same = Object.fromEntries(VARIABLES.map((one) => [one, `{${one}}`])) as Values;
    const lead = /^[ ,]+/;
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(said(text, same)).toBe(text.replace(lead, ''));
      }),
    );
  });

  it('have the link below them once', () => {
    const wish = { invoice_url: 'https://x.example/2', status_url: null } as BotWish;
    expect(linkBelow('financeiro', 'Certo.', wish)).toBe('https://x.example/2');
    expect(linkBelow('financeiro', 'Veja https://x.example/2', wish)).toBeNull();
    expect(linkBelow('sem_conexao', 'Certo.', wish)).toBeNull();
    expect(linkBelow('saudacao', 'Oi', wish)).toBeNull();
  });
});
