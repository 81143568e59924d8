// Builds elements. Text always goes in as text, never as markup.
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  send: ["M4 12 20 4l-5 16-3.5-6.5z"],
  attach: ["M12 5v14", "M5 12h14"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  back: ["M15 5l-7 7 7 7"],
  sun: ["M12 4V2", "M12 22v-2", "M4 12H2", "M22 12h-2", "M6 6 4.6 4.6", "M19.4 19.4 18 18", "M6 18l-1.4 1.4", "M19.4 4.6 18 6", "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z"],
  moon: ["M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z"],
  bolt: ["M13 2 5 14h6l-1 8 8-12h-6z"],
  plus: ["M12 5v14", "M5 12h14"],
  faults: ["M12 3 2 20h20z", "M12 10v4", "M12 17v.5"],
  signal: ["M4 18v2", "M9 14v6", "M14 9v11", "M19 4v16"],
  nosignal: ["M4 18v2", "M9 14v6", "M14 15v5", "M19 4v8", "M3 3l18 18"],
  image: ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4", "M15.5 8.5h.01"],
  video: ["M3 6h12v12H3z", "M15 10l6-3v10l-6-3"],
  audio: ["M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z", "M6 11a6 6 0 0 0 12 0", "M12 17v4"],
  document: ["M6 2h8l5 5v15H6z", "M14 2v5h5", "M9 13h7", "M9 17h5"],
  location: ["M12 21s7-6.5 7-12a7 7 0 1 0-14 0c0 5.5 7 12 7 12z", "M12 7a2 2 0 1 0 0 4 2 2 0 0 0 0-4z"],
  sticker: ["M4 4h16v10l-6 6H4z", "M14 20v-6h6", "M9 10h.01", "M14 9h.01"],
  contacts: ["M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M4 21a8 8 0 0 1 16 0"],
  unsupported: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.300-1 .8-1 1.7", "M12 17v.5"],
};
const TICKS = {
  pending: { box: "0 0 18 14", paths: ["M9 1.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z", "M9 4.5V7l2 1.3"] },
  sent: { box: "0 0 18 14", paths: ["M4 7.5 7.5 11 14 3.5"] },
  delivered: { box: "0 0 18 14", paths: ["M1 7.5 4.5 11 11 3.5", "M8 10.5l.6.500 7-7.5"] },
  failed: { box: "0 0 18 14", paths: ["M9 1.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z", "M9 4v3.5", "M9 10v.2"] },
};

function drawn(box, paths, width) {
  const svg = document.createElementNS(SVG, "svg");
  const look = { viewBox: box, fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(look)) svg.setAttribute(name, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export const icon = (name) => drawn("0 0 24 24", PATHS[name] ?? PATHS.unsupported, "1.9");

export function tick(status) {
  const shape = TICKS[status] ?? TICKS.delivered;
  const svg = drawn(shape.box, shape.paths, "1.6");
  svg.classList.add(`tick-${status === "played" ? "read" : status}`);
  return svg;
}

export const labelled = (name, text, props = {}) =>
  h("button", { type: "button", class: "round", "aria-label": text, title: text, ...props }, icon(name));
