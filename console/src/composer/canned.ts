/** Canned replies: found by their shortcut after a `/`, with the names of this conversation filled in. Pure. */
import type { Conversation } from '@/api/types';

export interface Canned {
  shortcut: string;
  content: string;
}

const MOST = 8;

/** What was typed after the `/` when the text is nothing else; null otherwise. */
export const shortcutIn = (text: string): string | null => text.match(/^\/(\S*)$/)?.[1]?.toLowerCase() ?? null;

/** Those whose shortcut begins so, then those that have it within, in the shortcut or the text. */
export function matching<T extends Canned>(replies: readonly T[], typed: string): T[] {
  const rank = ({ shortcut, content }: T): number => {
    if (shortcut.startsWith(typed)) return 0;
    if (shortcut.includes(typed)) return 1;
    return content.toLowerCase().includes(typed) ? 2 : 3;
  };
  const able = replies.filter((reply) => rank(reply) < 3);
  return able.sort((a, b) => rank(a) - rank(b) || a.shortcut.localeCompare(b.shortcut)).slice(0, MOST);
}

/** With the first names, as people address each other; a customer without a name leaves no hole in the sentence. */
export function filled(content: string, info: Pick<Conversation, 'customer_name' | 'protocol'>, agent: string): string {
  const first = (name: string): string => name.trim().split(/\s+/)[0] ?? '';
  const customer = first(info.customer_name ?? '');
  const whole = customer ? content : content.replace(/,?[ \t]*\{cliente\}/g, '');
  const values: Record<string, string> = { cliente: customer, protocolo: info.protocol, atendente: first(agent) };
  return whole.replace(/\{(cliente|protocolo|atendente)\}/g, (_, name: string) => values[name] ?? '').trim();
}
