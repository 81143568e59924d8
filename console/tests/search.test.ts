import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf, wordsOf } from '@/inbox/matching';

const hits = (text: string, written: string): string[] =>
  piecesOf(text, wordsOf(written))
    .filter((piece) => piece.hit)
    .map((piece) => piece.text);

describe('what is looked for', () => {
  it.each([
    ['João  SIL', ['joao', 'sil']],
    ["d'Ávila", ['d', 'avila']],
    ['(11) 98765-4321', ['11987654321']],
    ['011 8765', ['118765']],
    ['João +55 11', ['joao', '5511']],
    ['20261127-000012', ['20261127000012']],
    ['-- % 🙂', []],
    ['ana ana', ['ana']],
  ])('is read as the server reads it: %s', (written, words) => {
    expect(wordsOf(written)).toEqual(words);
  });

  it.each([
    ['João da Silva', 'joao sil', ['João', 'Sil']],
    ['Mariana', 'ana', ['ana']],
    ['Ana Mariana', 'an', ['An']], // two letters are the beginning of a word
    ['Joa\u0303o', 'joao', ['Joa\u0303o']],
    ['+55 11 98765-4321', '11 9876', ['11 9876']],
    ['+55 11 98765-4321', '654321', ['65-4321']],
    ['+55 11 98765-4321', '11 8765-4321', ['11 98765-4321']], // as it was before the ninth digit
    ['20261127-000012', '20261127-000012', ['20261127-000012']],
    ['Zé 🙂 Ana', 'ana', ['Ana']],
    ['João', 'maria', []],
  ])('is marked where it stands: %s, %s', (text, written, expected) => {
    expect(hits(text, written)).toEqual(expected);
  });

  it('takes nothing from a text and adds nothing to it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ minLength: 1 })), (text, words) => {
        const pieces = piecesOf(text, words);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        expect(pieces.every((piece, index) => piece.hit !== pieces[index + 1]?.hit)).toBe(true);
      }),
    );
  });
});
