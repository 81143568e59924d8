/** Everything that can be done by a key, in one place: the keyboard, the palette and the list of shortcuts read it. */
import { onScopeDispose, shallowReactive } from 'vue';

export interface Command {
  id: string;
  /** The key of its name in the texts. */
  text: string;
  /** `r`, `?`, `Enter`, `mod+k` (Ctrl, or Cmd on a Mac), `g m` (one after the other). */
  keys: string | null;
  group: 'go' | 'conversation' | 'general';
  enabled?: () => boolean;
  /** Of two with the same keys this one is meant. */
  before?: boolean;
  run: () => void;
}

export const commands = shallowReactive(new Map<string, Command>());
/** While a dialog is open, single keys are its own. */
export const hushed = { count: 0 };

const SEQUENCE_MS = 900;
let first = '';
let firstAt = 0;

/** For as long as the component lives. */
export function useCommands(list: readonly Command[]): void {
  for (const command of list) commands.set(command.id, command);
  onScopeDispose(() => {
    for (const command of list) if (commands.get(command.id) === command) commands.delete(command.id);
  });
}

export function runnable(): Command[] {
  return [...commands.values()].filter((command) => command.enabled?.() !== false);
}

export function listenForKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || (event.repeat === true && event.key === 'Enter')) return;
    const command = find(event);
    if (!command) return;
    event.preventDefault();
    command.run();
  });
}

function find(event: KeyboardEvent): Command | undefined {
  const pressed = nameOf(event);
  if (!pressed.startsWith('mod+') && (hushed.count > 0 || isWriting(event.target))) return undefined;
  if (pressed === 'Enter' && hasOwnEnter(event.target)) return undefined;
  const sequence = Date.now() - firstAt < SEQUENCE_MS ? `${first} ${pressed}` : '';
  first = pressed;
  firstAt = Date.now();
  const able = runnable();
  const by = (keys: string) => able.find((c) => c.keys === keys && c.before) ?? able.find((c) => c.keys === keys);
  return by(sequence) ?? by(pressed);
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `mod+${key}`;
  if (event.shiftKey && /^[a-z]$/.test(key)) return `shift+${key}`;
  return event.altKey ? `alt+${key}` : key;
}

/** A button is pressed by Enter, a link followed: unless it leads to where one is. */
function hasOwnEnter(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, summary, a:not([aria-current])') !== null;
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const onButton = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement;
  return target.isContentEditable || (onButton === false && ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}
