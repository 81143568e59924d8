/** Going to a message, wherever in the past it is. */
import { onScopeDispose, ref } from 'vue';

interface Ground {
  /** Where it stands now; -1 while it is not here. */
  indexOf: (messageId: string) => number;
  show: (index: number) => void;
  /** Reads one page more; false when there is none. */
  older: () => Promise<boolean>;
}

const PAGES = 30; // that are read for one message
const LIT_MS = 1_700;

/** `found`: the `id` of the message to be lit, for as long as it is. */
export function finder({ indexOf, show, older }: Ground) {
  const found = ref<string | null>(null);
  let timer = 0;
  async function jump(messageId: string): Promise<void> {
    for (let page = 0; indexOf(messageId) < 0 && page < PAGES; page += 1) if (!(await older())) return;
    if (indexOf(messageId) < 0) return;
    show(indexOf(messageId));
    found.value = messageId;
    clearTimeout(timer);
    timer = window.setTimeout(() => (found.value = null), LIT_MS);
  }
  onScopeDispose(() => clearTimeout(timer));
  return { found, jump };
}
