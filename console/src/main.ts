import { VueQueryPlugin } from '@tanstack/vue-query';
import { createApp } from 'vue';
import App from './App.vue';
import { router } from './router';
import { start } from './session/session';
import { listenForKeys } from './shell/commands';
import { i18n, speak, speakAsOthersDo, spoken } from './texts/texts';
import './ui/tokens.css';
import './ui/base.css';

await Promise.all([start(), speak(spoken())]);
listenForKeys();
speakAsOthersDo();
createApp(App).use(i18n).use(router).use(VueQueryPlugin).mount('#app');
