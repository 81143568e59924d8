// Before the first paint, and so not part of the application: no flash of the other theme.
{
  const wish = localStorage.getItem('plantao.theme');
  const dark = wish ? wish === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.querySelector('meta[name=theme-color]').content = dark ? '#0e1211' : '#f6f7f7'; // --page, for the frame around
}
