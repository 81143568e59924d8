// The shape of a recording: one bar for each equal part of it, 0 to 1.
import { mediaUrl } from "../api.js";

const BARS = 38;
const known = new Map(); // media id -> Promise of bars

async function decoded(id) {
  const answer = await fetch(mediaUrl(id));
  if (!answer.ok) throw new Error(String(answer.status));
  const audio = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(await answer.arrayBuffer());
  return bars(audio.getChannelData(0));
}

export function bars(samples, count = BARS) {
  const width = Math.max(1, Math.floor(samples.length / count));
  const loud = Array.from({ length: count }, (_, bar) => {
    let sum = 0;
    for (let at = bar * width; at < Math.min((bar + 1) * width, samples.length); at += 1) sum += samples[at] ** 2;
    return Math.sqrt(sum / width);
  });
  const top = Math.max(...loud, 0.02);
  return loud.map((value) => Math.max(0.08, value / top));
}

// Bars of silence when the recording cannot be read.
export function shape(id) {
  if (!known.has(id))
    known.set(
      id,
      decoded(id).catch(() => Array(BARS).fill(0.08)),
    );
  return known.get(id);
}

export const flat = () => Array(BARS).fill(0.08);
