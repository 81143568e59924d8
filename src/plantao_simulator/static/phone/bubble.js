// One line of the chat. The body is built once; ticks, reactions and the place in a turn change around it, so that
// a recording goes on playing while its message becomes read.
import { classes, h, labelled } from "../dom.js";
import { icon, tick } from "../icons.js";
import { CARDS } from "../parts/cards.js";
import { choices, INTERACTIVE } from "../parts/interactive.js";
import { MEDIA, placeholder } from "../parts/media.js";
import { paragraph } from "../parts/rich.js";
import { T } from "../texts.js";
import { glyph, hour, isJumbo, summary } from "../words.js";

const BODIES = { text: (part) => [paragraph(part.body)], ...MEDIA, ...CARDS, ...INTERACTIVE };
const BARE = new Set(["sticker"]);

export class Bubble {
  constructor(phone) {
    this.phone = phone;
    this.body = h("div", { class: "body" });
    this.meta = h("div", { class: "meta" });
    this.chips = h("span", { class: "reacted", role: "img", hidden: true });
    this.more = labelled("down", T.actions, { class: "round more-actions", tabindex: "-1", "aria-haspopup": "menu" });
    this.more.addEventListener("click", () => phone.openActions(this));
    this.element = h("li", { tabindex: "-1" });
  }

  update(view) {
    const { message } = view;
    this.view = view;
    this.element.dataset.id = message.id;
    if (message.type === "system")
      return this.drawNote("note", "system", message.content?.system?.body ?? T.kinds.system);
    if (message.status === "failed" && message.author === "business") {
      return this.drawNote(
        "note fail",
        "faults",
        T.notDelivered(message.error?.code ?? "?", message.error?.title ?? ""),
      );
    }
    const bodyKey = JSON.stringify([
      view.gone,
      message.edited_at,
      view.quoted && summary(view.quoted),
      view.quoted?.deleted_at,
    ]);
    if (bodyKey !== this.bodyKey) this.drawBody(view);
    this.bodyKey = bodyKey;
    this.drawMeta(message);
    this.drawChips(view.reactions);
    this.element.className = classes(
      "bubble",
      message.author,
      view.first && "turn",
      view.last && "tail",
      view.fresh && "fresh",
      this.shape,
      this.chips.hidden || "has-reaction",
    );
    return this;
  }

  // A line in the middle that nobody said.
  drawNote(name, glyph, text) {
    this.element.className = name;
    this.element.replaceChildren(icon(glyph), text);
    return this;
  }

  drawBody({ message, gone, quoted }) {
    const text = message.type === "text" ? String(message.content?.text?.body ?? "") : "";
    const jumbo = !gone && !quoted && isJumbo(text);
    this.shape = classes(
      jumbo && "jumbo",
      gone && "gone",
      !gone && BARE.has(message.type) && "bare",
      `is-${message.type}`,
    );
    const { inner, taps } = gone ? { inner: [deleted(message)] } : this.content(message, quoted);
    this.body.replaceChildren(...inner);
    this.element.replaceChildren(...[this.body, this.meta, taps, this.chips, this.more].filter(Boolean));
  }

  // Messages come from programs under test: one of an odd shape must not take the chat away.
  content(message, quoted) {
    try {
      return { inner: parts(message, quoted, this.phone), taps: choices(message, this.phone) };
    } catch (error) {
      console.warn(error);
      return { inner: [placeholder("unsupported", T.kinds.unsupported)] };
    }
  }

  drawMeta(message) {
    const own = message.author === "customer";
    const status = T.status[message.status] ?? message.status;
    const ticks = own && h("span", { role: "img", "aria-label": status, title: status }, tick(message.status));
    this.meta.replaceChildren(
      ...[message.edited_at && h("span", {}, T.edited), h("time", {}, hour(message.timestamp)), ticks].filter(Boolean),
    );
  }

  drawChips(reactions = {}) {
    const text = [...new Set(Object.values(reactions))].join(" ");
    this.chips.hidden = !text;
    this.chips.textContent = text;
    this.chips.setAttribute("aria-label", T.reactions(text));
  }
}

const deleted = (message) =>
  h("p", { class: "lost" }, icon("ban"), message.author === "customer" ? T.deletedByYou : T.deleted);

function parts(message, quoted, phone) {
  const { context, errors } = message.content ?? {};
  const build = BODIES[message.type];
  const part = message.content?.[message.type] ?? {};
  const label = T.kinds[message.type] ?? T.kinds.unsupported;
  const content =
    build && !(errors && message.author === "customer")
      ? build(part, { phone, message })
      : [placeholder("unsupported", part.body ?? label)];
  return [forwarded(context), quoted && quote(quoted, phone), ...content].filter(Boolean);
}

function forwarded(context) {
  if (!context?.forwarded && !context?.frequently_forwarded) return null;
  return h("p", { class: "forwarded" }, icon("reply"), context.forwarded ? T.forwarded : T.forwardedMany);
}

export const whoSaid = (message, phone) => (message.author === "customer" ? T.you : phone.businessName);

export function quoteOf(message, phone) {
  const name = glyph(message);
  const text = message.deleted_at ? T.deleted : summary(message);
  return [h("b", {}, whoSaid(message, phone)), h("span", {}, name && icon(name), text)];
}

const quote = (message, phone) =>
  h(
    "button",
    {
      type: "button",
      class: classes("quote", message.author),
      tabindex: "-1",
      onclick: () => phone.log.goTo(message.id),
    },
    quoteOf(message, phone),
  );
