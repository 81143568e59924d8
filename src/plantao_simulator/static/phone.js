// One customer's phone. It is built once; afterwards only what changed is drawn again.
import { api } from "./api.js";
import { bubble } from "./bubble.js";
import { h, icon, labelled } from "./dom.js";
import { isTyping, now, store } from "./store.js";
import { T } from "./texts.js";
import { day, dayKey, handle } from "./words.js";

const ATTACHMENTS = {
  image: { type: "image", caption: "Luz vermelha no modem" },
  document: { type: "document" },
  audio: { type: "audio" },
  video: { type: "video", caption: "Teste de velocidade" },
  location: { type: "location", latitude: -23.55052, longitude: -46.633308, name: "Praça da Sé" },
  sticker: { type: "sticker" },
  contacts: { type: "contacts", contacts: [{ name: { formatted_name: "Carlos Souza", first_name: "Carlos" }, phones: [{ phone: "+55 11 98888-7777" }] }] },
  unsupported: { type: "unsupported", kind: "poll" },
};

export class Phone {
  constructor(id, { onClose, onError }) {
    this.id = id;
    this.onError = onError;
    this.log = h("ol", { class: "log", tabindex: "0", "aria-label": T.conversation(store.business.name) });
    this.pinned = true; // the end of the chat is in view, and stays so when something arrives or a picture loads
    this.log.addEventListener("scroll", () => (this.pinned = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60));
    this.log.addEventListener("load", () => this.toEnd(), true);
    this.sub = h("div", { class: "sub" });
    this.banner = h("div", { class: "nosignal", role: "status" }, T.noSignal);
    this.signal = labelled("signal", T.goOffline, { onclick: () => this.toggleSignal() });
    this.element = this.build(onClose);
    this.seen = new Set(store.chats.get(id)?.keys() ?? []);
    this.draw();
  }

  get customer() {
    return store.customers.get(this.id);
  }

  build(onClose) {
    const { name } = this.customer;
    const crest = h("div", { class: "crest" }, h("img", { src: "/static/icon.svg", alt: "" }));
    this.owner = h("div", { class: "owner" });
    return h(
      "section",
      { class: "phone", "aria-label": T.phoneOf(name), "data-customer": this.id },
      this.owner,
      h(
        "div",
        { class: "screen" },
        h(
          "header",
          { class: "phone-head" },
          labelled("back", T.back, { class: "round back", onclick: onClose }),
          crest,
          h("div", { class: "who" }, h("h2", {}, store.business.name), this.sub),
          this.signal,
          labelled("close", T.closePhone(name), { class: "round close", onclick: onClose }),
        ),
        this.banner,
        this.log,
        this.composer(),
      ),
    );
  }

  composer() {
    this.input = h("textarea", { rows: "1", "aria-label": T.writeHere, placeholder: T.writeHere, maxlength: "4096" });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.sendText();
      }
    });
    const send = (event) => (event.preventDefault(), this.sendText());
    return h(
      "form",
      { class: "composer", onsubmit: send },
      this.attachments(),
      this.input,
      labelled("send", T.send, { class: "round send", type: "submit" }),
    );
  }

  attachments() {
    const menu = h("div", { class: "menu", hidden: true });
    const opener = labelled("attach", T.attach, { "aria-expanded": "false" });
    const show = (open) => {
      menu.hidden = !open;
      opener.setAttribute("aria-expanded", String(open));
      if (open) menu.firstElementChild.focus();
    };
    for (const [kind, writing] of Object.entries(ATTACHMENTS)) {
      const pick = () => (show(false), opener.focus(), this.write(writing));
      menu.append(h("button", { type: "button", onclick: pick }, icon(kind), T.attachments[kind]));
    }
    opener.addEventListener("click", () => show(menu.hidden));
    const box = h("div", { class: "attach" }, opener, menu);
    box.addEventListener("keydown", (event) => event.key === "Escape" && (show(false), opener.focus()));
    box.addEventListener("focusout", (event) => !box.contains(event.relatedTarget) && show(false));
    return box;
  }

  async sendText() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    if (!(await this.write({ type: "text", text })) && !this.input.value) this.input.value = text;
  }

  async write(writing) {
    return this.tried(api.write(this.id, writing));
  }

  async tried(work) {
    try {
      await work;
      return true;
    } catch (error) {
      this.onError(error);
      return false;
    }
  }

  toggleSignal() {
    this.tried(api.change(this.id, { online: !this.customer.online }));
  }

  draw() {
    this.drawHead();
    const { pinned } = this;
    const focus = this.focusedChoice();
    const chat = store.chats.get(this.id) ?? new Map();
    this.log.replaceChildren(...this.lines(chat));
    if (isTyping(this.customer)) this.log.append(dots());
    if (focus) this.log.querySelectorAll(`[data-id="${CSS.escape(focus.id)}"] .choice`)[focus.index]?.focus();
    this.pinned = pinned;
    this.toEnd();
  }

  // Drawing again must not take the keyboard away from somebody choosing an answer.
  focusedChoice() {
    const choice = document.activeElement?.closest?.(".choice");
    if (!choice || !this.log.contains(choice)) return null;
    return { id: choice.closest("[data-id]").dataset.id, index: [...choice.parentElement.children].indexOf(choice) };
  }

  toEnd() {
    if (this.pinned) this.log.scrollTop = this.log.scrollHeight;
  }

  lines(chat) {
    const lines = [];
    let before;
    for (const message of chat.values()) {
      if (message.type === "reaction") continue;
      if (!before || dayKey(before.timestamp) !== dayKey(message.timestamp)) {
        lines.push(h("li", { class: "day" }, day(message.timestamp)));
      }
      const first = before && before.author !== message.author;
      const fresh = !this.seen.has(message.id);
      this.seen.add(message.id);
      const onTap = (tapped, option) => this.tried(api.tap(this.id, tapped.id, option));
      lines.push(bubble(message, { chat, first, fresh, onTap }));
      before = message;
    }
    return lines;
  }

  drawHead() {
    const { customer } = this;
    this.owner.replaceChildren(h("b", {}, customer.name), h("span", {}, handle(customer)));
    const typing = isTyping(customer);
    this.sub.textContent = typing ? T.typing : T.online;
    this.sub.classList.toggle("typing", typing);
    this.banner.hidden = customer.online;
    const label = customer.online ? T.goOffline : T.goOnline;
    this.signal.setAttribute("aria-label", label);
    this.signal.title = label;
    this.signal.replaceChildren(icon(customer.online ? "signal" : "nosignal"));
    clearTimeout(this.typingEnd);
    if (typing) this.typingEnd = setTimeout(() => this.draw(), (customer.typing_until - now()) * 1000 + 50);
  }
}

const dots = () => h("li", { class: "bubble business dots", "aria-label": T.typing }, h("i"), h("i"), h("i"));
