/** What a recording looks like: as many heights as there are bars, from 0 to 1. */

export const BARS = 46;
const KEPT = 200;
const RATE = 16_000; // samples a second: enough to see, and little to hold
const known = new Map<string, readonly number[]>();
let line: Promise<unknown> = Promise.resolve();

/** Of the `file` with the name `key`. One at a time: a long thread must not take the processor. */
export function waveOf(key: string, file: Blob): Promise<readonly number[] | null> {
  const found = known.get(key);
  if (found) return Promise.resolve(found);
  const done = line.then(() => decode(file)).catch(() => null); // no browser plays everything; then bars are even
  line = done;
  return done.then((heights) => {
    if (heights) known.set(key, heights);
    for (const old of known.keys()) if (known.size > KEPT) known.delete(old);
    return heights;
  });
}

async function decode(file: Blob): Promise<readonly number[]> {
  const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await file.arrayBuffer());
  return heightsOf(sound.getChannelData(0), BARS);
}

/** The loudness of each part, the loudest being 1. */
export function heightsOf(samples: Float32Array, bars: number): readonly number[] {
  const step = Math.max(1, Math.floor(samples.length / bars));
  const loud = Array.from({ length: bars }, (_, bar) => rms(samples, bar * step, step));
  const most = Math.max(...loud);
  return loud.map((one) => (most > 0 ? one / most : 0));
}

function rms(samples: Float32Array, from: number, count: number): number {
  let sum = 0;
  const to = Math.min(samples.length, from + count);
  for (let index = from; index < to; index += 1) sum += (samples[index] ?? 0) ** 2;
  return Math.sqrt(sum / count);
}
