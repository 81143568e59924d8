// Ties the page together: state in, events in, phones out.
import { api, watch } from "./api.js";
import { faults, newCustomer } from "./dialogs.js";
import { h, labelled } from "./dom.js";
import { Phone } from "./phone/phone.js";
import { Rail } from "./rail.js";
import { chatOf, replaceAll, setDesk, store } from "./store.js";
import { T } from "./texts.js";
import { summary } from "./words.js";

const desk = document.getElementById("desk");
const shell = document.querySelector(".shell");
const live = document.getElementById("live");
const phones = new Map();
const dirty = new Set();
const NARROWEST = 342; // pixels that a phone on the desk needs
const narrow = matchMedia("(max-width: 760px)");

const rail = new Rail(document.getElementById("rail"), {
  onPick: pick,
  onNew: () => newCustomer((customer) => (store.customers.set(customer.id, customer), show(customer.id))),
  onOutage: (count) => api.outage(count).then(() => say(T.outageDone(count)), complain),
  onFaults: () => api.state().then((state) => faults(state.faults), complain),
});

const say = (text) => (live.textContent = text);
const complain = () => say(T.failed);

// On a wide screen phones stand side by side, the newest first; on a narrow one there is one at a time.
function pick(id) {
  if (store.desk.includes(id) && !narrow.matches) hide(id);
  else show(id);
}

function show(id) {
  const room = narrow.matches ? 1 : Math.max(1, Math.floor((desk.clientWidth - 30) / NARROWEST));
  const kept = [id, ...store.desk.filter((other) => other !== id)].slice(0, room);
  for (const gone of store.desk.filter((other) => !kept.includes(other))) api.open(gone, false).catch(complain);
  setDesk(kept);
  store.unread.delete(id);
  api.open(id, true).catch(complain);
  arrange();
  phones.get(id)?.input.focus();
}

function hide(id) {
  setDesk(store.desk.filter((other) => other !== id));
  api.open(id, false).catch(complain);
  arrange();
  document.querySelector(`[data-person="${CSS.escape(id)}"]`)?.focus();
}

function arrange() {
  for (const [id, phone] of phones) if (!store.desk.includes(id)) (phone.close(), phones.delete(id));
  const made = store.desk.map((id) => {
    if (!phones.has(id)) phones.set(id, new Phone(id, { onClose: () => hide(id) }));
    return phones.get(id).element;
  });
  shell.classList.toggle("chatting", made.length > 0);
  const place = made.length ? made : [welcome()];
  if (place.some((element, index) => desk.children[index] !== element) || desk.children.length !== place.length)
    desk.replaceChildren(...place);
  for (const phone of phones.values()) phone.toEnd();
  rail.draw();
}

const welcome = () =>
  h(
    "div",
    { class: "welcome" },
    h("img", { src: "/static/icon.svg", alt: "" }),
    h("h2", {}, T.welcomeTitle),
    h("p", {}, T.welcome),
  );

function happened(kind, data) {
  if (kind === "reset") return load();
  if (kind === "customer") store.customers.set(data.id, data);
  else noticed(data);
  redraw(kind === "customer" ? data.id : data.customer_id);
  return undefined;
}

function noticed(message) {
  const news = chatOf(message.customer_id).add(message);
  const customer = store.customers.get(message.customer_id);
  if (!customer || message.author !== "business") return;
  if (news.isNew) customer.typing_until = null;
  if (!news.arrived || message.status === "failed") return;
  say(T.newMessage(customer.name, summary(message)));
  if (!store.desk.includes(customer.id)) store.unread.set(customer.id, (store.unread.get(customer.id) ?? 0) + 1);
}

// Many events can come in one frame (an outage): each phone is drawn once.
function redraw(id) {
  if (!dirty.size) requestAnimationFrame(() => (dirty.forEach((each) => phones.get(each)?.draw()), dirty.clear()));
  dirty.add(id);
  rail.draw();
}

async function load() {
  replaceAll(await api.state());
  drawTop(true);
  for (const phone of phones.values()) if (store.customers.has(phone.id)) phone.draw();
  for (const id of store.desk) if (!store.customers.get(id).chat_open) api.open(id, true).catch(complain);
  arrange();
}

function drawTop(connected) {
  const chosen = document.documentElement.dataset.theme;
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = labelled(dark ? "sun" : "moon", dark ? T.themeToLight : T.themeToDark, {
    onclick: () => setTheme(dark ? "light" : "dark", connected),
  });
  const { name, phone } = store.business;
  const titles = h("div", { class: "grow" }, h("h1", {}, T.title), h("p", {}, name ? T.subtitle(name, phone) : ""));
  const link = h("span", { class: connected ? "link" : "link off", role: "status" }, connected ? T.live : T.lost);
  document.getElementById("top").replaceChildren(h("img", { src: "/static/icon.svg", alt: "" }), titles, link, theme);
}

function setTheme(theme, connected) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("sim-theme", theme);
  drawTop(connected);
}

// A file that misses a phone must not make the browser leave the page.
for (const event of ["dragover", "drop"]) addEventListener(event, (dragged) => dragged.preventDefault());

// Nobody looks at the phones of a closed page: what arrives then is delivered, not read.
addEventListener("pagehide", () => store.desk.forEach((id) => api.leave(id).catch(() => {})));

document.title = T.title;
desk.setAttribute("aria-label", T.desk);
drawTop(false);
watch({ connected: () => load().catch(complain), lost: () => drawTop(false), happened });
