/** Files that an agent sends. What the API takes: the file itself as a data URI. */

export interface Chosen {
  id: number;
  file: File;
  kind: 'image' | 'document';
}

export type Refusal = 'tooLarge' | 'refused';

const MB = 1024 * 1024;
const IMAGES = new Set(['image/jpeg', 'image/png']);
const DOCUMENTS = new Set([
  'application/pdf',
  'text/plain',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
]);

export const ACCEPTED = [...IMAGES, ...DOCUMENTS].join(',');
let last = 0;

/** The server looks into the bytes; this spares the way of what it would refuse. */
export function choose(file: Pick<File, 'type' | 'size'> & File): Chosen | Refusal {
  const kind = IMAGES.has(file.type) ? 'image' : DOCUMENTS.has(file.type) ? 'document' : null;
  if (kind === null) return 'refused';
  if (file.size > (kind === 'image' ? 5 : 100) * MB) return 'tooLarge';
  last += 1;
  return { id: last, file, kind };
}

export function asDataUri(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
