// Photos, videos, stickers and documents. Files come from the simulator's own store; one elsewhere is a link.
import { mediaUrl } from "../api.js";
import { h, whenSeen } from "../dom.js";
import { icon } from "../icons.js";
import { T } from "../texts.js";
import { size } from "../words.js";
import { player } from "./player.js";
import { isWeb, link, paragraph } from "./rich.js";

export const placeholder = (name, label) => h("div", { class: "media" }, icon(name), h("span", {}, label));

function elsewhere(kind, part) {
  if (!isWeb(part.link)) return placeholder(kind, T.kinds[kind]);
  return h(
    "div",
    { class: "media" },
    icon(kind),
    h("span", {}, T.elsewhere, h("br"), link(part.link, new URL(part.link).host)),
  );
}

export function photo(part, phone) {
  if (!part.id) return elsewhere("image", part);
  const label = part.caption || T.kinds.image;
  const image = h("img", { class: "photo", src: mediaUrl(part.id), alt: label });
  const button = h(
    "button",
    { type: "button", class: "open", "aria-label": T.openPhoto(label), onclick: () => phone.view("image", part) },
    image,
  );
  image.addEventListener("error", () => button.replaceWith(placeholder("image", T.kinds.image)));
  return button;
}

export function film(part, phone) {
  if (!part.id) return elsewhere("video", part);
  const label = part.caption || T.kinds.video;
  const video = h("video", {
    class: "photo",
    src: mediaUrl(part.id),
    preload: "metadata",
    muted: true,
    playsinline: true,
    tabindex: "-1",
  });
  const button = h(
    "button",
    { type: "button", class: "open film", "aria-label": T.openVideo(label), onclick: () => phone.view("video", part) },
    video,
    h("span", { class: "glyph" }, icon("play")),
  );
  video.addEventListener("error", () => button.classList.add("blank"));
  return button;
}

function sticker(part) {
  if (!part.id) return elsewhere("sticker", part);
  const image = h("img", { class: "sticker", src: mediaUrl(part.id), alt: T.kinds.sticker });
  image.addEventListener("error", () => image.replaceWith(placeholder("sticker", T.kinds.sticker)));
  return image;
}

export function paper(part) {
  if (!part.id) return elsewhere("document", part);
  const name = part.filename ?? T.kinds.document;
  const kind = /\.(\w{1,5})$/.exec(name)?.[1]?.toUpperCase() ?? "";
  const details = h("small", {}, kind);
  const row = h(
    "a",
    { class: "paper", href: mediaUrl(part.id), download: name, "aria-label": T.download(name) },
    h("span", { class: "sheet" }, icon("document")),
    h("span", { class: "named" }, h("b", {}, name), details),
    icon("download"),
  );
  return whenSeen(row, async () => {
    const answer = await fetch(mediaUrl(part.id), { method: "HEAD" }).catch(() => null);
    const bytes = Number(answer?.headers.get("content-length"));
    if (answer?.ok && bytes) details.textContent = [kind, size(bytes)].filter(Boolean).join(" · ");
  });
}

const captioned =
  (build) =>
  (part, { phone }) => [build(part, phone), paragraph(part.caption)];

export const MEDIA = {
  image: captioned(photo),
  video: captioned(film),
  document: captioned(paper),
  sticker: (part) => [sticker(part)],
  audio: (part, { phone, message }) => [
    part.id ? player(part.id, { onFirstPlay: () => phone.played(message) }) : elsewhere("audio", part),
  ],
};
