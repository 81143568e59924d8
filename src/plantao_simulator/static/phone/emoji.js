// The emoji panel.
import { arrows, h } from "../dom.js";
import { T } from "../texts.js";
import { popover } from "./popover.js";

const GROUPS = {
  faces: "😀 😃 😄 😁 😅 😂 🤣 😊 🙂 😉 😍 😘 😋 😜 🤔 😐 🙄 😏 😬 😴 😷 🤒 🤯 😎 🥳 😕 😟 🙁 😢 😭 😱 😡 🤬 😤 😩 🥺",
  hands: "👍 👎 👏 🙏 🤝 👌 ✌️ 🤞 👋 🙌 💪 👉 👈 👆 👇 ☝️ ✋ 🤷 🤦 🙋",
  hearts: "❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💯 💥 ✨ 🎉 🔥 ⚡ 💤",
  things: "📶 📡 🛜 💻 🖥️ 📱 ☎️ 🔌 🔋 💡 📺 🎮 🧾 💰 💳 🏠 🏢 🔧 🪛 🛠️ ⏰ 📅 📍 ✅ ❌ ⚠️ 🚫 🔴 🟢 🟡",
  nature: "☀️ ⛈️ 🌧️ 🌩️ ☔ 🌈 🐶 🐱 🌱 🌻 ☕ 🍕 🍔 🍰 🥖 ⚽",
};
export const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const COLUMNS = 8;

export function emojiPanel(anchor, onPick, { stays = false, back = anchor } = {}) {
  const groups = Object.entries(GROUPS).map(([name, all]) =>
    h(
      "section",
      {},
      h("h3", {}, T.emojiGroups[name]),
      h(
        "div",
        { class: "emoji-grid" },
        all.split(" ").map((emoji) => h("button", { type: "button" }, emoji)),
      ),
    ),
  );
  const box = popover(anchor, "emoji", groups, { role: "dialog", "aria-label": T.emoji }, back);
  arrows(box, "button", COLUMNS);
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (!stays) box.hidePopover();
    onPick(button.textContent);
  });
  box.querySelector("button").focus();
  return box;
}
