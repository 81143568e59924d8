/** What becomes of a text of the bot's: as the server fills it in, piece by piece. */
import type { BotWish } from './types';

export const VARIABLES = ['nome', 'provedor', 'protocolo', 'segunda_via', 'situacao'] as const;
export type Variable = (typeof VARIABLES)[number];
export type Values = Record<Variable, string>;

export interface Piece {
  text: string;
  kind: 'plain' | 'filled' | 'unknown';
}

const VARIABLE = new RegExp(`([ \\t,]*)\\{(${VARIABLES.join('|')})\\}`, 'g');

/** What is not known is left out, with the blank or comma before it. */
export function spoken(text: string, values: Values): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of text.matchAll(VARIABLE)) {
    const [whole, before = '', name = ''] = found;
    const value = values[name as Variable];
    pieces.push(...plain(text.slice(end, found.index) + (value ? before : '')));
    if (value) pieces.push({ text: value, kind: 'filled' });
    end = found.index + whole.length;
  }
  pieces.push(...plain(text.slice(end)));
  return withoutLead(pieces);
}

/** What looks like a variable and is none. */
function plain(text: string): Piece[] {
  return text
    .split(/(\{[^{}\s]*\})/)
    .filter(Boolean)
    .map((part) => ({ text: part, kind: /^\{[^{}\s]*\}$/.test(part) ? 'unknown' : 'plain' }));
}

function withoutLead(pieces: Piece[]): Piece[] {
  const [first, ...others] = pieces;
  if (!first) return [];
  const text = first.text.replace(/^[ ,]+/, '');
  return text ? [{ ...first, text }, ...others] : others;
}

const LINKS = { financeiro: 'invoice_url', sem_conexao: 'status_url' } as const;

/** The link that the server puts below an answer, if it is not in it. */
export function linkBelow(intent: string, text: string, wish: BotWish): string | null {
  if (intent !== 'financeiro' && intent !== 'sem_conexao') return null;
  const url = wish[LINKS[intent]];
  return url && !text.includes(url) ? url : null;
}
