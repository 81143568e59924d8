// A photo or a video over the whole screen of its phone.
import { mediaUrl } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { rich } from "../parts/rich.js";
import { T } from "../texts.js";

export function viewer(kind, part) {
  const label = part.caption || T.kinds[kind];
  const source = mediaUrl(part.id);
  const name = kind === "image" ? "foto.jpg" : "video.mp4";
  const build = () =>
    h(
      "figure",
      {},
      kind === "image"
        ? h("img", { src: source, alt: label })
        : h("video", { src: source, controls: true, autoplay: true, "aria-label": label, "data-first": true }),
      part.caption && h("figcaption", {}, rich(part.caption)),
      h("a", { class: "button", href: source, download: name }, icon("download"), T.download(name)),
    );
  return { title: T.kinds[kind], name: "viewer", build };
}
