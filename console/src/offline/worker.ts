/** The page's side of the service worker (`console/worker`): puts it up, and hears of new builds. */
import { watch } from 'vue';
import { cut } from '@/live/live';
import { offer } from './offer';

const ASKED_MS = 30 * 60_000;

/** Only over TLS and on `localhost` do browsers have one. Without it all works, but not without a connection. */
export async function putUp(): Promise<void> {
  const container = navigator.serviceWorker;
  if (!container) return;
  const isFirst = container.controller === null; // its taking over is no news then
  const registration = await container.register('/sw.js').catch(() => null); // forbidden, or the server is away
  if (!registration) return;
  if (registration.waiting && !isFirst) tell(registration);
  registration.addEventListener('updatefound', () => hear(registration));
  // Another window wished the new one: this one still shows the old.
  if (!isFirst) container.addEventListener('controllerchange', () => offer(), { once: true });
  askNowAndThen(registration);
}

function hear(registration: ServiceWorkerRegistration): void {
  const found = registration.installing;
  found?.addEventListener('statechange', () => {
    if (found.state === 'installed' && navigator.serviceWorker.controller) tell(registration);
  });
}

function tell(registration: ServiceWorkerRegistration): void {
  offer(async () => {
    const { waiting } = registration;
    if (!waiting) return;
    const taken = new Promise((done) =>
      navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }),
    );
    waiting.postMessage('take over');
    await taken;
  });
}

/** A server that was away is perhaps a newer one. */
function askNowAndThen(registration: ServiceWorkerRegistration): void {
  const ask = (): void => void registration.update().catch(() => null);
  window.setInterval(ask, ASKED_MS);
  watch(cut, (isCut) => isCut || ask());
}
