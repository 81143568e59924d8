// What a customer can write, in the words of the simulator's control API.
export const text = (body) => ({ type: "text", text: body });

// A sample file of the simulator's own: nothing to upload.
export const sample = (type, caption) => ({ type, ...(caption ? { caption } : {}) });

export const file = (type, media, caption) => ({ type, media, ...(caption ? { caption } : {}) });

export const voice = (media) => ({ type: "audio", media, voice: true });

export const place = ({ latitude, longitude, name, address }) => ({
  type: "location",
  latitude,
  longitude,
  ...(name ? { name } : {}),
  ...(address ? { address } : {}),
});

export function contact({ name, phone, company }) {
  const digits = phone.replace(/\D/g, "");
  const [first, ...rest] = name.split(/\s+/);
  const card = {
    name: { formatted_name: name, first_name: first, ...(rest.length ? { last_name: rest.join(" ") } : {}) },
  };
  if (digits) card.phones = [{ phone, type: "CELL", wa_id: digits }];
  if (company) card.org = { company };
  return { type: "contacts", contacts: [card] };
}

// The answer to a template's button that asks for the phone number.
export const ownPhone = (name, phone) => ({ type: "shared_phone", name, phone });

// An empty emoji takes the reaction back.
export const reaction = (id, emoji) => ({ type: "reaction", message_id: id, emoji });

export const order = (items) => ({ type: "order", items });

export const flowAnswer = (token, answers) => ({
  type: "flow_reply",
  answers,
  ...(token ? { flow_token: token } : {}),
});

export const poll = () => ({ type: "unsupported", kind: "poll" });

// Numbers in coexistence with the company's app tell edits and deletions; nothing else does.
export const edit = (id, body) => ({ type: "edit", message_id: id, text: body });

export const revoke = (id) => ({ type: "revoke", message_id: id });
