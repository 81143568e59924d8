// A person's initials on a colour of their own.
import { h } from "../dom.js";
import { T } from "../texts.js";
import { hue, initials } from "../words.js";

export const face = (name, id = name) =>
  h("span", { class: `face h${hue(id)}`, "aria-hidden": "true" }, initials(name));

// A contact card names its person in one of two ways.
export const nameOf = (contact) =>
  contact.name?.formatted_name ?? /^FN:(.+)$/m.exec(contact.vcard ?? "")?.[1]?.trim() ?? T.kinds.contacts;
