// The chat on the screen: only its end is built, more of it as one scrolls up, and only what changed is drawn again.
import { h, labelled } from "../dom.js";
import { chatOf, isTyping, store } from "../store.js";
import { T } from "../texts.js";
import { day, dayKey } from "../words.js";
import { Bubble } from "./bubble.js";

const PAGE = 50; // messages built at first, and each time one reaches the top
const TURN = 300; // seconds after which the same person's next message stands apart

export class Log {
  constructor(phone) {
    this.phone = phone;
    this.list = h("ol", { class: "log", tabindex: "0", "aria-label": T.conversation(store.business.name) });
    this.end = labelled("down", T.toEnd, { class: "round to-end", hidden: true, onclick: () => this.toEnd(true) });
    this.element = h("div", { class: "log-box" }, this.list, this.end);
    this.bubbles = new Map();
    this.limit = PAGE;
    this.pinned = true; // the end is in view, and stays so when something arrives or a picture loads
    this.seen = undefined;
    this.list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    for (const event of ["load", "loadedmetadata"]) this.list.addEventListener(event, () => this.toEnd(), true);
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("contextmenu", (event) => this.context(event));
    new ResizeObserver(() => this.toEnd()).observe(this.list);
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    this.pinned = scrollHeight - scrollTop - clientHeight < 60;
    if (this.pinned) this.limit = Math.min(this.limit, PAGE);
    this.end.hidden = this.pinned;
    if (scrollTop < 200 && this.hasMore) this.earlier();
  }

  earlier() {
    const below = this.list.scrollHeight - this.list.scrollTop;
    this.limit += PAGE;
    this.draw();
    this.list.scrollTop = this.list.scrollHeight - below;
  }

  toEnd(force = false) {
    if (force) this.pinned = true;
    if (this.pinned) this.list.scrollTop = this.list.scrollHeight;
  }

  goTo(id) {
    const all = chatOf(this.phone.id).visible();
    const at = all.findIndex((message) => message.id === id);
    if (at < 0) return;
    this.limit = Math.max(this.limit, all.length - at + 5);
    this.draw();
    const { element } = this.bubbles.get(id);
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
    element.classList.add("found");
    element.addEventListener("animationend", () => element.classList.remove("found"), { once: true });
  }

  draw() {
    const chat = chatOf(this.phone.id);
    const all = chat.visible();
    this.hasMore = all.length > this.limit;
    const shown = all.slice(-this.limit);
    const wanted = this.nodes(chat, shown);
    if (isTyping(this.phone.customer)) wanted.push(this.dots());
    place(this.list, wanted);
    const kept = new Set(shown.map((message) => message.id));
    for (const id of this.bubbles.keys()) if (!kept.has(id)) this.bubbles.delete(id);
    this.seen = new Set(chat.messages.keys());
    this.toEnd();
  }

  nodes(chat, shown) {
    const nodes = [];
    shown.forEach((message, index) => {
      const [before, after] = [shown[index - 1], shown[index + 1]];
      if (!before || dayKey(before.timestamp) !== dayKey(message.timestamp)) nodes.push(this.day(message));
      const view = { first: !sameTurn(before, message), last: !sameTurn(message, after) };
      nodes.push(this.bubble(chat, message, view).element);
    });
    return nodes;
  }

  bubble(chat, message, place) {
    const known = this.bubbles.get(message.id) ?? new Bubble(this.phone);
    this.bubbles.set(message.id, known);
    const fresh = this.seen !== undefined && !this.seen.has(message.id);
    const view = {
      ...place,
      fresh: fresh || known.view?.fresh,
      message,
      gone: Boolean(message.deleted_at),
      reactions: chat.reactions.get(message.id),
      quoted: chat.quotedBy(message),
    };
    return known.update(view);
  }

  day(message) {
    const key = dayKey(message.timestamp);
    const old = this.list.querySelector(`[data-day="${CSS.escape(key)}"]`);
    return old ?? h("li", { class: "day", "data-day": key }, day(message.timestamp));
  }

  dots() {
    this.typing ??= h("li", { class: "bubble business dots tail", "aria-label": T.typing }, h("i"), h("i"), h("i"));
    return this.typing;
  }

  // Up and down walk through the messages; Enter opens what can be done with one.
  key(event) {
    const rows = [...this.list.querySelectorAll(".bubble[data-id]")];
    const at = rows.indexOf(document.activeElement.closest?.(".bubble[data-id]"));
    if (event.key === "Enter" && rows[at] === document.activeElement) return this.context(event);
    const to = { ArrowUp: at < 0 ? rows.length - 1 : at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[
      event.key
    ];
    if (to === undefined || event.target.matches("input") || !rows[to]) return undefined;
    event.preventDefault();
    return rows[to].focus();
  }

  context(event) {
    const bubble = this.bubbles.get(event.target.closest?.("[data-id]")?.dataset.id);
    // Marked text and links keep the browser's own menu.
    if (!bubble || event.target.closest("a, input, .choice, .player") || !getSelection().isCollapsed) return;
    event.preventDefault();
    this.phone.openActions(bubble);
  }
}

const sameTurn = (a, b) =>
  Boolean(
    a &&
    b &&
    a.author === b.author &&
    a.status !== "failed" &&
    b.timestamp - a.timestamp < TURN &&
    dayKey(a.timestamp) === dayKey(b.timestamp),
  );

// Puts the list's children into the wanted order, moving and touching as few as possible.
function place(list, wanted) {
  const keep = new Set(wanted);
  for (const child of [...list.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}
