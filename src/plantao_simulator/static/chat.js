// One customer's chat: what was said, and who reacted to it with what.
const NEVER_SHOWN = new Set(["reaction", "edit", "revoke"]);

// The company's messages are on the phone once they are delivered; one that failed leaves a note.
export const arrived = (message) => message.author === "customer" || !["pending", "sent"].includes(message.status);

const isNews = (message) =>
  arrived(message) &&
  !["edit", "revoke"].includes(message.type) &&
  (message.author === "customer" || message.status !== "failed");

export class Chat {
  constructor(messages = []) {
    this.messages = new Map();
    this.reactions = new Map(); // message id -> { customer?: emoji, business?: emoji }
    this.last = undefined;
    for (const message of messages) this.add(message);
  }

  // What became of the message: { arrived: it has just come to the phone, isNew: the page did not know it }.
  add(message) {
    const before = this.messages.get(message.id);
    const now = { ...before, ...message };
    this.messages.set(message.id, now);
    if (now.type === "reaction") this.react(now.content?.reaction ?? {}, now.author);
    if (isNews(now) && !(this.last?.timestamp > now.timestamp)) this.last = now;
    return { isNew: before === undefined, arrived: arrived(now) && !(before && arrived(before)) };
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

  quotedBy(message) {
    const context = message.content?.context;
    return this.messages.get(context?.id ?? context?.message_id);
  }
}
