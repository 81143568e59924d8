// The list of customers with its tools. The list is drawn at most once a frame, whatever arrives.
import { h, icon } from "./dom.js";
import { isTyping, lastOf, people, store } from "./store.js";
import { T } from "./texts.js";
import { handle, hue, initials, summary, when } from "./words.js";

export class Rail {
  constructor(root, { onPick, onNew, onOutage, onFaults }) {
    this.onPick = onPick;
    this.list = h("ul", { class: "people" });
    this.none = h("p", { class: "none" });
    root.setAttribute("aria-label", T.people);
    root.append(this.tools(onNew, onOutage, onFaults), this.none, this.list);
  }

  tools(onNew, onOutage, onFaults) {
    const search = h("input", { type: "search", placeholder: T.search, "aria-label": T.search });
    search.addEventListener("input", () => ((store.filter = search.value), this.draw()));
    return h(
      "div",
      { class: "rail-tools" },
      h(
        "div",
        { class: "pair" },
        h("button", { type: "button", class: "button main", onclick: onNew }, icon("plus"), T.newCustomer),
        h("button", { type: "button", class: "button", onclick: onFaults, "aria-label": T.faults, title: T.faults }, icon("faults")),
      ),
      this.outage(onOutage),
      search,
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
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = undefined;
      this.drawNow();
    });
  }

  drawNow() {
    const shown = people();
    const focused = document.activeElement?.dataset?.person;
    this.none.hidden = shown.length > 0;
    this.none.textContent = store.filter ? T.noMatch : T.noPeople;
    this.list.replaceChildren(...shown.map((customer) => h("li", {}, this.person(customer))));
    if (focused) this.list.querySelector(`[data-person="${CSS.escape(focused)}"]`)?.focus();
  }

  person(customer) {
    const last = lastOf(customer.id);
    const typing = isTyping(customer);
    const unread = store.unread.get(customer.id) ?? 0;
    return h(
      "button",
      {
        type: "button",
        class: "person",
        "data-person": customer.id,
        "aria-pressed": String(store.desk.includes(customer.id)),
        onclick: () => this.onPick(customer.id),
      },
      h("span", { class: `face h${hue(customer.id)}`, "aria-hidden": "true" }, initials(customer.name)),
      h("span", { class: "name" }, customer.name),
      h("span", { class: "when" }, last ? when(last.timestamp) : ""),
      h("span", { class: typing ? "last typing" : "last" }, typing ? T.typing : last ? summary(last) : handle(customer)),
      unread > 0 && h("span", { class: "badge", "aria-label": T.unread(unread) }, String(unread)),
    );
  }
}
