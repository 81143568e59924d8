/** What all players share: one sound at a time, at one speed. */
import { ref } from 'vue';

const SPEEDS = [1, 1.5, 2];
export const speed = ref(1);
let current: HTMLMediaElement | null = null;

export function nextSpeed(): void {
  speed.value = SPEEDS[(SPEEDS.indexOf(speed.value) + 1) % SPEEDS.length] ?? 1;
}

/** This one begins: the one before stops. */
export function played(element: HTMLMediaElement): void {
  if (current !== element) current?.pause();
  current = element;
}
