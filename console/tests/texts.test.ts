import { describe, expect, it } from 'vitest';
import { texts as botEn } from '@/admin/bot/texts.en';
import { texts as botPt } from '@/admin/bot/texts.pt';
import { adminEn } from '@/admin/texts.en';
import { adminPt } from '@/admin/texts.pt';
import { texts as customerEn } from '@/customer/texts/en';
import { texts as customerPt } from '@/customer/texts/pt';
import { texts as dashboardEn } from '@/dashboard/texts/en';
import { texts as dashboardPt } from '@/dashboard/texts/pt';
import { en } from '@/texts/en';
import { pt } from '@/texts/pt';

const sources = import.meta.glob('../src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true });
const all = Object.values(sources as Record<string, string>).join('\n');
const portuguese = { ...pt, ...customerPt, ...dashboardPt, ...botPt, admin: adminPt };
const english: unknown = { ...en, ...customerEn, ...dashboardEn, ...botEn, admin: adminEn };

const at = (tree: unknown, key: string): unknown =>
  key.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], tree);

/** `a.b` of `t('a.b')`, and `a` of t(`a.${b}`). */
function keysOf(source: string): { whole: string[]; begun: string[] } {
  const inCalls = [...source.matchAll(/\bt\(([^;{}]*?['`][^\n]*)/g)].map((found) => found[1] ?? '').join('\n');
  const whole = [...inCalls.matchAll(/'([a-z]\w*(?:\.\w+)+)'/g)].map((found) => found[1] ?? '');
  const begun = [...inCalls.matchAll(/`([a-z]\w*(?:\.\w+)*)\.\$\{/g)].map((found) => found[1] ?? '');
  return { whole, begun };
}

describe('the texts', () => {
  const { whole, begun } = keysOf(all);

  it('have every key that the console names', () => {
    expect(whole.length).toBeGreaterThan(200);
    const known = new Set(Object.keys(portuguese));
    const named = [...new Set(whole)].filter((key) => known.has(key.split('.')[0] ?? ''));
    expect(named.filter((key) => typeof at(portuguese, key) !== 'string')).toEqual([]);
    expect(begun.filter((key) => typeof at(portuguese, key) !== 'object')).toEqual([]);
  });

  it('fill in the same in both languages', () => {
    const placeholders = (text: string): string =>
      [...text.matchAll(/\{(\w+)\}/g)]
        .map((found) => found[1])
        .sort()
        .join();
    const differing = leaves(portuguese).filter(
      ([key, text]) => placeholders(String(at(english, key))) !== placeholders(text),
    );
    expect(differing).toEqual([]);
  });
});

function leaves(tree: object, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string' ? [[`${path}${name}`, value] as [string, string]] : leaves(value, `${path}${name}.`),
  );
}
