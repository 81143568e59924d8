/** Files of messages. They need the token, so they are fetched and shown from memory. */
import { onScopeDispose, ref, shallowRef, watchEffect } from 'vue';
import { fetchFile } from '@/api/client';

interface Kept {
  file: Promise<Blob>;
  address: Promise<string>;
  users: number;
}

const MOST = 80;
const kept = new Map<string, Kept>();

/** The file's address in this page. Called again when it is shown again: what nobody shows is let go in time. */
function hold(url: string): Kept {
  const found = kept.get(url) ?? fetched(url);
  kept.delete(url);
  kept.set(url, found);
  found.users += 1;
  found.address.catch(() => kept.delete(url));
  return found;
}

function fetched(url: string): Kept {
  const file = fetchFile(url);
  return { file, address: file.then(URL.createObjectURL), users: 0 };
}

function letGo(): void {
  for (const [url, one] of kept) {
    if (kept.size <= MOST) return;
    if (one.users > 0) continue;
    kept.delete(url);
    void one.address.then(URL.revokeObjectURL, () => null);
  }
}

/** `state`: `idle` until `wanted` is true. */
export function useFile(url: () => string | null, wanted: () => boolean) {
  const address = ref<string | null>(null);
  const bytes = shallowRef<Blob | null>(null);
  const state = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  const attempts = ref(0);
  let held: Kept | null = null;

  const release = (): void => {
    if (held) held.users -= 1;
    held = null;
    letGo();
  };
  watchEffect(() => {
    const from = url();
    void attempts.value;
    if (!from || !wanted() || state.value === 'ready') return;
    release();
    state.value = 'loading';
    held = hold(from);
    Promise.all([held.address, held.file]).then(
      ([found, file]) => {
        address.value = found;
        bytes.value = file;
        state.value = 'ready';
      },
      () => (state.value = 'failed'),
    );
  });
  onScopeDispose(release);
  const retry = (): void => {
    state.value = 'idle';
    attempts.value += 1;
  };
  return { address, bytes, state, retry };
}

/** Saves what is in memory under its name. */
export function save(address: string, filename: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = filename;
  link.click();
}
