/** Templates as Meta describes them: what has to be filled in, how it reads, and what is sent. Pure. */
import type { Template } from '@/api/types';
import { list, object, type Payload, text } from '@/thread/payload';

/** `part`: where the value goes. `index`: of a button. `example`: of its author. */
export interface Field {
  key: string;
  part: 'header' | 'body' | 'button';
  kind: 'text' | 'link' | 'code';
  name: string;
  example: string;
  index: number;
  /** Of a header: `image`, `video` or `document`. */
  media: string;
}

export type Values = Readonly<Record<string, string>>;

const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const MEDIA = new Set(['IMAGE', 'VIDEO', 'DOCUMENT']);
const isNamed = (name: string): boolean => !/^\d+$/.test(name);

const partOf = (template: Template, type: string): Payload =>
  list(template.components).find((one) => text(one.type).toUpperCase() === type) ?? {};

export const variablesIn = (words: string): string[] => [
  ...new Set([...words.matchAll(VARIABLE)].map((one) => one[1] ?? '')),
];

export function fieldsOf(template: Template): Field[] {
  return [
    ...headerFields(partOf(template, 'HEADER')),
    ...bodyFields(partOf(template, 'BODY')),
    ...buttonFields(template),
  ];
}

function headerFields(header: Payload): Field[] {
  const format = text(header.format).toUpperCase();
  const base = { part: 'header' as const, index: 0, example: '' };
  if (MEDIA.has(format)) return [{ ...base, key: 'header', kind: 'link', name: '', media: format.toLowerCase() }];
  return variablesIn(text(header.text)).map((name) => ({
    ...base,
    key: `header.${name}`,
    kind: 'text',
    name,
    media: '',
  }));
}

function bodyFields(body: Payload): Field[] {
  const given = object(body.example);
  const named = new Map(list(given.body_text_named_params).map((one) => [text(one.param_name), text(one.example)]));
  const placed = Array.isArray(given.body_text) ? [given.body_text[0]].flat() : [];
  return variablesIn(text(body.text)).map((name, at) => ({
    ...{ key: `body.${name}`, part: 'body', kind: 'text', name, index: 0, media: '' },
    example: named.get(name) ?? text(placed[at]),
  }));
}

function buttonFields(template: Template): Field[] {
  return buttonsOf(template).flatMap((button, index): Field[] => {
    const kind = text(button.type).toUpperCase();
    const base = { key: `button.${index}`, part: 'button' as const, name: text(button.text), index, media: '' };
    const example = text([button.example].flat()[0]);
    if (kind === 'COPY_CODE') return [{ ...base, kind: 'code', example }];
    return kind === 'URL' && variablesIn(text(button.url)).length > 0 ? [{ ...base, kind: 'text', example }] : [];
  });
}

export const buttonsOf = (template: Template): Payload[] => list(partOf(template, 'BUTTONS').buttons);

/** As the customer will read it; what is not filled in yet keeps its braces. */
export function previewOf(template: Template, values: Values): { header: string; body: string; footer: string } {
  const fill = (part: string, words: string): string =>
    words.replace(VARIABLE, (whole, name: string) => values[`${part}.${name}`]?.trim() || whole);
  return {
    header: fill('header', text(partOf(template, 'HEADER').text)),
    body: fill('body', text(partOf(template, 'BODY').text)),
    footer: text(partOf(template, 'FOOTER').text),
  };
}

/** Meta's objects for sending it. */
export function componentsOf(fields: readonly Field[], values: Values): Payload[] {
  const of = (field: Field): string => values[field.key]?.trim() ?? '';
  const words = (field: Field): Payload => ({
    type: 'text',
    text: of(field),
    ...(isNamed(field.name) && field.part !== 'button' ? { parameter_name: field.name } : {}),
  });
  const header = fields.filter((field) => field.part === 'header');
  const body = fields.filter((field) => field.part === 'body');
  const found: Payload[] = [];
  if (header.length)
    found.push({ type: 'header', parameters: header.map((f) => (f.kind === 'link' ? fileOf(f, of(f)) : words(f))) });
  if (body.length) found.push({ type: 'body', parameters: body.map(words) });
  for (const field of fields.filter((one) => one.part === 'button')) found.push(buttonOf(field, of(field)));
  return found;
}

const fileOf = (field: Field, link: string): Payload => ({ type: field.media, [field.media]: { link } });

function buttonOf(field: Field, value: string): Payload {
  const code = field.kind === 'code';
  const parameter = code ? { type: 'coupon_code', coupon_code: value } : { type: 'text', text: value };
  return { type: 'button', sub_type: code ? 'copy_code' : 'url', index: `${field.index}`, parameters: [parameter] };
}

/** What is known already: a customer's name, where the author named the variable so. */
export function known(fields: readonly Field[], customer: string): Record<string, string> {
  const named = fields.filter((field) => /^(nome|cliente|name|customer|customer_name|nome_cliente)$/i.test(field.name));
  return Object.fromEntries(named.map((field) => [field.key, customer]));
}
