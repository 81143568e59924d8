// Runs before the first paint so that the page never flashes in the wrong theme.
(() => {
  const saved = localStorage.getItem("sim-theme");
  if (saved) document.documentElement.dataset.theme = saved;
})();
