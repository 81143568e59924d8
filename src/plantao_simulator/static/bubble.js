// One message as a bubble.
import { h, icon, tick } from "./dom.js";
import { T } from "./texts.js";
import { hour, summary } from "./words.js";

export function bubble(message, { chat, first, fresh, onTap }) {
  const reaction = reactionTo(message, chat);
  const classes = ["bubble", message.author, first && "turn", fresh && "fresh", reaction && "has-reaction"];
  return h(
    "li",
    { class: classes.filter(Boolean).join(" "), "data-id": message.id },
    quote(message, chat),
    body(message),
    message.error && h("div", { class: "error" }, `${message.error.code} · ${message.error.title}`),
    meta(message),
    choices(message, onTap),
    reaction && h("span", { class: "reacted" }, reaction),
  );
}

function meta(message) {
  const status = T.status[message.status] ?? message.status;
  return h(
    "div",
    { class: "meta" },
    h("time", {}, hour(message.timestamp)),
    h("span", { role: "img", "aria-label": status, title: status }, tick(message.status)),
  );
}

function quote(message, chat) {
  const quoted = chat.get(message.content?.context?.id ?? message.content?.context?.message_id);
  return quoted && h("div", { class: "quote" }, summary(quoted));
}

function reactionTo(message, chat) {
  const all = [...chat.values()].filter((m) => m.type === "reaction" && m.content.reaction?.message_id === message.id);
  return all.at(-1)?.content.reaction.emoji;
}

const text = (value, name = "text") => (value ? h("div", { class: name }, value) : null);

function body(message) {
  const part = message.content?.[message.type] ?? {};
  const build = BODIES[message.type];
  return build ? build(part, message) : placeholder("unsupported", T.kinds[message.type] ?? T.kinds.unsupported);
}

const placeholder = (name, label) => h("div", { class: "media" }, icon(name), h("span", {}, label));

// Pictures come from the simulator's own store only; a link elsewhere stays a placeholder.
function picture(name) {
  return (part, message) => {
    const label = part.caption || T.kinds[message.type];
    const image = part.id && h("img", { class: name, src: `/_sim/media/${encodeURIComponent(part.id)}`, alt: label });
    image?.addEventListener("error", () => image.replaceWith(placeholder(message.type, T.kinds[message.type])));
    return h("div", {}, image || placeholder(message.type, T.kinds[message.type]), text(part.caption));
  };
}

const file = (name) => (part) => h("div", {}, placeholder(name, part.filename ?? T.kinds[name]), text(part.caption));

const BODIES = {
  text: (part) => text(part.body),
  image: picture("photo"),
  sticker: picture("sticker"),
  video: file("video"),
  audio: file("audio"),
  document: file("document"),
  location: (part) => placeholder("location", part.name ?? `${part.latitude}, ${part.longitude}`),
  contacts: (part) => placeholder("contacts", part[0]?.name?.formatted_name ?? T.kinds.contacts),
  button: (part) => text(part.text),
  template: (_part, message) => [text(message.shown?.header, "head"), text(message.shown?.body), text(message.shown?.footer, "foot")].filter(Boolean).reduce((box, item) => (box.append(item), box), h("div")),
  interactive: (part) => interactive(part),
};

function interactive(part) {
  const reply = part.button_reply ?? part.list_reply;
  if (reply) return h("div", {}, text(reply.title), text(reply.description, "foot"));
  return h("div", {}, text(part.header?.text, "head"), text(part.body?.text), text(part.footer?.text, "foot"));
}

function choices(message, onTap) {
  const options = message.options ?? [];
  const passive = passiveChoice(message);
  if (!options.length && !passive) return null;
  const buttons = options.map((option) =>
    h(
      "button",
      { type: "button", class: "choice", onclick: () => onTap(message, option.id ?? option.payload) },
      option.title ?? option.text ?? T.attachments[option.type],
      option.description && h("small", {}, option.description),
    ),
  );
  return h("div", { class: "choices", role: "group", "aria-label": T.tappable }, buttons, passive);
}

function passiveChoice(message) {
  const parameters = message.content?.interactive?.action?.parameters;
  const label = parameters?.display_text ?? parameters?.flow_cta;
  return label ? h("span", { class: "choice passive" }, label) : null;
}
