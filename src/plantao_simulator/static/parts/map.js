// A drawn map: streets made up from the coordinates, the same ones every time. No tiles from elsewhere are asked for.
import { drawn } from "../icons.js";

const SVG = "http://www.w3.org/2000/svg";

function dice(seed) {
  let state = Math.abs(Math.floor(seed * 1e5)) % 2147483647 || 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

function streets(roll, width, height) {
  const lines = [];
  for (let x = roll() * 40; x < width + 40; x += 30 + roll() * 34)
    lines.push(`M${x.toFixed(1)} -10 L${(x + (roll() - 0.5) * 46).toFixed(1)} ${height + 10}`);
  for (let y = roll() * 30; y < height + 30; y += 24 + roll() * 26)
    lines.push(`M-10 ${y.toFixed(1)} L${width + 10} ${(y + (roll() - 0.5) * 34).toFixed(1)}`);
  return lines;
}

function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

export function map(latitude, longitude, width = 260, height = 128) {
  const roll = dice(Number(latitude) * 7.3 + Number(longitude) * 3.1);
  const svg = drawn(`0 0 ${width} ${height}`, [], "1");
  svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
  svg.classList.add("map");
  svg.append(shape("rect", { class: "land", width, height }));
  svg.append(
    shape("circle", { class: "park", cx: (roll() * width).toFixed(0), cy: (roll() * height).toFixed(0), r: "34" }),
  );
  for (const d of streets(roll, width, height)) svg.append(shape("path", { class: "street", d }));
  svg.append(
    shape("path", {
      class: "avenue",
      d: `M-10 ${(height * roll()).toFixed(0)} Q${width / 2} ${height / 2} ${width + 10} ${(height * roll()).toFixed(0)}`,
    }),
  );
  const [x, y] = [width / 2, height / 2];
  svg.append(shape("ellipse", { class: "shade", cx: x, cy: y + 2, rx: "8", ry: "3" }));
  svg.append(
    shape("path", { class: "pin", d: `M${x} ${y + 2}s14-14 14-25a14 14 0 1 0-28 0c0 11 14 25 14 25z` }),
    shape("circle", { class: "eye", cx: x, cy: y - 23, r: "5" }),
  );
  return svg;
}
