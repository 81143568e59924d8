import { ref } from 'vue';

export type Theme = 'light' | 'dark' | 'system';
const KEY = 'plantao.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

export const theme = ref<Theme>((localStorage.getItem(KEY) as Theme | null) ?? 'system');

/** Before the first paint `public/theme.js` does the same. */
export function setTheme(wish: Theme): void {
  theme.value = wish;
  if (wish === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, wish);
  show();
}

export function toggleTheme(): void {
  setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
}

function show(): void {
  const isDark = theme.value === 'system' ? dark.matches : theme.value === 'dark';
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', isDark ? '#0e1211' : '#f6f7f7');
}

dark.addEventListener('change', show);
addEventListener('storage', ({ key, newValue }) => {
  if (key !== KEY) return;
  theme.value = (newValue as Theme | null) ?? 'system';
  show();
});
