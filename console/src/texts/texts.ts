import { createI18n } from 'vue-i18n';
import { pt } from './pt';

export type Locale = 'pt-BR' | 'en';
const KEY = 'plantao.language';

export const i18n = createI18n({ legacy: false, locale: 'pt-BR', fallbackLocale: 'pt-BR', messages: { 'pt-BR': pt } });

export const t = i18n.global.t;

export function language(): Locale {
  return i18n.global.locale.value as Locale;
}

/** The texts of a part that is fetched when it is visited. */
export type PartTexts = Record<Locale, () => Promise<{ texts: object }>>;
const learned = new Set<PartTexts>();

/** Before the part is shown, and again in the other language when that is chosen. */
export async function learn(part: PartTexts): Promise<void> {
  if (learned.has(part)) return;
  await add(part, language());
  learned.add(part);
}

async function add(part: PartTexts, locale: Locale): Promise<void> {
  const { texts } = await part[locale]();
  i18n.global.mergeLocaleMessage(locale as 'pt-BR', texts as never);
}

/** English is fetched when somebody wants it. */
export async function speak(locale: Locale): Promise<void> {
  if (locale === 'en') {
    const { en } = await import('./en');
    i18n.global.mergeLocaleMessage('en' as 'pt-BR', en); // what lazy parts have brought stays
  }
  await Promise.all([...learned].map((part) => add(part, locale)));
  i18n.global.locale.value = locale as 'pt-BR';
  document.documentElement.lang = locale;
  localStorage.setItem(KEY, locale);
}

export function spoken(): Locale {
  const kept = localStorage.getItem(KEY);
  if (kept === 'pt-BR' || kept === 'en') return kept;
  return navigator.language.startsWith('en') ? 'en' : 'pt-BR';
}

/** When another tab speaks otherwise from now on, this one does too. */
export function speakAsOthersDo(): void {
  addEventListener('storage', ({ key }) => {
    if (key === KEY) void speak(spoken());
  });
}
