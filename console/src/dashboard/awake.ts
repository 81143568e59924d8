import { onScopeDispose } from 'vue';

/** Keeps the screen on while the component lives, where the browser can; it lets go of it whenever the tab is hidden. */
export function useAwake(): void {
  let lock: WakeLockSentinel | null = null;
  let isOver = false;
  const hold = async (): Promise<void> => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    const found = await navigator.wakeLock.request('screen').catch(() => null); // refused when the battery is low
    if (isOver) void found?.release();
    else lock = found;
  };
  document.addEventListener('visibilitychange', hold);
  void hold();
  onScopeDispose(() => {
    isOver = true;
    document.removeEventListener('visibilitychange', hold);
    void lock?.release();
  });
}
