/** What the user wishes in this browser. */
import { shallowReactive, watch } from 'vue';

interface Preferences {
  /** A text may be taken back for five seconds before it leaves. */
  undo: boolean;
  sound: boolean;
  /** Desktop notifications: the browser asks for leave when they are turned on. */
  notices: boolean;
}

const KEY = 'plantao.preferences';
const DEFAULTS: Preferences = { undo: true, sound: true, notices: false };

export const preferences = shallowReactive<Preferences>({ ...DEFAULTS, ...kept() });

function kept(): Partial<Preferences> {
  return JSON.parse(localStorage.getItem(KEY) ?? '{}');
}

watch(preferences, () => localStorage.setItem(KEY, JSON.stringify(preferences)));
addEventListener('storage', (event) => event.key === KEY && Object.assign(preferences, kept()));
