// Dates, phones, sizes and one-line summaries as people read them.
import { now } from "./store.js";
import { T } from "./texts.js";

const HOUR = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("pt-BR", { day: "numeric", month: "long" });
const SHORT = new Intl.DateTimeFormat("pt-BR", { day: "2-digit", month: "2-digit" });
const NUMBER = new Intl.NumberFormat("pt-BR", { maximumFractionDigits: 1 });

export const hour = (seconds) => HOUR.format(new Date(seconds * 1000));
export const dayKey = (seconds) => new Date(seconds * 1000).toDateString();

export function day(seconds) {
  if (dayKey(seconds) === dayKey(now())) return T.today;
  if (dayKey(seconds) === dayKey(now() - 86400)) return T.yesterday;
  return DAY.format(new Date(seconds * 1000));
}

export const when = (seconds) =>
  dayKey(seconds) === dayKey(now()) ? hour(seconds) : SHORT.format(new Date(seconds * 1000));

export function phone(digits) {
  const parts = /^55(\d\d)(\d{4,5})(\d{4})$/.exec(digits ?? "");
  return parts ? `+55 ${parts[1]} ${parts[2]}-${parts[3]}` : digits ? `+${digits}` : T.noPhone;
}

export const handle = (customer) =>
  customer.phone ? phone(customer.phone) : customer.username ? `@${customer.username}` : T.noPhone;

export function initials(name) {
  const words = name.split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toLocaleUpperCase("pt-BR") || "#";
}

export function hue(id) {
  return [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % 6;
}

export function clock(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${NUMBER.format(bytes / 1024)} KB` : `${NUMBER.format(bytes / 1024 ** 2)} MB`;
}

export const money = (value, currency) => new Intl.NumberFormat("pt-BR", { style: "currency", currency }).format(value);

// One to three emoji and nothing else: shown large, as people expect.
export const isJumbo = (text) => /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text.trim());

// The message in one line, for lists, quotes and the screen reader.
export function summary(message) {
  const part = message.content?.[message.type] ?? {};
  switch (message.type) {
    case "text":
      return part.body ?? "";
    case "template":
      return message.shown?.body ?? T.kinds.template;
    case "interactive":
      return interactive(part);
    case "button":
      return part.text ?? T.kinds.button;
    case "reaction":
      return part.emoji ? T.reacted(part.emoji) : T.unreacted;
    case "contacts":
      return part[0]?.name?.formatted_name ?? T.kinds.contacts;
    case "audio":
      return T.kinds.audio;
    default:
      return part.caption || part.filename || part.name || (T.kinds[message.type] ?? T.kinds.unsupported);
  }
}

function interactive(part) {
  if (part.nfm_reply) return T.flowAnswered;
  return part.body?.text ?? part.button_reply?.title ?? part.list_reply?.title ?? T.kinds.interactive;
}

// A drawing that goes with the summary where there is room for one.
const GLYPHS = {
  image: "image",
  video: "video",
  audio: "mic",
  document: "document",
  sticker: "sticker",
  location: "location",
  contacts: "contacts",
  order: "order",
  unsupported: "unsupported",
};
export const glyph = (message) => GLYPHS[message.type];
