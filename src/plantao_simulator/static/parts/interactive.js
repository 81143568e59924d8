// Messages that ask for a tap: buttons, lists, links, forms, templates; and the answers to them.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { placeSheet } from "../phone/sends.js";
import { contactSheet, flowSheet, listSheet, phoneSheet } from "../phone/sheets.js";
import { T } from "../texts.js";
import { mapAddress, place } from "./cards.js";
import { film, paper, photo } from "./media.js";
import { isWeb, link, paragraph } from "./rich.js";

const HEADS = { image: photo, video: film, document: paper, location: place };

// A header is a text or a file, in interactive messages and in templates alike.
function head(header, phone) {
  if (!header) return null;
  const build = HEADS[header.type];
  return build ? build(header[header.type] ?? {}, phone) : paragraph(header.text, "head");
}

function interactive(part, { phone }) {
  const reply = part.button_reply ?? part.list_reply;
  if (reply) return [paragraph(reply.title), paragraph(reply.description, "foot")];
  if (part.nfm_reply)
    return [h("div", { class: "card" }, h("b", {}, icon("form"), T.flowAnswered), answers(part.nfm_reply))];
  return [head(part.header, phone), paragraph(part.body?.text), paragraph(part.footer?.text, "foot")];
}

function answers({ response_json: json }) {
  try {
    const given = Object.entries(JSON.parse(json)).filter(([name]) => name !== "flow_token");
    return h(
      "dl",
      {},
      given.map(([name, value]) => [h("dt", {}, T.flowFields[name] ?? name), h("dd", {}, String(value))]).flat(),
    );
  } catch {
    return null; // Meta promises a text of JSON, not that it is a good one
  }
}

function template(_part, { message, phone }) {
  const shown = message.shown ?? {};
  const given = message.content?.template?.components?.find((component) => component.type?.toLowerCase() === "header")
    ?.parameters?.[0];
  return [
    head(given?.type && given.type !== "text" ? given : { text: shown.header }, phone),
    paragraph(shown.body),
    paragraph(shown.footer, "foot"),
  ];
}

export const INTERACTIVE = { interactive, template, button: (part) => [paragraph(part.text)] };

const choice = (label, glyph, onclick) =>
  h("button", { type: "button", class: "choice", onclick }, glyph && icon(glyph), label);
const away = (label, href, glyph) =>
  isWeb(href)
    ? link(href, [glyph && icon(glyph), label].filter(Boolean), { class: "choice" })
    : h("span", { class: "choice passive" }, glyph && icon(glyph), label);

const ACTIONS = {
  button: (message, phone) =>
    message.options.map((option) => choice(option.title, "reply", () => phone.tap(message, option.id))),
  list: (message, phone) => [
    choice(message.content.interactive.action?.button ?? T.chooseOne, "list", () =>
      phone.open(listSheet(message, phone)),
    ),
  ],
  cta_url: (message) => [away(parameters(message).display_text, parameters(message).url, "link")],
  flow: (message, phone) => [choice(parameters(message).flow_cta, "form", () => phone.open(flowSheet(message, phone)))],
  location_request_message: (message, phone) => [
    choice(T.sharePlace, "location", () => phone.open(placeSheet(phone, message))),
  ],
};
const parameters = (message) => message.content.interactive.action?.parameters ?? {};

const TEMPLATE_BUTTONS = {
  QUICK_REPLY: (button, message, phone) => choice(button.text, "reply", () => phone.tap(message, button.payload)),
  URL: (button) => away(button.text, button.url, "link"),
  PHONE_NUMBER: (button) => away(button.text, "", "phone"),
  REQUEST_CONTACT_INFO: (button, message, phone) =>
    choice(button.text || T.sharePhone, "phone", () => phone.open(phoneSheet(phone, message))),
};

const BELOW = {
  location: ({ content }) => [away(T.openMap, mapAddress(content.location), "location")],
  contacts: ({ content }, phone) => [
    choice(T.seeContact, "contacts", () => phone.open(contactSheet(content.contacts))),
  ],
  interactive: (message, phone) => ACTIONS[message.content.interactive?.type]?.(message, phone),
  template: templateButtons,
};

// What can be tapped below a message. (Customers send interactive messages too, but none that ask.)
export function choices(message, phone) {
  const build = BELOW[message.type];
  const buttons = build?.(message, phone) ?? [];
  return buttons.length ? h("div", { class: "choices", role: "group", "aria-label": T.tappable }, buttons) : null;
}

function templateButtons(message, phone) {
  return (message.shown?.buttons ?? [])
    .map((button) => TEMPLATE_BUTTONS[button.kind]?.(button, message, phone))
    .filter(Boolean);
}
