// A panel that rises over one phone's screen; the other phones stay usable. Escape, the veil or the cross close it.
import { h, labelled } from "../dom.js";
import { T } from "../texts.js";

export function openSheet(screen, { title, name = "", build }) {
  const opener = document.activeElement;
  const others = [...screen.children].filter((child) => !child.inert);
  const close = () => {
    if (!veil.isConnected) return;
    veil.remove();
    for (const other of others) other.inert = false;
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  };
  const panel = h("section", { class: `sheet ${name}`, role: "dialog", "aria-label": title, tabindex: "-1" });
  panel.append(h("header", {}, h("h3", {}, title), labelled("close", T.closed, { onclick: close })), build(close));
  const veil = h("div", { class: "veil" }, panel);
  veil.addEventListener("click", (event) => event.target === veil && close());
  veil.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), close()));
  for (const other of others) other.inert = true;
  screen.append(veil);
  (panel.querySelector("[data-first]") ?? panel).focus();
  return close;
}

export const field = (label, props, hint) =>
  h("label", { class: "field" }, label, h("input", { autocomplete: "off", ...props }), hint && h("small", {}, hint));

// A form whose button does the work and closes the sheet once it has worked.
export function form(fields, label, work) {
  const made = h("form", { class: "sheet-form" }, fields, h("button", { class: "button main", type: "submit" }, label));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = made.querySelector("[type=submit]");
    button.disabled = true;
    await work(new FormData(made));
    button.disabled = false;
  });
  return made;
}
