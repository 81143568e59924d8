import { describe, expect, it } from 'vitest';
import { both, verdict } from '@/customer/merging';
import { fitting, toggled } from '@/tags/sets';

type Rgb = [number, number, number];

function rgb(h: number, s: number, l: number): Rgb {
  const channel = (n: number): number => {
    const k = (n + h / 30) % 12;
    return l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [channel(0), channel(8), channel(4)];
}

/** WCAG's relative luminance. */
function luminance(color: Rgb): number {
  const [r, g, b] = color.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const [style = ''] = Object.values(
  import.meta.glob<string>('../src/tags/TagChip.vue', { query: '?raw', import: 'default', eager: true }),
);
const hues = [...style.matchAll(/\.tag\.(\w+)\s*{\s*--h: (\d+);(?:\s*--s: (\d+)%;)?/g)];
const [light, dark] = [
  ...style.matchAll(/background: hsl\(var\(--h\) [^/]*? (\d+)%\);\s*color: hsl\(var\(--h\) .*? (\d+)%\)/g),
];

describe('a tag', () => {
  it('is readable in each colour, by day and by night', () => {
    expect(hues).toHaveLength(9);
    for (const [, name, h, s] of hues) {
      const share = Number(s ?? 50) / 100;
      for (const [theme, back, ink] of [
        [light, share, share],
        [dark, share * 0.7, share * 1.1],
      ] as const) {
        const under = rgb(Number(h), back, Number(theme?.[1]) / 100);
        const over = rgb(Number(h), ink, Number(theme?.[2]) / 100);
        expect(contrast(under, over), `${name}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('is found by words without accents', () => {
    const tags = [
      { id: 1, name: 'Sem conexão', color: 'red' as const },
      { id: 2, name: 'Conta', color: 'blue' as const },
    ];
    expect(fitting(tags, 'conexao SEM').map((tag) => tag.id)).toEqual([1]);
    expect(fitting(tags, '').length).toBe(2);
    expect(toggled([tags[1] as (typeof tags)[0]], tags[0] as (typeof tags)[0]).map((tag) => tag.id)).toEqual([2, 1]);
    expect(toggled(tags, tags[0] as (typeof tags)[0]).map((tag) => tag.id)).toEqual([2]);
  });
});

describe('a note that two write', () => {
  it('is asked about only where both wrote something else', () => {
    expect(verdict('a', 'a', 'b')).toBe('take');
    expect(verdict('a', 'b', 'a')).toBe('save');
    expect(verdict('a', 'b', 'b')).toBe('take');
    expect(verdict('a', 'b', 'c')).toBe('ask');
  });

  it('keeps both, once', () => {
    expect(both('mine', 'theirs')).toBe('theirs\n\nmine');
    expect(both('theirs and mine', 'theirs')).toBe('theirs and mine');
    expect(both('mine', 'mine and theirs')).toBe('mine and theirs');
  });
});
