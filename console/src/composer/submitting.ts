import { submit } from '@/state/sending';
import type { Chosen } from './files';

const CAPTION = 1024; // characters that a file's text may have

/** A caption belongs to the first file that can have one; a text that is too long, or finds none, goes before them. */
export function submitFiles(
  conversationId: string,
  text: string,
  files: readonly Chosen[],
  replyTo: string | null,
): void {
  const captioned = text && text.length <= CAPTION ? files.find((one) => one.kind !== 'audio') : undefined;
  let quote = replyTo;
  const quoteOnce = (): string | null => {
    const given = quote;
    quote = null;
    return given;
  };
  if (text && !captioned) submit({ conversationId, kind: 'text', content: text, replyTo: quoteOnce() });
  for (const { file, kind, ...one } of files) {
    const caption = captioned?.id === one.id ? text : null;
    submit({ conversationId, kind, content: '', caption, filename: file.name, replyTo: quoteOnce() }, file);
  }
}
