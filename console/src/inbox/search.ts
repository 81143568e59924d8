/** What is looked for among all conversations that the user may see. The server finds; an answer that comes late is dropped. */
import { computed, shallowReactive } from 'vue';
import { answer, api } from '@/api/client';
import { failureFrom } from '@/api/errors';
import type { Conversation } from '@/api/types';
import { wordsOf } from './matching';

const PAUSE_MS = 160; // between two keys
const LIMIT = 50;
const LEAST = 2; // characters

interface Found {
  items: Conversation[];
  total: number;
  loaded: number;
  pages: number;
  state: 'ready' | 'asking' | 'failed';
}

const nothing = (): Found => ({ items: [], total: 0, loaded: 0, pages: 0, state: 'ready' });

export class Search {
  readonly asked = shallowReactive({ text: '' });
  /** Of the last answer: it stays on the screen while the next one is on its way. */
  readonly found = shallowReactive<Found & { text: string }>({ ...nothing(), text: '' });
  readonly words = computed(() => wordsOf(this.found.text));
  readonly active = computed(() => isEnough(this.asked.text));
  private timer = 0;
  private underWay: AbortController | null = null;

  constructor(private readonly limit: number = LIMIT) {}

  look(text: string): void {
    this.asked.text = text;
    this.stop();
    if (!isEnough(text)) Object.assign(this.found, { ...nothing(), text: '' });
    else {
      this.found.state = 'asking';
      this.timer = window.setTimeout(() => void this.ask(1), PAUSE_MS);
    }
  }

  again(): void {
    this.stop();
    if (this.active.value) void this.ask(1);
  }

  more(): void {
    if (this.found.state === 'ready' && this.found.loaded < this.found.pages) void this.ask(this.found.loaded + 1);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.underWay?.abort();
    this.underWay = null;
  }

  private async ask(page: number): Promise<void> {
    const control = new AbortController();
    const { signal } = control;
    this.underWay = control;
    const text = this.asked.text.trim();
    this.found.state = 'asking';
    try {
      const query = { search: text, page, limit: this.limit };
      const told = await answer(api.GET('/api/v1/conversations', { params: { query }, signal }));
      if (!signal.aborted) this.take(text, page, told);
    } catch (reason) {
      if (!signal.aborted) this.refused(failureFrom(reason).code === 'VALIDATION_ERROR');
    }
  }

  private take(
    text: string,
    page: number,
    told: { conversations: Conversation[]; total: number; pages: number },
  ): void {
    const before = page === 1 ? [] : this.found.items;
    const known = new Set(before.map((item) => item.id));
    const items = [...before, ...told.conversations.filter((item) => !known.has(item.id))];
    Object.assign(this.found, { items, total: told.total, pages: told.pages, loaded: page, state: 'ready', text });
  }

  /** `hopeless`: there is nothing in it that could be found. */
  private refused(hopeless: boolean): void {
    Object.assign(this.found, { ...nothing(), state: hopeless ? 'ready' : 'failed', text: this.asked.text });
  }
}

/** That of the list. */
export const search = new Search();

function isEnough(text: string): boolean {
  return text.trim().length >= LEAST && wordsOf(text).length > 0;
}
