/** Files that an agent sends: which ones WhatsApp takes, and as what. */
import type { FileKind } from '@/state/outbox';

export interface Chosen {
  id: number;
  file: File;
  kind: FileKind;
}

export type Refusal = 'tooLarge' | 'refused';

const MB = 1024 * 1024;
const LARGEST: Record<FileKind, number> = { image: 5 * MB, video: 16 * MB, audio: 16 * MB, document: 100 * MB };
const TYPES: Record<FileKind, ReadonlySet<string>> = {
  image: new Set(['image/jpeg', 'image/png']),
  video: new Set(['video/mp4', 'video/3gpp']),
  audio: new Set([
    ...['audio/ogg', 'audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/aac', 'audio/amr', 'audio/webm'],
    ...['audio/wav', 'audio/x-wav', 'audio/flac'],
  ]),
  document: new Set([
    'application/pdf',
    'text/plain',
    'application/msword',
    'application/vnd.ms-excel',
    'application/vnd.ms-powerpoint',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  ]),
};
const KINDS = Object.keys(TYPES) as FileKind[];

export const ACCEPTED = KINDS.flatMap((kind) => [...TYPES[kind]]).join(',');
let last = 0;

/** The server looks into the bytes; this spares the way of what it would refuse. */
export function choose(file: Pick<File, 'type' | 'size'> & File): Chosen | Refusal {
  const kind = KINDS.find((one) => TYPES[one].has(file.type));
  if (!kind) return 'refused';
  if (file.size > LARGEST[kind]) return 'tooLarge';
  last += 1;
  return { id: last, file, kind };
}
