import { describe, expect, it } from 'vitest';

const found = import.meta.glob('../src/ui/tokens.css', { query: '?raw', import: 'default', eager: true });
const css = String(Object.values(found)[0]);
const scripts = import.meta.glob(['../src/shell/theme.ts', '../public/theme.js'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The colours of a theme, by name. */
function coloursOf(theme: 'light' | 'dark'): Map<string, string> {
  const block = css.split(`[data-theme="${theme}"]`)[1]?.split('}')[0] ?? '';
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((one) => [one[1] ?? '', one[2] ?? '']));
}

/** Relative luminance, as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ['page', 'surface', 'raised', 'sunken', 'hover', 'chosen', 'theirs', 'ours', 'bot'];
const PLAIN = ['page', 'surface', 'raised', 'hover'];
/** What is written, and on what. */
const TEXTS: Record<string, string[]> = {
  ink: [...GROUNDS, 'accent-soft', 'note'],
  'ink-2': [...GROUNDS, 'accent-soft'],
  'ink-3': GROUNDS,
  'accent-ink': ['accent'],
  'accent-text': [...GROUNDS, 'accent-soft'],
  'note-ink': ['note', 'note-line'],
  good: PLAIN,
  warm: [...PLAIN, 'warm-soft'],
  bad: [...PLAIN, 'bad-soft'],
};
/** What is seen without being read: where the focus is, where one writes, and ticks. */
const SHAPES: Record<string, string[]> = {
  focus: [...GROUNDS, 'note'],
  'field-line': [...PLAIN, 'note'],
  read: ['ours', 'bot'],
  accent: PLAIN,
};

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const colours = coloursOf(theme);
  const tooWeak = (pairs: Record<string, string[]>, least: number): string[] =>
    Object.entries(pairs).flatMap(([front, grounds]) =>
      grounds
        .map((ground) => ({ ground, ratio: contrast(colours.get(front) ?? '', colours.get(ground) ?? '') }))
        .filter(({ ratio }) => !(ratio >= least))
        .map(({ ground, ratio }) => `${front} on ${ground}: ${ratio.toFixed(2)}`),
    );

  it('has texts that can be read', () => expect(tooWeak(TEXTS, 4.5)).toEqual([]));
  it('has shapes that can be seen', () => expect(tooWeak(SHAPES, 3)).toEqual([]));
  it('colours the frame of the installed application', () => {
    for (const script of Object.values(scripts)) expect(script).toContain(`'${colours.get('page')}'`);
  });
});
