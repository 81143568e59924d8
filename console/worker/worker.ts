/**
 * The service worker: the console opens at once, also without a connection, and whole: a page and its parts are always of
 * one build. A new build waits until nobody uses the old one any more, or somebody wishes it.
 */
import { cacheModeOf, isOfBuild, keptAs, outdated, PAGE, type Shell } from './rules';

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build. */
declare const __SHELL__: Shell;

const SHELL = __SHELL__;
const CACHE = `shell-${SHELL.version}`;

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.files.map((path) => new Request(path, { cache: cacheModeOf(path) })));
  const page = await cache.match(PAGE);
  if (page && isOfBuild(await page.text(), SHELL)) return;
  await caches.delete(CACHE);
  throw new Error('The page is of another build.'); // the browser tries again later
}

async function takeOver(): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const gone = outdated(await caches.keys(), CACHE, windows.length);
  await Promise.all(gone.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Of the own build first; then of the one before, which another window may still show. */
async function answer(request: Request, name: string): Promise<Response> {
  const own = await (await caches.open(CACHE)).match(name);
  return own ?? (await caches.match(name)) ?? fetch(request);
}

/** Leads to the conversation of a notification, in a window that is there already if need be. */
async function visit(id: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window' });
  const chosen = windows.find((one) => one.visibilityState === 'visible') ?? windows[0];
  if (!chosen) {
    await self.clients.openWindow(`/caixa/minhas/${id}`);
    return;
  }
  chosen.postMessage({ visit: id });
  await chosen.focus().catch(() => null); // not every browser lets it
}

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(self.skipWaiting());
});
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  const name = keptAs(event.request.method, event.request.mode, url, SHELL);
  if (name !== null) event.respondWith(answer(event.request, name));
});
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(visit(String(event.notification.data)));
});
