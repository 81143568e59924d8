// Text as people write it in chats: *bold*, _italic_, ~struck~, ```typewriter```, `code`, > quotes, and links.
import { h } from "../dom.js";

const MARKS = [
  { pattern: /```([\s\S]+?)```/, build: (inner) => h("code", {}, inner[1]) },
  { pattern: /`([^`\n]+)`/, build: (inner) => h("code", {}, inner[1]) },
  { pattern: /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'*_~]/, build: (found) => link(found[0], found[0]) },
  ...[
    ["*", "strong"],
    ["_", "em"],
    ["~", "s"],
  ].map(([mark, tag]) => ({
    // A mark counts at the edge of a word only, so that 2*3*4 and snake_case stay what they are.
    pattern: new RegExp(`(?<![\\p{L}\\p{N}])[${mark}](?=\\S)([^\\n]*?\\S)[${mark}](?![\\p{L}\\p{N}])`, "u"),
    build: (found) => h(tag, {}, rich(found[1])),
  })),
];

export const link = (href, label, props = {}) =>
  h("a", { href, target: "_blank", rel: "noopener noreferrer", ...props }, label);

export const isWeb = (address) => /^https?:\/\//.test(address ?? "") && URL.canParse(address);

// A list of strings and elements.
export function rich(text) {
  const first = MARKS.map((mark) => ({ mark, found: mark.pattern.exec(text) }))
    .filter(({ found }) => found)
    .sort((a, b) => a.found.index - b.found.index)[0];
  if (!first) return [text];
  const { mark, found } = first;
  return [text.slice(0, found.index), mark.build(found), ...rich(text.slice(found.index + found[0].length))];
}

export function paragraph(text, name = "text") {
  if (!text) return null;
  const lines = text.split(/(^> .*(?:\n> .*)*\n?)/m).filter(Boolean);
  return h(
    "div",
    { class: name },
    lines.map((part) =>
      part.startsWith("> ") ? h("blockquote", {}, rich(part.replace(/^> /gm, "").trimEnd())) : rich(part),
    ),
  );
}
