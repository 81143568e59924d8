/** Templates without any I/O: what a form becomes, and what one looks like to a customer. Shapes are Meta's own. */
import type { Component } from '../types';

export type ButtonKind = 'QUICK_REPLY' | 'URL' | 'PHONE_NUMBER';

export interface ButtonWish {
  kind: ButtonKind;
  text: string;
  /** The address, or the phone number. */
  target: string;
  /** An address in full, for one that ends with a variable. */
  example: string;
}

export interface Wish {
  header: string;
  body: string;
  footer: string;
  buttons: ButtonWish[];
  /** By `header.1` or `body.nome`. */
  examples: Record<string, string>;
}

export interface Look {
  header: string | null;
  /** `IMAGE`, `VIDEO`, `DOCUMENT`, `LOCATION` above the text, or null. */
  media: string | null;
  body: string;
  footer: string | null;
  buttons: string[];
}

const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

/** Each once: numbers by their value, names in the order of the text. */
export function variablesOf(text: string): string[] {
  const names = [...new Set([...text.matchAll(VARIABLE)].map((found) => found[1] ?? ''))];
  return names.every((name) => /^\d+$/.test(name)) ? names.sort((a, b) => Number(a) - Number(b)) : names;
}

export function fill(text: string, value: (name: string) => string | undefined): string {
  return text.replace(VARIABLE, (found, name: string) => value(name) || found);
}

/** What `POST /whatsapp/templates` takes. What is empty is left out, the body aside. */
export function componentsOf(wish: Wish): Component[] {
  const parts: Component[] = [{ type: 'BODY', text: wish.body.trim(), ...exampleOf('body', wish.body, wish.examples) }];
  if (wish.header.trim()) {
    const example = exampleOf('header', wish.header, wish.examples);
    parts.unshift({ type: 'HEADER', format: 'TEXT', text: wish.header.trim(), ...example });
  }
  if (wish.footer.trim()) parts.push({ type: 'FOOTER', text: wish.footer.trim() });
  if (wish.buttons.length) parts.push({ type: 'BUTTONS', buttons: wish.buttons.map(buttonOf) });
  return parts;
}

/** Nothing as long as one is missing: the server says so at its place. */
function exampleOf(part: 'header' | 'body', text: string, examples: Record<string, string>): Component {
  const names = variablesOf(text);
  const values = names.map((name) => (examples[`${part}.${name}`] ?? '').trim());
  if (!names.length || values.some((value) => !value)) return {};
  if (names.every((name) => /^\d+$/.test(name))) {
    return { example: { [`${part}_text`]: part === 'body' ? [values] : values } };
  }
  const named = names.map((name, at) => ({ param_name: name, example: values[at] }));
  return { example: { [`${part}_text_named_params`]: named } };
}

function buttonOf({ kind, text, target, example }: ButtonWish): Component {
  const made: Component = { type: kind, text: text.trim() };
  if (kind === 'PHONE_NUMBER') made.phone_number = target.trim();
  if (kind === 'URL') made.url = target.trim();
  if (kind === 'URL' && example.trim() && variablesOf(target).length) made.example = [example.trim()];
  return made;
}

/** What a customer sees of it. `value`: of a variable of `header` or `body`; without one it stays as it is. */
export function lookOf(
  components: readonly Component[] | null,
  value: (part: string, name: string) => string | undefined = () => undefined,
): Look {
  const part = (type: string) => (components ?? []).find((one) => String(one.type).toUpperCase() === type);
  const text = (type: string) => {
    const found = part(type)?.text;
    return typeof found === 'string' ? fill(found, (name) => value(type.toLowerCase(), name)) : null;
  };
  const format = String(part('HEADER')?.format ?? '').toUpperCase();
  const buttons = part('BUTTONS')?.buttons;
  return {
    header: text('HEADER'),
    media: format && format !== 'TEXT' ? format : null,
    body: text('BODY') ?? '',
    footer: text('FOOTER'),
    buttons: Array.isArray(buttons) ? buttons.map((one) => String(one.text ?? one.type)) : [],
  };
}

/** The variables of its body that `send-template` wants, or null when it wants more than a body's values. */
export function simpleVariables(components: readonly Component[] | null): string[] | null {
  const others = (components ?? []).filter((one) => String(one.type).toUpperCase() !== 'BODY');
  const { media, body } = lookOf(components);
  if (!components || media || JSON.stringify(others).includes('{{')) return null;
  return variablesOf(body);
}

/** `components` of `send-template` for a body's values, by the variables' names. */
export function parametersOf(names: readonly string[], values: Record<string, string>): Component[] {
  if (!names.length) return [];
  const parameters = names.map((name) => {
    const parameter = { type: 'text', text: values[name]?.trim() ?? '' };
    return /^\d+$/.test(name) ? parameter : { ...parameter, parameter_name: name };
  });
  return [{ type: 'body', parameters }];
}
