import { VueQueryPlugin } from '@tanstack/vue-query';
import { createApp } from 'vue';
import App from './App.vue';
import { missed } from './offline/offer';
import { router } from './router';
import { start } from './session/session';
import { listenForKeys } from './shell/commands';
import { i18n, speak, speakAsOthersDo, spoken } from './texts/texts';
import './ui/tokens.css';
import './ui/base.css';

const WORKER_MS = 1_000; // the first screen goes before

/** If the server is away by then, the next visit does it. */
async function putWorkerUp(): Promise<void> {
  const worker = await import('./offline/worker').catch(() => null);
  await worker?.putUp();
}

await Promise.all([start(), speak(spoken())]);
listenForKeys();
speakAsOthersDo();
addEventListener('vite:preloadError', missed);
createApp(App).use(i18n).use(router).use(VueQueryPlugin).mount('#app');
if (import.meta.env.PROD) window.setTimeout(putWorkerUp, WORKER_MS);
