// What the company's messages open: the rows of a list, the fields of a form, a contact; and questions.
import { arrows, h } from "../dom.js";
import { icon } from "../icons.js";
import { face, nameOf } from "../parts/face.js";
import { T } from "../texts.js";
import { phone as phoneText } from "../words.js";
import { flowAnswer, ownPhone } from "../writings.js";
import { field, form } from "./sheet.js";

export function listSheet(message, phone) {
  const action = message.content.interactive.action ?? {};
  const build = (close) => {
    const row = ({ id, title, description }) =>
      h(
        "button",
        { type: "button", class: "row", onclick: () => (close(), phone.tap(message, id)) },
        h("b", {}, title),
        description && h("small", {}, description),
      );
    const section = ({ title, rows = [] }) => h("section", {}, title && h("h4", {}, title), rows.map(row));
    return arrows(h("div", { class: "rows" }, (action.sections ?? []).map(section)), ".row");
  };
  return { title: action.button ?? T.chooseOne, build };
}

const DEFAULT_FIELDS = { nome: "", cpf: "", observacao: "" };

export function flowSheet(message, phone) {
  const parameters = message.content.interactive.action?.parameters ?? {};
  const asked = Object.entries(parameters.flow_action_payload?.data ?? {});
  const fields = asked.length
    ? asked.map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)])
    : Object.entries(DEFAULT_FIELDS);
  const build = (close) => {
    const inputs = fields.map(([name, value], index) =>
      field(T.flowFields[name] ?? name, { name, value, "data-first": index === 0 }),
    );
    const send = async (data) =>
      (await phone.write({ ...flowAnswer(parameters.flow_token, Object.fromEntries(data)), reply_to: message.id })) &&
      close();
    return h("div", {}, h("p", { class: "hint" }, T.flowHint), form(inputs, T.flowSend, send));
  };
  return { title: parameters.flow_cta ?? T.flowTitle, build };
}

export function phoneSheet(phone, message) {
  const { customer } = phone;
  const build = (close) => {
    const input = field(T.contactPhone, {
      name: "phone",
      inputmode: "tel",
      required: true,
      value: customer.phone ? phoneText(customer.phone) : "+55 11 98888-7777",
      "data-first": true,
    });
    const send = async (data) =>
      (await phone.write({ ...ownPhone(customer.name, data.get("phone")), reply_to: message.id })) && close();
    return form([input], T.sharePhone, send);
  };
  return { title: T.sharePhone, build };
}

export function contactSheet(contacts) {
  const lines = (contact) => [
    ...(contact.phones ?? []).map((entry) => ["phone", entry.phone]),
    ...(contact.emails ?? []).map((entry) => ["send", entry.email]),
    ...(contact.addresses ?? []).map((entry) => [
      "location",
      [entry.street, entry.city, entry.state].filter(Boolean).join(", "),
    ]),
    ...(contact.urls ?? []).map((entry) => ["link", entry.url]),
  ];
  const one = (contact) =>
    h(
      "article",
      { class: "contact" },
      face(nameOf(contact)),
      h("h4", {}, nameOf(contact)),
      contact.org?.company && h("p", {}, contact.org.company),
      h(
        "ul",
        {},
        lines(contact).map(([name, text]) => h("li", {}, icon(name), text)),
      ),
    );
  return { title: T.kinds.contacts, build: () => h("div", { class: "rows" }, contacts.map(one)) };
}

export function confirmSheet(onYes) {
  const build = (close) =>
    h(
      "div",
      { class: "sheet-form" },
      h("p", { class: "hint" }, T.removeText),
      h(
        "button",
        { type: "button", class: "button danger", "data-first": true, onclick: () => (close(), onYes()) },
        T.remove,
      ),
      h("button", { type: "button", class: "button", onclick: close }, T.cancel),
    );
  return { title: T.removeTitle, build };
}
