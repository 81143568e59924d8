// A voice note from the microphone: a timer, the sound as it comes, cancel and send.
import { h, labelled } from "../dom.js";
import { T } from "../texts.js";
import { clock } from "../words.js";

const BARS = 34;
const LONGEST = 300; // seconds
const SHORTEST = 0.4;

export class Recorder {
  constructor({ onDone, onCancel }) {
    Object.assign(this, { onDone, onCancel });
    this.time = h("span", { class: "time", role: "timer", "aria-label": T.recording }, clock(0));
    this.wave = h(
      "div",
      { class: "wave live", "aria-hidden": "true" },
      Array.from({ length: BARS }, () => h("i")),
    );
    this.element = h(
      "div",
      { class: "recorder", role: "group", "aria-label": T.recording },
      labelled("trash", T.cancelRecording, { class: "round danger", onclick: () => this.stop(false) }),
      h("span", { class: "red", "aria-hidden": "true" }),
      this.time,
      this.wave,
      labelled("send", T.sendRecording, { class: "round send", onclick: () => this.stop(true) }),
    );
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.stop(false));
  }

  // Throws when the browser does not give the microphone.
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true } });
    this.recording = new MediaRecorder(this.stream);
    this.parts = [];
    this.recording.addEventListener("dataavailable", ({ data }) => this.parts.push(data));
    this.recording.addEventListener("stop", () => this.finish());
    this.listen();
    this.recording.start();
    this.began = performance.now();
    this.ticking = setInterval(() => this.beat(), 100);
  }

  listen() {
    this.sound = new AudioContext();
    this.ear = this.sound.createAnalyser();
    this.ear.fftSize = 512;
    this.sound.createMediaStreamSource(this.stream).connect(this.ear);
    this.samples = new Uint8Array(this.ear.fftSize);
    this.levels = Array(BARS).fill(0);
  }

  get seconds() {
    return (performance.now() - this.began) / 1000;
  }

  beat() {
    this.time.textContent = clock(this.seconds);
    this.ear.getByteTimeDomainData(this.samples);
    const loud = Math.max(...this.samples.map((value) => Math.abs(value - 128))) / 128;
    this.levels = [...this.levels.slice(1), Math.min(1, loud * 1.6)];
    this.levels.forEach((level, bar) =>
      this.wave.children[bar].style.setProperty("--h", Math.max(0.06, level).toFixed(2)),
    );
    if (this.seconds > LONGEST) this.stop(true);
  }

  stop(send) {
    if (this.recording?.state !== "recording") return;
    this.wanted = send;
    this.length = this.seconds;
    this.recording.stop();
  }

  finish() {
    clearInterval(this.ticking);
    for (const track of this.stream.getTracks()) track.stop();
    this.sound.close();
    const blob = new Blob(this.parts, { type: this.recording.mimeType });
    if (this.wanted && this.length >= SHORTEST) this.onDone(blob);
    else this.onCancel(this.wanted ? T.tooShort : "");
  }
}
