import { describe, expect, it } from 'vitest';
import { cacheModeOf, isOfBuild, keptAs, outdated } from '../worker/rules';

const own = { version: '1', files: ['/', '/assets/index-1.js', '/theme.js'] };
const asked = (path: string, mode = 'cors', method = 'GET') => keptAs(method, mode, new URL(path, 'http://x'), own);
const router = import.meta.glob('../src/router.ts', { query: '?raw', import: 'default', eager: true });
const begun = [...String(Object.values(router)[0]).matchAll(/path: '\/([a-z]+)/g)].map((found) => found[1]);

describe('the service worker', () => {
  it('answers every page of the console', () => {
    expect(begun.length).toBeGreaterThan(4);
    for (const name of begun) {
      expect(asked(`/${name}`, 'navigate')).toBe('/');
      expect(asked(`/${name}/a/b?c=d`, 'navigate')).toBe('/');
    }
    expect(asked('/', 'navigate')).toBe('/');
  });

  it('leaves all else to the network', () => {
    for (const path of ['/api/v1/users', '/ws/chat', '/docs', '/health', '/openapi.json', '/caixas', '/sw.js']) {
      expect(asked(path, 'navigate')).toBeNull();
      expect(asked(path)).toBeNull();
    }
    expect(asked('/caixa/minhas')).toBeNull();
    expect(asked('/', 'navigate', 'POST')).toBeNull();
  });

  it('has its own files, and looks for those of other builds', () => {
    expect(asked('/theme.js', 'no-cors')).toBe('/theme.js');
    expect(asked('/assets/index-0.js')).toBe('/assets/index-0.js');
    expect([cacheModeOf('/'), cacheModeOf('/assets/index-1.js')]).toEqual(['no-cache', 'default']);
  });

  it('takes no page of another build', () => {
    expect(isOfBuild('<script src="/assets/index-1.js">', own)).toBe(true);
    expect(isOfBuild('<script src="/assets/index-2.js">', own)).toBe(false);
    expect(isOfBuild('<h1>Bad gateway</h1>', own)).toBe(false);
  });

  it('keeps the build before while another window may show it', () => {
    const names = ['shell-1', 'shell-2', 'shell-3', 'other'];
    expect(outdated(names, 'shell-3', 1)).toEqual(['shell-1', 'shell-2']);
    expect(outdated(names, 'shell-3', 2)).toEqual(['shell-1']);
  });
});
