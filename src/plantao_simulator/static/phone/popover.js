// A small panel beside what opened it: in the top layer, closed by Escape or a click elsewhere. The keyboard goes
// back to `back`, unless what was chosen has taken it elsewhere.
import { h } from "../dom.js";

export function popover(anchor, name, children, props = {}, back = anchor) {
  const box = h("div", { class: `pop ${name}`, popover: "auto", ...props }, children);
  document.body.append(box);
  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const inside = box.contains(document.activeElement) || document.activeElement === document.body;
    box.remove();
    if (inside && back.isConnected) back.focus({ preventScroll: true });
  });
  box.showPopover();
  beside(box, anchor);
  return box;
}

// Within its phone where that is wide enough, below the anchor where there is room.
function beside(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const screen = anchor.closest(".screen")?.getBoundingClientRect() ?? { left: 0, right: innerWidth };
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = at.bottom + 6 + height < innerHeight;
  const left = Math.max(screen.left + 8, Math.min(at.right - width, screen.right - width - 8));
  box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - height - 6)}px`;
}
