// One customer's phone: the device around the chat, and the acts that its parts ask for.
import { api } from "../api.js";
import { h, labelled } from "../dom.js";
import { icon } from "../icons.js";
import { face } from "../parts/face.js";
import { chatOf, isTyping, now, store } from "../store.js";
import { T } from "../texts.js";
import { handle, hour } from "../words.js";
import { file } from "../writings.js";
import { openActions } from "./actions.js";
import { Composer } from "./composer.js";
import { asPhoto, LARGEST } from "./files.js";
import { Log } from "./log.js";
import { fileSheet } from "./sends.js";
import { openSheet } from "./sheet.js";
import { viewer } from "./viewer.js";

const TOAST = 4000; // milliseconds

export class Phone {
  constructor(id, { onClose }) {
    this.id = id;
    this.log = new Log(this);
    this.composer = new Composer(this);
    this.sub = h("div", { class: "sub" });
    this.time = h("span", { class: "clock", "aria-hidden": "true" });
    this.bars = h("span", { class: "bars", "aria-hidden": "true" });
    this.banner = h("div", { class: "nosignal", role: "status", hidden: true });
    this.signal = labelled("signal", T.goOffline, {
      onclick: () => this.tried(() => api.change(id, { online: !this.customer.online })),
    });
    this.owner = h("div", { class: "owner" });
    this.screen = h(
      "div",
      { class: "screen" },
      h("div", { class: "status" }, this.time, this.bars),
      this.head(onClose),
      this.banner,
      this.log.element,
      this.composer.element,
    );
    this.element = h(
      "section",
      { class: "phone", "aria-label": T.phoneOf(this.customer.name), "data-customer": id },
      this.owner,
      h("div", { class: "case" }, this.screen),
    );
    this.acceptDrops();
    this.draw();
  }

  get customer() {
    return store.customers.get(this.id);
  }

  get businessName() {
    return store.business.name;
  }

  get input() {
    return this.composer.input;
  }

  head(onClose) {
    return h(
      "header",
      { class: "phone-head" },
      labelled("back", T.back, { class: "round back", onclick: onClose }),
      h("img", { class: "crest", src: "/static/icon.svg", alt: "" }),
      h("div", { class: "who" }, h("h2", {}, store.business.name), this.sub),
      this.signal,
      labelled("close", T.closePhone(this.customer.name), { class: "round close", onclick: onClose }),
    );
  }

  draw() {
    const { customer } = this;
    const typing = isTyping(customer);
    this.owner.replaceChildren(
      face(customer.name, customer.id),
      h("b", {}, customer.name),
      h("span", {}, handle(customer)),
    );
    this.sub.textContent = typing ? T.typing : T.online;
    this.sub.classList.toggle("typing", typing);
    this.drawSignal(customer.online);
    this.time.textContent = hour(now());
    clearTimeout(this.typingEnd);
    if (typing) this.typingEnd = setTimeout(() => this.draw(), (customer.typing_until - now()) * 1000 + 50);
    this.log.draw();
  }

  drawSignal(online) {
    const { waiting } = chatOf(this.id);
    this.banner.hidden = online;
    this.banner.textContent = waiting ? T.waiting(waiting) : T.noSignal;
    const label = online ? T.goOffline : T.goOnline;
    this.signal.setAttribute("aria-label", label);
    this.signal.title = label;
    this.signal.replaceChildren(icon(online ? "signal" : "nosignal"));
    this.bars.replaceChildren(icon(online ? "signal" : "nosignal"), h("i", { class: "battery" }));
  }

  // The phone leaves the desk: it falls silent.
  close() {
    this.composer.close();
    clearTimeout(this.typingEnd);
    for (const sound of this.element.querySelectorAll("audio, video")) sound.pause();
    this.element.remove();
  }

  toEnd() {
    this.log.toEnd();
  }

  toast(text) {
    const note = h("p", { class: "toast", role: "alert" }, text);
    this.screen.append(note);
    setTimeout(() => note.remove(), TOAST);
  }

  // True if the work was done; else the phone says that it was not.
  async tried(work) {
    try {
      await work();
      return true;
    } catch (error) {
      this.toast(`${T.failed} (${error.message})`);
      return false;
    }
  }

  write(writing) {
    this.log.toEnd(true);
    return this.tried(() => api.write(this.id, writing));
  }

  tap(message, optionId) {
    this.log.toEnd(true);
    return this.tried(() => api.tap(this.id, message.id, optionId));
  }

  open(sheet) {
    return openSheet(this.screen, sheet);
  }

  view(kind, part) {
    this.open(viewer(kind, part));
  }

  openActions(bubble) {
    openActions(bubble, this);
  }

  // A voice note of the company tells it when it is first played.
  played(message) {
    const note = message.author === "business" && message.content?.audio?.voice && message.status !== "played";
    if (note) this.tried(() => api.play(this.id, message.id));
  }

  editLast(event) {
    const own = chatOf(this.id)
      .visible()
      .findLast((message) => message.author === "customer" && message.type === "text" && !message.deleted_at);
    if (!own) return;
    event.preventDefault();
    this.composer.edit(own);
  }

  chooseFile(chosen) {
    if (chosen.size > LARGEST) this.toast(T.tooLarge(chosen.name));
    else this.open(fileSheet(this, chosen));
  }

  sendFile(chosen, kind, caption) {
    return this.tried(async () => {
      const content = kind === "image" ? await asPhoto(chosen).catch(() => chosen) : chosen;
      const { id } = await api.upload(content, chosen.name);
      const writing = this.composer.answering({
        ...file(kind, id, caption),
        ...(kind === "audio" ? { voice: false } : {}),
      });
      this.composer.clearAbout();
      await api.write(this.id, writing);
      this.log.toEnd(true);
    });
  }

  sendVoice(blob, writingOf) {
    return this.tried(async () => {
      const { id } = await api.record(blob);
      const writing = writingOf(id);
      this.composer.clearAbout();
      await api.write(this.id, writing);
      this.log.toEnd(true);
    });
  }

  acceptDrops() {
    const hint = h("div", { class: "drop", hidden: true }, icon("download"), T.dropHere);
    this.screen.append(hint);
    const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    this.screen.addEventListener(
      "dragover",
      (event) => carries(event) && (event.preventDefault(), (hint.hidden = false)),
    );
    this.screen.addEventListener(
      "dragleave",
      (event) => this.screen.contains(event.relatedTarget) || (hint.hidden = true),
    );
    this.screen.addEventListener("drop", (event) => {
      event.preventDefault();
      hint.hidden = true;
      if (event.dataTransfer.files[0]) this.chooseFile(event.dataTransfer.files[0]);
    });
  }
}
