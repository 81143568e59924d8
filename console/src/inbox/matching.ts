/** Where what is looked for stands in a name or a number, read as the server reads it. Pure. */

export interface Piece {
  text: string;
  hit: boolean;
}

const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
const NUMBER = /\+?[0-9][0-9 ().\-/]*/g;

/** `(11) 98765-4321` is one number, whatever stands between its digits. */
export function wordsOf(text: string): string[] {
  const joined = plain(text).replace(NUMBER, (number) => ` ${dialled(number.replace(/[^0-9]/g, ''))} `);
  return [...new Set(joined.match(/[\p{L}\p{N}]+/gu) ?? [])];
}

function dialled(digits: string): string {
  const inner = digits.replace(/^0+/, '');
  return inner.length >= 3 ? inner : digits;
}

/** The text in pieces; together they are the text. */
export function piecesOf(text: string, words: readonly string[]): Piece[] {
  const signs = [...text];
  const hits = signs.map(() => false);
  for (const word of words.flatMap(forms)) mark(signs, hits, word);
  const pieces: Piece[] = [];
  signs.forEach((sign, index) => {
    const last = pieces.at(-1);
    const hit = hits[index] === true;
    if (last?.hit === hit) last.text += sign;
    else pieces.push({ text: sign, hit });
  });
  return pieces;
}

/** Mobiles are shown with the ninth digit, and written without it too. */
function forms(word: string): string[] {
  const old = word.match(/^((?:55)?[1-9][1-9])([6-9][0-9]*)$/);
  return old ? [word, `${old[1]}9${old[2]}`] : [word];
}

/** Of the digits of a number, what stands between them is no part; a word of one or two letters is a beginning. */
function mark(signs: readonly string[], hits: boolean[], word: string): void {
  const digits = /^[0-9]{3,}$/.test(word);
  let flat = '';
  const from: number[] = []; // of each code unit of `flat`, its sign
  signs.forEach((sign, index) => {
    const folded = digits ? sign.replace(/[^0-9]/g, '') : plain(sign);
    for (let unit = 0; unit < folded.length; unit += 1) from.push(index);
    flat += folded;
  });
  for (let at = flat.indexOf(word); at >= 0; at = flat.indexOf(word, at + 1)) {
    if (word.length < 3 && /[\p{L}\p{N}]/u.test(flat[at - 1] ?? '')) continue;
    for (let index = from[at] ?? 0; index <= (from[at + word.length - 1] ?? -1); index += 1) hits[index] = true;
  }
}

export const hasHit = (text: string, words: readonly string[]): boolean => piecesOf(text, words).some((one) => one.hit);
