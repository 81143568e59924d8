/** A newer build of the console than the one on the screen, for the shell to tell of. */
import { ref } from 'vue';

export const offered = ref(false);

/** Where a part was wanted that the old build does not have any more: the new one opens there. */
let wanted: string | null = null;
let prepare: () => Promise<void> = async () => {};

/** `first`: what has to be done before the page is loaded anew. */
export function offer(first: () => Promise<void> = async () => {}): void {
  prepare = first;
  offered.value = true;
}

/** A part could not be fetched. If the server answers, it has another build, and no service worker kept this one. */
export async function missed(): Promise<void> {
  const answer = await fetch('/', { method: 'HEAD' }).catch(() => null);
  if (answer?.ok) offer();
}

export function want(path: string | null): void {
  wanted = path;
}

export async function accept(): Promise<void> {
  await prepare();
  if (wanted === null) location.reload();
  else location.assign(wanted);
}
