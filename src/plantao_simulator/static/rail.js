// The list of customers with its tools. Only the rows in view are built, a few times a second at most, whatever arrives.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { face } from "./parts/face.js";
import { chatOf, isTyping, people, store } from "./store.js";
import { T } from "./texts.js";
import { glyph, handle, summary, when } from "./words.js";

const ROW = 68; // pixels, as in rail.css
const AROUND = 4; // rows built beyond the edges
const PAUSE = 120; // milliseconds between two drawings: in a storm hundreds of messages come in a second

export class Rail {
  constructor(root, { onPick, onNew, onOutage, onFaults }) {
    this.onPick = onPick;
    this.rows = new Map();
    this.list = h("ul", { class: "people" });
    this.box = h("div", { class: "people-box" }, this.list);
    this.none = h("p", { class: "none" });
    this.count = h("span", { class: "count" });
    root.setAttribute("aria-label", T.people);
    root.append(this.tools(onNew, onOutage, onFaults), this.none, this.box);
    this.box.addEventListener("scroll", () => this.drawNow(), { passive: true });
    this.box.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  tools(onNew, onOutage, onFaults) {
    const search = h("input", { type: "search", placeholder: T.search, "aria-label": T.search });
    search.addEventListener("input", () => ((store.filter = search.value), (this.box.scrollTop = 0), this.drawNow()));
    return h(
      "div",
      { class: "rail-tools" },
      h(
        "div",
        { class: "pair" },
        h("button", { type: "button", class: "button main", onclick: onNew }, icon("plus"), T.newCustomer),
        h(
          "button",
          { type: "button", class: "button", onclick: onFaults, "aria-label": T.faults, title: T.faults },
          icon("faults"),
        ),
      ),
      this.outage(onOutage),
      h("div", { class: "search" }, icon("search"), search, this.count),
    );
  }

  outage(onOutage) {
    const count = h("input", { type: "number", min: "1", max: "2000", value: "40", "aria-label": T.outageCount });
    const label = h("span", {}, T.outage(40));
    const button = h("button", { type: "button", class: "button warm" }, icon("bolt"), label);
    const wanted = () => Math.min(2000, Math.max(1, Number.parseInt(count.value, 10) || 40));
    count.addEventListener("input", () => (label.textContent = T.outage(wanted())));
    button.addEventListener("click", async () => {
      button.disabled = true;
      label.textContent = T.outageRunning;
      await onOutage(wanted());
      button.disabled = false;
      label.textContent = T.outage(wanted());
    });
    return h("div", { class: "pair" }, button, count);
  }

  draw() {
    this.waiting ??= setTimeout(
      () => {
        this.waiting = undefined;
        this.drawNow();
      },
      Math.max(0, (this.drawnAt ?? -PAUSE) + PAUSE - performance.now()),
    );
  }

  drawNow() {
    this.drawnAt = performance.now();
    this.people = people();
    const { length } = this.people;
    this.none.hidden = length > 0;
    this.none.textContent = store.filter ? T.noMatch : T.noPeople;
    this.count.textContent = length ? String(length) : "";
    this.list.style.height = `${length * ROW}px`;
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - AROUND);
    const shown = this.people.slice(first, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW) + AROUND);
    const kept = new Set(shown.map((customer) => customer.id));
    for (const [id, row] of this.rows)
      if (!kept.has(id) && !row.contains(document.activeElement)) (row.remove(), this.rows.delete(id));
    shown.forEach((customer, index) => this.drawRow(customer, first + index, length));
  }

  drawRow(customer, index, length) {
    if (!this.rows.has(customer.id)) {
      const made = h(
        "li",
        {},
        h("button", {
          type: "button",
          class: "person",
          "data-person": customer.id,
          onclick: () => this.onPick(customer.id),
        }),
      );
      this.rows.set(customer.id, made);
      this.list.append(made);
    }
    const row = this.rows.get(customer.id);
    row.style.transform = `translateY(${index * ROW}px)`;
    row.setAttribute("aria-setsize", String(length));
    row.setAttribute("aria-posinset", String(index + 1));
    row.firstChild.setAttribute("aria-pressed", String(store.desk.includes(customer.id)));
    row.firstChild.replaceChildren(...this.content(customer));
  }

  content(customer) {
    const { last } = chatOf(customer.id);
    const unread = store.unread.get(customer.id) ?? 0;
    return [
      face(customer.name, customer.id),
      h("span", { class: "name" }, customer.name),
      h("span", { class: "when" }, last ? when(last.timestamp) : ""),
      this.lastLine(customer, last),
      unread > 0 ? h("span", { class: "badge", "aria-label": T.unread(unread) }, String(unread)) : "",
    ].filter(Boolean);
  }

  lastLine(customer, last) {
    if (isTyping(customer)) return h("span", { class: "last typing" }, T.typing);
    if (!last) return h("span", { class: "last" }, handle(customer));
    const text = last.deleted_at ? T.deleted : summary(last);
    const name = glyph(last);
    return h(
      "span",
      { class: "last" },
      last.author === "customer" && h("span", { class: "by" }, `${T.you}: `),
      name && icon(name),
      text,
    );
  }

  // Up and down walk through the whole list, also through what is not built yet.
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = this.people.findIndex((customer) => customer.id === document.activeElement.dataset.person);
    const next = this.people[at + step];
    if (!step || at < 0 || !next) return;
    event.preventDefault();
    const top = (at + step) * ROW;
    this.box.scrollTop = Math.min(top, Math.max(this.box.scrollTop, top + ROW - this.box.clientHeight));
    this.drawNow();
    this.rows.get(next.id).firstChild.focus({ preventScroll: true });
  }
}
