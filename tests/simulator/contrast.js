// The texts in view that are harder to read than WCAG's AA allows, as [text, ratio]. Of a gradient each colour counts.
() => {
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return colour.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const [r, g, b] = colour
      .slice(0, 3)
      .map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [more, less] = [light(a), light(b)].sort((p, q) => q - p);
    return (more + 0.05) / (less + 0.05);
  };
  const grounds = (element, above = []) => {
    const { backgroundImage, backgroundColor } = getComputedStyle(element);
    const colour = parse(backgroundColor);
    const colours = backgroundImage.includes("gradient")
      ? backgroundImage.match(/(rgba?|color)\([^)]*\)/g).map(parse)
      : [colour];
    if (colours[0][3] === 1) return colours.map((base) => above.reduceRight((below, top) => over(top, below), base));
    return grounds(element.parentElement, [...above, colour]);
  };
  const faded = (element) => (element ? Number(getComputedStyle(element).opacity) * faded(element.parentElement) : 1);
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    const text = walk.currentNode.textContent.trim();
    if (!text || !element.checkVisibility({ opacityProperty: true }) || element.closest(".unseen, noscript")) continue;
    const style = getComputedStyle(element);
    const [r, g, b, a] = parse(style.color);
    const large = parseFloat(style.fontSize) >= 24;
    const worst = Math.min(
      ...grounds(element).map((ground) => ratio(over([r, g, b, a * faded(element)], ground), ground)),
    );
    if (worst < (large ? 3 : 4.5)) found.push([text.slice(0, 40), worst.toFixed(2)]);
  }
  return found;
};
