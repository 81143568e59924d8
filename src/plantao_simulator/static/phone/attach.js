// The tray of things to attach: files of one's own, and samples that are one press away.
import { arrows, h } from "../dom.js";
import { icon } from "../icons.js";
import { T } from "../texts.js";
import { poll, sample } from "../writings.js";
import { popover } from "./popover.js";
import { newContactSheet, orderSheet, placeSheet, stickerSheet } from "./sends.js";

export function attachTray(anchor, phone) {
  const pick = (accept) => pickFile(accept, (file) => phone.chooseFile(file));
  const own = {
    photo: ["image", () => pick("image/*,video/mp4,video/3gpp")],
    file: ["document", () => pick("")],
    location: ["location", () => phone.open(placeSheet(phone))],
    sticker: ["sticker", () => phone.open(stickerSheet(phone))],
    contacts: ["contacts", () => phone.open(newContactSheet(phone))],
    order: ["order", () => phone.open(orderSheet(phone))],
  };
  const samples = {
    image: ["image", () => phone.write(sample("image", T.samples.image))],
    document: ["document", () => phone.write(sample("document"))],
    audio: ["mic", () => phone.write(sample("audio"))],
    video: ["video", () => phone.write(sample("video", T.samples.video))],
    unsupported: ["poll", () => phone.write(poll())],
  };
  const box = popover(anchor, "tray", [group(T.attachOwn, own), group(T.attachSamples, samples)], {
    role: "dialog",
    "aria-label": T.attach,
  });
  box.addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen) return;
    box.hidePopover();
    ({ ...own, ...samples })[chosen.dataset.kind][1]();
  });
  arrows(box, "button", 3);
  box.querySelector("button").focus();
}

function group(title, entries) {
  const button = ([kind, [glyph]]) =>
    h(
      "button",
      { type: "button", "data-kind": kind },
      h("span", { class: `disc ${kind}` }, icon(glyph)),
      T.attachments[kind],
    );
  return h("section", {}, h("h3", {}, title), h("div", { class: "tray-grid" }, Object.entries(entries).map(button)));
}

function pickFile(accept, onPick) {
  const input = h("input", { type: "file", accept });
  input.addEventListener("change", () => input.files[0] && onPick(input.files[0]));
  input.click();
}
