// What the page knows. Phones on the desk are remembered in this tab only.
export const store = {
  business: { name: "", phone: "" },
  skew: 0, // simulated now minus the browser's, in seconds
  customers: new Map(),
  chats: new Map(), // customer id -> Map of message id -> message, in order of arrival
  desk: JSON.parse(sessionStorage.getItem("sim-desk") ?? "[]"),
  unread: new Map(),
  filter: "",
};

export const now = () => Date.now() / 1000 + store.skew;

export function replaceAll(state) {
  store.business = state.business;
  store.skew = state.now - Date.now() / 1000;
  store.customers = new Map(state.customers.map((customer) => [customer.id, customer]));
  store.chats = new Map(Object.entries(state.chats).map(([id, list]) => [id, new Map(list.map((m) => [m.id, m]))]));
  store.desk = store.desk.filter((id) => store.customers.has(id));
}

// True if the message is new to this page.
export function keep(message) {
  const chat = store.chats.get(message.customer_id) ?? new Map();
  store.chats.set(message.customer_id, chat);
  const before = chat.get(message.id);
  chat.set(message.id, { ...before, ...message });
  return before === undefined;
}

export function setDesk(ids) {
  store.desk = ids;
  sessionStorage.setItem("sim-desk", JSON.stringify(ids));
}

export const lastOf = (id) => [...(store.chats.get(id)?.values() ?? [])].at(-1);

// Newest chat first; those who never wrote come last.
export function people() {
  const wanted = store.filter.toLocaleLowerCase("pt-BR");
  const fits = (c) => `${c.name} ${c.phone ?? ""} ${c.username ?? ""}`.toLocaleLowerCase("pt-BR").includes(wanted);
  const at = (c) => lastOf(c.id)?.timestamp ?? 0;
  return [...store.customers.values()].filter(fits).sort((a, b) => at(b) - at(a));
}

export const isTyping = (customer) => (customer.typing_until ?? 0) > now();
