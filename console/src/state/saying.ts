/** What is said without the outbox: reactions, and messages that were not delivered, once more. */
import { answer, api, fetchFile } from '@/api/client';
import type { Message } from '@/api/types';
import { note } from './desk';
import type { FileKind, TemplateWish } from './outbox';
import { submit } from './sending';

/** '' takes the reaction away. Throws a `Failure`. */
export async function react(conversationId: string, messageId: string, emoji: string): Promise<void> {
  const path = { conversation_id: conversationId };
  const body = { type: 'reaction', content: emoji, reply_to: messageId };
  const call = api.POST('/api/v1/conversations/{conversation_id}/messages', { params: { path }, body: body as never });
  note(conversationId, await answer(call));
}

/** The customer cannot get them, or the window is closed: the same again would fail the same way. */
const HOPELESS = new Set([131021, 131026, 131047, 131049, 131050, 131051, 132000, 132001, 132005, 132007, 132012]);

export function mayHelp(message: Message): boolean {
  const said = message.type === 'text' || message.type === 'template' || (message.media?.url?.startsWith('/') ?? false);
  return said && message.status === 'failed' && !HOPELESS.has(message.error?.code ?? 0);
}

/** As a new message: the one that failed stays where it is. Throws a `Failure` when its file cannot be read. */
export async function sendAgain(conversationId: string, message: Message): Promise<void> {
  const head = { conversationId, replyTo: message.reply_to };
  const { payload, media } = message;
  if (message.type === 'text') return submit({ ...head, kind: 'text', content: message.content });
  if (message.type === 'template') {
    const template = {
      name: payload?.template_name,
      language: payload?.language,
      components: payload?.components ?? [],
    };
    return submit({ ...head, kind: 'template', content: message.content, template: template as TemplateWish });
  }
  const file = await fetchFile(media?.url ?? '');
  const about = { caption: message.caption, filename: media?.filename ?? null, voice: payload?.voice === true };
  submit({ ...head, kind: message.type as FileKind, content: '', ...about }, file);
}
