/** What becomes of a text that somebody writes while others may write it too. */

/**
 * `base`: the text from which `mine` was written; `theirs`: what the server has now. `save`: nobody else wrote, mine goes
 * on top; `take`: mine says nothing of its own; `ask`: both wrote, and only a person can tell.
 */
export function verdict(base: string, mine: string, theirs: string): 'take' | 'save' | 'ask' {
  if (mine === base || mine === theirs) return 'take';
  return theirs === base ? 'save' : 'ask';
}

/** Both texts, theirs first: nothing of either is lost. */
export function both(mine: string, theirs: string): string {
  if (mine.includes(theirs)) return mine;
  return theirs.includes(mine) ? theirs : `${theirs}\n\n${mine}`;
}
