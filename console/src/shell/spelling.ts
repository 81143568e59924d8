const SIGNS: Record<string, string> = {
  mod: /mac/i.test(navigator.platform) ? '⌘' : 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
  Enter: 'Enter',
  Escape: 'Esc',
};

/** The keys of a command, as they are printed on a keyboard. */
export function spell(keys: string | null): string[] {
  return keys ? keys.split(/[+ ]/).map((key) => SIGNS[key] ?? key.toUpperCase()) : [];
}
