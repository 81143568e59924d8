// Locations, contacts and orders.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { T } from "../texts.js";
import { money } from "../words.js";
import { face, nameOf } from "./face.js";
import { map } from "./map.js";

export function mapAddress(part) {
  const [latitude, longitude] = [Number(part.latitude), Number(part.longitude)];
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}

export function place(part) {
  const { latitude, longitude } = part;
  const name = part.name ?? T.currentPlace;
  const where = part.address ?? `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`;
  return h("div", { class: "card" }, map(latitude, longitude), h("b", {}, name), h("small", {}, where));
}

function contacts(list) {
  const [first = {}, ...others] = Array.isArray(list) ? list : [];
  const name = nameOf(first);
  const detail = [first.org?.company, first.phones?.[0]?.phone].filter(Boolean).join(" · ");
  const rest = others.length > 0 && h("small", {}, T.moreContacts(others.length));
  return [
    h(
      "div",
      { class: "card" },
      h("div", { class: "person-card" }, face(name), h("div", {}, h("b", {}, name), h("small", {}, detail), rest)),
    ),
  ];
}

function order(part) {
  const items = part.product_items ?? [];
  const currency = items[0]?.currency ?? "BRL";
  const total = items.reduce((sum, item) => sum + item.quantity * item.item_price, 0);
  const lines = items.map((item) =>
    h(
      "li",
      {},
      h("span", {}, `${item.quantity}× ${T.products[item.product_retailer_id] ?? item.product_retailer_id}`),
      h("span", {}, money(item.quantity * item.item_price, item.currency)),
    ),
  );
  const pieces = items.reduce((sum, item) => sum + item.quantity, 0);
  return [
    h(
      "div",
      { class: "card order" },
      h("b", {}, icon("order"), T.orderOf(pieces)),
      h("ul", {}, lines),
      h("div", { class: "total" }, h("span", {}, T.total), h("b", {}, money(total, currency))),
      part.text && h("p", {}, part.text),
    ),
  ];
}

export const CARDS = { location: (part) => [place(part)], contacts, order };
