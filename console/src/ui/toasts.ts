import { shallowReactive } from 'vue';
import { failureFrom } from '@/api/errors';

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
}

export const toasts = shallowReactive<Toast[]>([]);
const SHOWN_MS = 5_000;
let last = 0;

export function toast(text: string, tone: Toast['tone'] = 'plain'): void {
  last += 1;
  const made = { id: last, text, tone };
  toasts.push(made);
  if (toasts.length > 3) toasts.shift();
  window.setTimeout(() => dismiss(made), SHOWN_MS);
}

export function dismiss(one: Toast): void {
  const index = toasts.indexOf(one);
  if (index >= 0) toasts.splice(index, 1);
}

/** Does it; says why when it cannot. Whether it was done. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (reason) {
    toast(failureFrom(reason).message, 'bad');
    return false;
  }
}
