/** A text in pieces: words, addresses, and WhatsApp's own ways of writing. Nothing of it is ever taken for HTML. */
export type Mark = 'bold' | 'italic' | 'struck' | 'mono';

export interface Piece {
  text: string;
  href: string | null;
  marks: readonly Mark[];
}

const MARKS: Record<string, Mark> = { '*': 'bold', _: 'italic', '~': 'struck' };

/**
 * An address; or code; or words between two equal signs, as WhatsApp reads them: close to the words within, and not
 * within a word: `5*3*2` and `nome_do_arquivo` stay as they are.
 */
const FOUND = new RegExp(
  [
    /(?<address>https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]*_~`])/u,
    /```(?<block>[\s\S]+?)```/u,
    /`(?<code>[^`\n]+)`/u,
    /(?<![\p{L}\p{N}])(?<sign>[*_~])(?=\S)(?<inner>[^\n]*?\S)\k<sign>(?![\p{L}\p{N}])/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gu',
);

export function piecesOf(text: string, marks: readonly Mark[] = []): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(FOUND)) {
    if (found.index > from) pieces.push({ text: text.slice(from, found.index), href: null, marks });
    pieces.push(...special(found.groups ?? {}, marks));
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), href: null, marks });
  return pieces;
}

function special(
  { address, block, code, sign, inner }: Record<string, string | undefined>,
  marks: readonly Mark[],
): Piece[] {
  if (address) return [{ text: address, href: address, marks }];
  if (inner) return piecesOf(inner, [...marks, MARKS[sign ?? ''] ?? 'bold']);
  return [{ text: block ?? code ?? '', href: null, marks: [...marks, 'mono'] }];
}
