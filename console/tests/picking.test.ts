import { expect, test } from 'vitest';
import { between, outcomeWords } from '@/inbox/picking';

const LIST = ['a', 'b', 'c', 'd'];

test('a range has both ends, whichever was first', () => {
  expect([between(LIST, 'b', 'd'), between(LIST, 'd', 'b'), between(LIST, 'c', 'c')]).toEqual([
    ['b', 'c', 'd'],
    ['b', 'c', 'd'],
    ['c'],
  ]);
});

test('from what has left the list only the other end is chosen', () => {
  expect(between(LIST, 'gone', 'c')).toEqual(['c']);
});

test('each reason is told once', () => {
  const closed = { detail: 'A conversa já foi encerrada.' };
  expect(outcomeWords(3, [])).toBe('Feito em 3 conversas.');
  expect(outcomeWords(1, [closed, closed])).toBe('Feito em 1 conversa. Em 2 não: A conversa já foi encerrada.');
  expect(outcomeWords(0, [closed, { detail: 'Conversa não encontrada.' }])).toBe(
    'Nenhuma mudou. Em 1 não: A conversa já foi encerrada. Em 1 não: Conversa não encontrada.',
  );
});
