// One customer's chat: what was said, and what later events (edits, deletions, reactions) made of it.
const NEVER_SHOWN = new Set(["reaction", "edit", "revoke"]);

// The company's messages are on the phone once they are delivered; one that failed leaves a note.
export const arrived = (message) =>
  message.author === "customer" || !["pending", "sent"].includes(message.status);

const isNews = (message) => arrived(message) && !["edit", "revoke"].includes(message.type) && (message.author === "customer" || message.status !== "failed");

export class Chat {
  constructor(messages = []) {
    this.messages = new Map();
    this.reactions = new Map(); // message id -> { customer?: emoji, business?: emoji }
    this.edits = new Map(); // message id -> the newest content
    this.deleted = new Set();
    this.last = undefined;
    for (const message of messages) this.add(message);
  }

  // What became of the message: { arrived: it has just come to the phone, isNew: the page did not know it }.
  add(message) {
    const before = this.messages.get(message.id);
    const now = { ...before, ...message };
    this.messages.set(message.id, now);
    this.apply(now);
    if (isNews(now) && !(this.last?.timestamp > now.timestamp)) this.last = now;
    return { isNew: before === undefined, arrived: arrived(now) && !(before && arrived(before)) };
  }

  apply(message) {
    const { type, content = {}, author } = message;
    if (type === "reaction") this.react(content.reaction ?? {}, author);
    if (type === "edit") this.edits.set(content.edit?.original_message_id, content.edit?.message ?? {});
    if (type === "revoke") this.deleted.add(content.revoke?.original_message_id);
  }

  react({ message_id: id, emoji }, author) {
    const reacted = { ...this.reactions.get(id) };
    if (emoji) reacted[author] = emoji;
    else delete reacted[author];
    this.reactions.set(id, reacted);
  }

  get waiting() {
    return [...this.messages.values()].filter((message) => !arrived(message)).length;
  }

  visible() {
    return [...this.messages.values()].filter((message) => !NEVER_SHOWN.has(message.type) && arrived(message));
  }

  // The message as it reads now: edited contents in place of the first ones.
  current(message) {
    const edit = this.edits.get(message.id);
    return edit ? { ...message, content: { ...message.content, ...edit }, edited: true } : message;
  }

  quotedBy(message) {
    const context = message.content?.context;
    const quoted = this.messages.get(context?.id ?? context?.message_id);
    return quoted && { ...this.current(quoted), gone: this.deleted.has(quoted.id) };
  }
}
