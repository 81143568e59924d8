import { onScopeDispose, type Ref, readonly, ref } from 'vue';

const now = ref(Date.now());
let users = 0;
let timer = 0;

/** The time, every five seconds, for waiting times and countdowns: one clock for all that is on the screen. */
export function useNow(): Readonly<Ref<number>> {
  if (users === 0) {
    now.value = Date.now();
    timer = window.setInterval(() => (now.value = Date.now()), 5_000);
  }
  users += 1;
  onScopeDispose(() => {
    users -= 1;
    if (users === 0) clearInterval(timer);
  });
  return readonly(now);
}
