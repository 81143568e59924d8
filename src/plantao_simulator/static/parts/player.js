// A voice message: play, a waveform that is also a slider, the time, and three speeds.
import { mediaUrl } from "../api.js";
import { h, whenSeen } from "../dom.js";
import { icon } from "../icons.js";
import { T } from "../texts.js";
import { clock } from "../words.js";
import { flat, shape } from "./waves.js";

const RATES = [1, 1.5, 2];
let playing; // one at a time, as on a phone

export function player(id, { onFirstPlay = () => {} } = {}) {
  const audio = h("audio", { src: mediaUrl(id), preload: "metadata" });
  const wave = h(
    "div",
    { class: "wave", "aria-hidden": "true" },
    flat().map(() => h("i")),
  );
  const slider = h("input", { type: "range", min: "0", max: "1000", value: "0", step: "1", "aria-label": T.position });
  const time = h("span", { class: "time" }, clock(0));
  const play = h("button", { type: "button", class: "play", "aria-label": T.play }, icon("play"));
  const speed = h("button", { type: "button", class: "speed", "aria-label": T.speed(1) }, "1×");
  const box = h("div", { class: "player" }, play, h("div", { class: "track" }, wave, slider), time, speed, audio);
  play.addEventListener("click", () => toggle(audio, onFirstPlay));
  speed.addEventListener("click", () => faster(audio, speed));
  slider.addEventListener(
    "input",
    () => audio.duration && (audio.currentTime = (slider.value / 1000) * audio.duration),
  );
  const draw = () => progress(audio, { wave, slider, time });
  for (const event of ["timeupdate", "loadedmetadata", "durationchange", "seeked", "ended"])
    audio.addEventListener(event, draw);
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, () => buttonFor(play, audio));
  whenSeen(box, () =>
    shape(id).then((heights) =>
      heights.forEach((height, bar) => wave.children[bar].style.setProperty("--h", height.toFixed(2))),
    ),
  );
  return box;
}

function toggle(audio, onFirstPlay) {
  if (!audio.paused) return audio.pause();
  if (playing && playing !== audio) playing.pause();
  playing = audio;
  return audio.play().then(onFirstPlay, () => {}); // a file that no browser can play stays silent
}

function faster(audio, button) {
  const rate = RATES[(RATES.indexOf(audio.playbackRate) + 1) % RATES.length];
  audio.playbackRate = rate;
  button.textContent = `${String(rate).replace(".", ",")}×`;
  button.setAttribute("aria-label", T.speed(rate));
}

function progress(audio, { wave, slider, time }) {
  const length = Number.isFinite(audio.duration) ? audio.duration : 0;
  const part = length ? audio.currentTime / length : 0;
  slider.value = String(Math.round(part * 1000));
  slider.setAttribute("aria-valuetext", `${clock(audio.currentTime)} / ${clock(length)}`);
  time.textContent = clock(audio.currentTime || length);
  [...wave.children].forEach((bar, index) =>
    bar.classList.toggle("done", part > 0 && index / wave.children.length < part),
  );
}

function buttonFor(button, audio) {
  button.replaceChildren(icon(audio.paused ? "play" : "pause"));
  button.setAttribute("aria-label", audio.paused ? T.play : T.pause);
}
