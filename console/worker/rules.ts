/** What the service worker answers, as rules without effects. */

/** The files of one build: `version` is a digest of them all. */
export interface Shell {
  version: string;
  files: readonly string[];
}

/** The one page that all addresses of the console are. */
export const PAGE = '/';
const PAGES = /^\/(?:(?:entrar|caixa|painel|ajustes)(?:\/.*)?)?$/;
/** Below it a name tells the content. */
const HASHED = '/assets/';

/**
 * Under which name a request is looked up; null for what is left to the network: the API, media, sockets, documents, and
 * whatever a later server may add.
 */
export function keptAs(method: string, mode: string, url: URL, own: Shell): string | null {
  if (method !== 'GET') return null;
  if (mode === 'navigate') return PAGES.test(url.pathname) ? PAGE : null;
  return url.pathname.startsWith(HASHED) || own.files.includes(url.pathname) ? url.pathname : null;
}

/** Hashed ones may come from the browser's own cache; for the others the server is asked. */
export const cacheModeOf = (path: string): RequestCache => (path.startsWith(HASHED) ? 'default' : 'no-cache');

/** While servers are exchanged a page of one build may come with the worker of another. */
export function isOfBuild(page: string, own: Shell): boolean {
  const named = page.match(/\/assets\/[^"']+/g) ?? [];
  return named.length > 0 && named.every((path) => own.files.includes(path));
}

/**
 * Which builds are let go. `names`: all caches, the oldest first. With one window open nobody needs an old one; with
 * several, the build before may still be on somebody's screen, and fetch its later parts.
 */
export function outdated(names: readonly string[], own: string, windows: number): string[] {
  const others = names.filter((name) => name.startsWith('shell-') && name !== own);
  return windows > 1 ? others.slice(0, -1) : others;
}
