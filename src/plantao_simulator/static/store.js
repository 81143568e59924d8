// What the page knows. Phones on the desk are remembered in this tab only.
import { Chat } from "./chat.js";

export const store = {
  business: { name: "", phone: "" },
  skew: 0, // simulated now minus the browser's, in seconds
  customers: new Map(),
  chats: new Map(), // customer id -> Chat
  desk: JSON.parse(sessionStorage.getItem("sim-desk") ?? "[]"),
  unread: new Map(),
  filter: "",
};

export const now = () => Date.now() / 1000 + store.skew;

export function replaceAll(state) {
  store.business = state.business;
  store.skew = state.now - Date.now() / 1000;
  store.customers = new Map(state.customers.map((customer) => [customer.id, customer]));
  store.chats = new Map(Object.entries(state.chats).map(([id, list]) => [id, new Chat(list)]));
  store.desk = store.desk.filter((id) => store.customers.has(id));
}

export function chatOf(id) {
  if (!store.chats.has(id)) store.chats.set(id, new Chat());
  return store.chats.get(id);
}

export function setDesk(ids) {
  store.desk = ids;
  sessionStorage.setItem("sim-desk", JSON.stringify(ids));
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase("pt-BR");

// Newest chat first; those who never wrote come last.
export function people() {
  const wanted = plain(store.filter);
  const fits = (c) => !wanted || plain(`${c.name} ${c.phone ?? ""} ${c.username ?? ""}`).includes(wanted);
  const at = (c) => store.chats.get(c.id)?.last?.timestamp ?? 0;
  return [...store.customers.values()].filter(fits).sort((a, b) => at(b) - at(a));
}

export const isTyping = (customer) => (customer.typing_until ?? 0) > now();
