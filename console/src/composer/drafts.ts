/** What has been written and not sent, kept on this machine, for each conversation apart. */
import { shallowReactive } from 'vue';

export type Mode = 'text' | 'note';

const PREFIX = 'plantao.draft.';
const texts = shallowReactive(new Map<string, string>());

const keyOf = (id: string, mode: Mode): string => `${PREFIX}${mode}.${id}`;

export function draftOf(id: string, mode: Mode): string {
  const key = keyOf(id, mode);
  return texts.get(key) ?? localStorage.getItem(key) ?? '';
}

export function keepDraft(id: string, mode: Mode, text: string): void {
  const key = keyOf(id, mode);
  texts.set(key, text);
  if (text) localStorage.setItem(key, text);
  else localStorage.removeItem(key);
}

/** Back into the composer, before what has been written since. */
export function takeBack(id: string, mode: Mode, text: string): void {
  keepDraft(id, mode, [text, draftOf(id, mode)].filter(Boolean).join('\n'));
}
