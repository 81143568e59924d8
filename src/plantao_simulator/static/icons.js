// Line drawings for buttons and ticks.
const PATHS = {
  send: ["M5 12 20 4l-4.5 16-3.7-6.6z", "M11.8 13.4 20 4"],
  plus: ["M12 5v14", "M5 12h14"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  back: ["M15 5l-7 7 7 7"],
  down: ["M6 9l6 6 6-6"],
  sun: [
    "M12 4V2",
    "M12 22v-2",
    "M4 12H2",
    "M22 12h-2",
    "M6 6 4.6 4.6",
    "M19.4 19.4 18 18",
    "M6 18l-1.4 1.4",
    "M19.4 4.6 18 6",
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  ],
  moon: ["M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z"],
  bolt: ["M13 2 5 14h6l-1 8 8-12h-6z"],
  faults: ["M12 3 2 20h20z", "M12 10v4", "M12 17v.5"],
  search: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M20 20l-4-4"],
  signal: ["M4 18v2", "M9 14v6", "M14 9v11", "M19 4v16"],
  nosignal: ["M4 18v2", "M9 14v6", "M14 15v5", "M19 4v8", "M3 3l18 18"],
  smile: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M8.5 14.5a4.5 4.5 0 0 0 7 0", "M9 9.5v.1", "M15 9.5v.1"],
  image: ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4", "M15.5 8.5h.01"],
  video: ["M3 6h12v12H3z", "M15 10l6-3v10l-6-3"],
  mic: ["M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z", "M6 11a6 6 0 0 0 12 0", "M12 17v4"],
  play: ["M8 5v14l11-7z"],
  pause: ["M8 5v14", "M16 5v14"],
  document: ["M6 2h8l5 5v15H6z", "M14 2v5h5", "M9 13h7", "M9 17h5"],
  download: ["M12 4v11", "M7 11l5 5 5-5", "M5 20h14"],
  location: ["M12 21s7-6.5 7-12a7 7 0 1 0-14 0c0 5.5 7 12 7 12z", "M12 7a2 2 0 1 0 0 4 2 2 0 0 0 0-4z"],
  sticker: ["M4 4h16v10l-6 6H4z", "M14 20v-6h6", "M9 10h.01", "M14 9h.01"],
  contacts: ["M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M4 21a8 8 0 0 1 16 0"],
  order: ["M3 4h3l2.5 11h10L21 7H7", "M10 19h.01", "M17 19h.01"],
  poll: ["M5 20V10", "M12 20V4", "M19 20v-7"],
  unsupported: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7", "M12 17v.5"],
  reply: ["M10 6 4 12l6 6", "M4 12h10a6 6 0 0 1 6 6"],
  copy: ["M8 8h12v12H8z", "M16 8V4H4v12h4"],
  edit: ["M4 20l1-5L16 4l4 4L9 19z"],
  trash: ["M4 7h16", "M9 7V4h6v3", "M6 7l1 13h10l1-13"],
  link: ["M14 4h6v6", "M20 4l-9 9", "M18 14v6H4V6h6"],
  list: ["M8 6h12", "M8 12h12", "M8 18h12", "M4 6h.01", "M4 12h.01", "M4 18h.01"],
  form: ["M5 3h14v18H5z", "M9 8h6", "M9 12h6", "M9 16h3"],
  phone: ["M6 3h4l2 5-2.5 1.5a11 11 0 0 0 5 5L16 12l5 2v4a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z"],
  system: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 11v5", "M12 8v.1"],
  check: ["M5 12.5 10 17.5 19 7"],
  ban: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M6 6l12 12"],
};
const TICKS = {
  pending: ["M9 1.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z", "M9 4.5V7l2 1.3"],
  sent: ["M4 7.5 7.5 11 14 3.5"],
  delivered: ["M1 7.5 4.5 11 11 3.5", "M8 10.5l.6.5 7-7.5"],
  failed: ["M9 1.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z", "M9 4v3.5", "M9 10v.2"],
};
const SVG = "http://www.w3.org/2000/svg";

export function drawn(box, paths, width) {
  const svg = document.createElementNS(SVG, "svg");
  const look = {
    viewBox: box,
    fill: "none",
    stroke: "currentColor",
    "stroke-width": width,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  };
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
  const svg = drawn("0 0 18 14", TICKS[status] ?? TICKS.delivered, "1.7");
  svg.classList.add(`tick-${status}`);
  return svg;
}
