// Builds elements. Text always goes in as text, never as markup.
import { icon } from "./icons.js";

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== null && child !== undefined && child !== false && child !== ""),
  );
  return node;
}

export const labelled = (name, text, props = {}) =>
  h("button", { type: "button", class: "round", "aria-label": text, title: text, ...props }, icon(name));

export const classes = (...names) => names.filter(Boolean).join(" ");

const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    target.whenSeen();
  }
});

// Work that only matters to somebody who looks (decoding a recording, asking for a size) waits until then.
export function whenSeen(node, work) {
  node.whenSeen = work;
  watcher.observe(node);
  return node;
}

// Arrow keys walk through a group of buttons; Home and End jump.
export function arrows(group, selector = "button", columns = 1) {
  group.addEventListener("keydown", (event) => {
    const all = [...group.querySelectorAll(selector)];
    const at = all.indexOf(document.activeElement);
    const wide = typeof columns === "function" ? columns() : columns;
    const step = { ArrowDown: wide, ArrowUp: -wide, ArrowRight: 1, ArrowLeft: -1, Home: -at, End: all.length - 1 - at }[
      event.key
    ];
    const next = all[at + step];
    if (at < 0 || step === undefined || !next) return;
    event.preventDefault();
    next.focus();
  });
  return group;
}
