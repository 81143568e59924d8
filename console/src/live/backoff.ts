const FIRST_MS = 400;
const LONGEST_MS = 15_000;

/** How long to wait before the `attempt`-th try (from 0): doubling, and half of it by chance, for all come back at once. */
export function backoff(attempt: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return whole / 2 + (whole / 2) * chance;
}
