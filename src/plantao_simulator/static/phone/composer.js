// Where the customer writes: text, emoji, attachments, a voice note; as an answer to a message or a change of one.
import { h, labelled } from "../dom.js";
import { icon } from "../icons.js";
import { T } from "../texts.js";
import { summary } from "../words.js";
import { edit, text, voice } from "../writings.js";
import { attachTray } from "./attach.js";
import { quoteOf, whoSaid } from "./bubble.js";
import { emojiPanel } from "./emoji.js";
import { Recorder } from "./recorder.js";

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.about = undefined; // { message, kind: "reply" | "edit" }
    this.input = h("textarea", { rows: "1", "aria-label": T.writeHere, placeholder: T.writeHere, maxlength: "4096" });
    this.banner = h("div", { class: "about", hidden: true });
    this.smile = labelled("smile", T.emoji, {
      "aria-haspopup": "dialog",
      onclick: () => emojiPanel(this.smile, (emoji) => this.insert(emoji), { stays: true, back: this.input }),
    });
    this.clip = labelled("plus", T.attach, { "aria-haspopup": "dialog", onclick: () => attachTray(this.clip, phone) });
    this.main = h("button", { class: "round send" });
    this.pill = h("div", { class: "pill" }, this.smile, this.input, this.clip);
    this.row = h("form", { class: "composer" }, this.pill, this.main);
    this.element = h("div", { class: "foot-box" }, this.banner, this.row);
    this.row.addEventListener("submit", (event) => (event.preventDefault(), this.send()));
    this.input.addEventListener("input", () => this.fit());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("paste", (event) => this.paste(event));
    this.main.addEventListener("click", () => this.main.type === "button" && this.record());
    this.fit();
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
    if (event.key === "Escape" && this.about) this.drop();
    if (event.key === "ArrowUp" && !this.input.value && !this.about) this.phone.editLast(event);
  }

  paste(event) {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    this.phone.chooseFile(file);
  }

  // As high as its text; the round button sends once there is something to send, and records before.
  fit() {
    this.input.style.height = "auto";
    if (this.input.scrollHeight) this.input.style.height = `${Math.min(this.input.scrollHeight, 118)}px`;
    const writing = Boolean(this.input.value.trim()) || this.about?.kind === "edit";
    const name = writing ? (this.about?.kind === "edit" ? "check" : "send") : "mic";
    const label = { send: T.send, mic: T.record, check: T.save }[name];
    this.main.type = writing ? "submit" : "button";
    this.main.setAttribute("aria-label", label);
    this.main.title = label;
    if (this.shown !== name) this.main.replaceChildren(icon(name));
    this.shown = name;
  }

  insert(emoji) {
    const { selectionStart: from, selectionEnd: to } = this.input;
    this.input.setRangeText(emoji, from, to, "end");
    this.fit();
  }

  replyTo(message) {
    this.set({ message, kind: "reply" });
  }

  edit(message) {
    this.set({ message, kind: "edit" });
    this.input.value = summary(message);
    this.fit();
  }

  set(about) {
    this.about = about;
    const title = about.kind === "edit" ? T.editing : T.replyingTo(whoSaid(about.message, this.phone));
    const quote = h("div", { class: `quote ${about.message.author}` }, quoteOf(about.message, this.phone));
    this.banner.replaceChildren(
      h("span", { class: "unseen", role: "status" }, title),
      icon(about.kind === "edit" ? "edit" : "reply"),
      quote,
      labelled("close", T.stopReply, { onclick: () => this.drop() }),
    );
    this.banner.hidden = false;
    this.fit();
    this.input.focus();
  }

  drop() {
    if (this.about?.kind === "edit") this.input.value = "";
    this.about = undefined;
    this.banner.hidden = true;
    this.fit();
    this.input.focus();
  }

  // A writing as the answer that it is meant to be; the banner goes once it is sent.
  answering(writing) {
    return this.about?.kind === "reply" ? { ...writing, reply_to: this.about.message.id } : writing;
  }

  async send() {
    const body = this.input.value.trim();
    if (!body) return;
    const { about } = this;
    const writing = about?.kind === "edit" ? edit(about.message.id, body) : this.answering(text(body));
    this.input.value = "";
    this.clearAbout();
    const sent = await this.phone.write(writing);
    if (!sent && !this.input.value) this.input.value = body;
    this.fit();
  }

  clearAbout() {
    this.about = undefined;
    this.banner.hidden = true;
    this.fit();
  }

  // Nobody should be recorded by a phone that was put away.
  close() {
    this.recorder?.stop(false);
  }

  async record() {
    const back = (problem) => {
      this.recorder = undefined;
      recorder.element.replaceWith(this.row);
      this.main.focus();
      if (problem) this.phone.toast(problem);
    };
    const recorder = new Recorder({
      onCancel: back,
      onDone: (blob) => (back(), this.phone.sendVoice(blob, (id) => this.answering(voice(id)))),
    });
    try {
      await recorder.start();
    } catch {
      this.phone.toast(T.noMicrophone);
      return;
    }
    this.recorder = recorder;
    this.row.replaceWith(recorder.element);
    recorder.element.querySelector(".send").focus();
  }
}
