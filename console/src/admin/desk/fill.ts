export type Filling = Record<'cliente' | 'protocolo' | 'atendente', string>;

export interface Piece {
  text: string;
  /** `filled`: stands for a variable; `unknown`: looks like one and is none. */
  kind: 'plain' | 'filled' | 'unknown';
}

/** What a canned reply becomes, piece by piece. */
export function filled(content: string, values: Filling): Piece[] {
  const parts = content.split(/(\{[^{}\s]*\})/).filter(Boolean);
  return parts.map((text) => {
    if (!/^\{[^{}\s]*\}$/.test(text)) return { text, kind: 'plain' };
    const value = Object.hasOwn(values, text.slice(1, -1)) ? values[text.slice(1, -1) as keyof Filling] : undefined;
    return value === undefined ? { text, kind: 'unknown' } : { text: value, kind: 'filled' };
  });
}
