// What can be done with a message: react, answer, copy, change, delete.
import { arrows, h } from "../dom.js";
import { icon } from "../icons.js";
import { T } from "../texts.js";
import { summary } from "../words.js";
import { reaction, revoke } from "../writings.js";
import { emojiPanel, QUICK } from "./emoji.js";
import { popover } from "./popover.js";
import { confirmSheet } from "./sheets.js";

export function openActions(bubble, phone) {
  const { message, gone, reactions = {} } = bubble.view;
  if (gone || !bubble.element.classList.contains("bubble")) return;
  const back = bubble.element;
  const react = (emoji) => phone.write(reaction(message.id, emoji === reactions.customer ? "" : emoji));
  const box = popover(
    bubble.more,
    "actions",
    [quickRow(reactions.customer, react, bubble), ...items(message, phone)],
    { role: "menu", "aria-label": T.actions },
    back,
  );
  box.addEventListener("click", (event) => event.target.closest("[role=menuitem]") && box.hidePopover(), true);
  arrows(box, "button");
  box.querySelector("button").focus();
}

function quickRow(current, react, bubble) {
  const shown = current && !QUICK.includes(current) ? [current, ...QUICK.slice(0, -1)] : QUICK;
  const button = (emoji) =>
    h(
      "button",
      {
        type: "button",
        role: "menuitem",
        class: emoji === current ? "on" : "",
        "aria-label": emoji === current ? T.unreact(emoji) : T.react(emoji),
        onclick: () => react(emoji),
      },
      emoji,
    );
  const more = h(
    "button",
    { type: "button", role: "menuitem", "aria-label": T.moreReactions, onclick: () => emojiPanel(bubble.more, react) },
    icon("plus"),
  );
  return h("div", { class: "quick", role: "none" }, shown.map(button), more);
}

function items(message, phone) {
  const item = (name, label, onclick) => h("button", { type: "button", role: "menuitem", onclick }, icon(name), label);
  const text = summary(message);
  const own = message.author === "customer" && message.status !== "failed";
  return [
    item("reply", T.reply, () => phone.composer.replyTo(message)),
    text && item("copy", T.copy, () => navigator.clipboard?.writeText(text).catch(() => phone.toast(T.failed))),
    own && message.type === "text" && item("edit", T.edit, () => phone.composer.edit(message)),
    own && item("trash", T.remove, () => phone.open(confirmSheet(() => phone.write(revoke(message.id))))),
  ].filter(Boolean);
}
