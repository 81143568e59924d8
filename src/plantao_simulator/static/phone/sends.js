// Sheets for what a customer sends: a place, a contact, an order, a sticker, a file with its caption.
import { api } from "../api.js";
import { arrows, h, labelled } from "../dom.js";
import { icon } from "../icons.js";
import { map } from "../parts/map.js";
import { T } from "../texts.js";
import { money, size } from "../words.js";
import { contact, file, order, place } from "../writings.js";
import { kindOf, picture } from "./files.js";
import { field, form } from "./sheet.js";

const PLACES = [
  { latitude: -23.55052, longitude: -46.633308 },
  {
    latitude: -23.561414,
    longitude: -46.655881,
    name: "Avenida Paulista",
    address: "Av. Paulista, 1578, São Paulo, SP",
  },
  {
    latitude: -19.919052,
    longitude: -43.938669,
    name: "Mercado Central",
    address: "Av. Augusto de Lima, 744, Belo Horizonte, MG",
  },
  { latitude: -22.971177, longitude: -43.182543, name: "Copacabana", address: "Av. Atlântica, Rio de Janeiro, RJ" },
];

export function placeSheet(phone, message) {
  const build = (close) => {
    const view = h("div", { class: "map-box" });
    const look = () =>
      view.replaceChildren(map(made.elements.latitude.value || 0, made.elements.longitude.value || 0, 320, 130));
    const choose = (chosen) => {
      for (const name of ["latitude", "longitude", "name", "address"]) made.elements[name].value = chosen[name] ?? "";
      look();
    };
    const chips = h(
      "div",
      { class: "chips" },
      PLACES.map((each) =>
        h("button", { type: "button", class: "chip", onclick: () => choose(each) }, each.name ?? T.currentPlace),
      ),
    );
    const fields = [
      h(
        "div",
        { class: "two" },
        field(T.latitude, { name: "latitude", type: "number", step: "any", min: "-90", max: "90", required: true }),
        field(T.longitude, { name: "longitude", type: "number", step: "any", min: "-180", max: "180", required: true }),
      ),
      field(T.placeName, { name: "name" }),
      h("input", { type: "hidden", name: "address" }),
    ];
    const send = async (data) => {
      const given = Object.fromEntries(data);
      const writing = place({ ...given, latitude: Number(given.latitude), longitude: Number(given.longitude) });
      if (await phone.write(message ? { ...writing, reply_to: message.id } : writing)) close();
    };
    const made = form([view, chips, ...fields], T.sendPlace, send);
    made.addEventListener("input", look);
    choose(PLACES[0]);
    return made;
  };
  return { title: T.attachments.location, build };
}

export function newContactSheet(phone) {
  const build = (close) => {
    const fields = [
      field(T.contactName, { name: "name", required: true, value: "Carlos Souza", "data-first": true }),
      field(T.contactPhone, { name: "phone", inputmode: "tel", value: "+55 11 98888-7777" }),
      field(T.contactOrg, { name: "company" }),
    ];
    return form(
      fields,
      T.sendContact,
      async (data) => (await phone.write(contact(Object.fromEntries(data)))) && close(),
    );
  };
  return { title: T.attachments.contacts, build };
}

const PRICES = { "plano-500": 99.9, "roteador-ax": 349, "ponto-extra": 29.9 };

export function orderSheet(phone) {
  const build = (close) => {
    const total = h("b", { role: "status" });
    const items = (data) =>
      Object.entries(PRICES)
        .map(([id, price]) => ({
          product_retailer_id: id,
          quantity: Number(data.get(id)),
          item_price: price,
          currency: "BRL",
        }))
        .filter((item) => item.quantity > 0);
    const line = ([id, price], index) =>
      h(
        "label",
        { class: "product" },
        h("span", {}, h("b", {}, T.products[id]), h("small", {}, money(price, "BRL"))),
        h("input", {
          type: "number",
          name: id,
          min: "0",
          max: "99",
          value: index === 0 ? "1" : "0",
          "aria-label": T.quantity(T.products[id]),
          "data-first": index === 0,
        }),
      );
    const made = form(
      [...Object.entries(PRICES).map(line), h("p", { class: "sum" }, T.total, total)],
      T.sendOrder,
      async (data) => items(data).length && (await phone.write(order(items(data)))) && close(),
    );
    const add = () =>
      (total.textContent = money(
        items(new FormData(made)).reduce((sum, item) => sum + item.quantity * item.item_price, 0),
        "BRL",
      ));
    made.addEventListener("input", add);
    add();
    return made;
  };
  return { title: T.attachments.order, build };
}

const SIDE = 512; // pixels: what a sticker has to measure

async function webp(name) {
  const image = new Image(SIDE, SIDE);
  image.src = `/static/stickers/${name}.svg`;
  await image.decode();
  const canvas = h("canvas", { width: SIDE, height: SIDE });
  canvas.getContext("2d").drawImage(image, 0, 0, SIDE, SIDE);
  return new Promise((done) => canvas.toBlob(done, "image/webp", 0.9));
}

export function stickerSheet(phone) {
  const build = (close) => {
    const send = (name) =>
      phone.tried(async () => {
        const { id } = await api.upload(await webp(name), `${name}.webp`);
        await api.write(phone.id, file("sticker", id));
        close();
      });
    const button = ([name, label], index) =>
      h(
        "button",
        { type: "button", "aria-label": label, title: label, "data-first": index === 0, onclick: () => send(name) },
        h("img", { src: `/static/stickers/${name}.svg`, alt: "" }),
      );
    return arrows(h("div", { class: "stickers" }, Object.entries(T.stickerNames).map(button)), "button", 3);
  };
  return { title: T.attachments.sticker, build };
}

export function fileSheet(phone, chosen) {
  const kind = kindOf(chosen);
  const build = (close) => {
    const look = h(
      "div",
      { class: "preview" },
      h("span", { class: "sheet-icon" }, icon(kind === "audio" ? "mic" : kind)),
      h("b", {}, chosen.name),
      h("small", {}, size(chosen.size)),
    );
    if (kind === "image")
      picture(chosen).then(
        (canvas) => look.prepend(canvas),
        () => {},
      );
    const input = h("input", {
      name: "caption",
      "aria-label": T.caption,
      placeholder: T.caption,
      maxlength: "1024",
      autocomplete: "off",
      "data-first": true,
    });
    const row = h(
      "div",
      { class: "caption" },
      kind === "audio" ? h("span", {}) : input,
      labelled("send", T.sendFile, { class: "round send", type: "submit" }),
    );
    const made = h("form", { class: "file-form" }, look, row);
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      phone.sendFile(chosen, kind, input.value.trim()).then((sent) => sent && close());
    });
    return made;
  };
  return { title: T.sendFile, name: "tall", build };
}
