/** What a message's `payload` says, read with care: it comes from customers, and its shape goes by the type. */
import type { Message } from '@/api/types';

export type Payload = Record<string, unknown>;

export const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? `${value}` : '';
export const list = (value: unknown): Payload[] => (Array.isArray(value) ? value.filter(isObject) : []);
export const object = (value: unknown): Payload => (isObject(value) ? value : {});
const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An address that may be opened; '' for anything but http and https. */
export const link = (value: unknown): string => (/^https?:\/\//.test(text(value)) ? text(value) : '');

export interface Place {
  latitude: number;
  longitude: number;
  name: string;
  address: string;
  map: string;
}

/** Null without a place. `map`: of OpenStreetMap, opened by who wants it and never fetched by us. */
export function placeOf(payload: Message['payload']): Place | null {
  const { latitude, longitude, name, address } = payload ?? {};
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return null;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
  return { latitude, longitude, name: text(name), address: text(address), map };
}

export interface Card {
  name: string;
  org: string;
  phones: { phone: string; type: string }[];
  others: string[];
}

export function cardsOf(payload: Message['payload']): Card[] {
  return list(payload?.contacts).map((card) => ({
    name: nameOf(card.name),
    org: [text(object(card.org).title), text(object(card.org).company)].filter(Boolean).join(' · ') || text(card.org),
    phones: list(card.phones).map((one) => ({ phone: text(one.phone) || text(one.wa_id), type: text(one.type) })),
    others: [...list(card.emails).map((one) => text(one.email)), ...list(card.urls).map((one) => text(one.url))],
  }));
}

const nameOf = (name: unknown): string => text(name) || text(object(name).formatted_name);

export interface Choice {
  id: string;
  title: string;
  description: string;
}

export interface Section {
  title: string;
  rows: Choice[];
}

/** What there is to tap below a message that was sent. */
export interface Tappable {
  kind: string;
  header: string;
  footer: string;
  buttons: Choice[];
  /** The button that opens the list or the Flow. */
  opens: string;
  sections: Section[];
  href: string;
}

export function tappableOf(payload: Message['payload']): Tappable {
  const given = payload ?? {};
  const kind = text(given.kind);
  return {
    kind,
    header: text(given.header) || text(object(given.header).filename) || link(object(given.header).link),
    footer: text(given.footer),
    buttons: list(given.buttons).map(choice),
    opens: kind === 'cta_url' ? text(given.display_text) : text(given.button),
    sections: list(given.sections).map((one) => ({ title: text(one.title), rows: list(one.rows).map(choice) })),
    href: link(given.url),
  };
}

const choice = (one: Payload): Choice => ({
  id: text(one.id),
  title: text(one.title),
  description: text(one.description),
});

export interface Item {
  name: string;
  quantity: number;
  price: number;
  currency: string;
}

export function itemsOf(payload: Message['payload']): Item[] {
  return list(payload?.items).map((one) => ({
    name: text(one.product_retailer_id),
    quantity: Number(one.quantity) || 0,
    price: Number(one.item_price) || 0,
    currency: /^[A-Z]{3}$/.test(text(one.currency)) ? text(one.currency) : 'BRL',
  }));
}

/** What a Flow's author asked and the customer answered. */
export function answersOf(payload: Message['payload']): [string, string][] {
  return Object.entries(object(payload?.answers))
    .filter(([key]) => key !== 'flow_token')
    .map(([key, value]) => [key.replace(/_/g, ' '), typeof value === 'object' ? JSON.stringify(value) : `${value}`]);
}
