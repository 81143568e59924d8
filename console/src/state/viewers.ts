/** Who else has the conversation of this tab's screen before them. */
import { shallowRef } from 'vue';
import type { Viewer } from '@/api/types';
import { session } from '@/session/session';

const seen = shallowRef<{ id: string; viewers: readonly Viewer[] } | null>(null);

export function hearViewers(id: string, viewers: readonly Viewer[]): void {
  seen.value = { id, viewers: viewers.filter((one) => one.agent_id !== session.user?.id) };
}

/** Of a line that is cut, or of a conversation that was left, nothing is known. */
export function forgetViewers(): void {
  seen.value = null;
}

export const othersAt = (id: string): readonly Viewer[] => (seen.value?.id === id ? seen.value.viewers : []);
