/** The microphone. The server makes a voice message of whatever the browser records. */

export interface Recording {
  seconds: () => number;
  /** How loud it is now, from 0 to 1. */
  level: () => number;
  /** The file; the microphone is let go. */
  finish: () => Promise<File>;
  stop: () => void;
}

const TYPES = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4'];
const BITS = 32_000; // a second: a voice needs no more

/** Throws when the browser gives no microphone. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true },
  });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? '';
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const meter = meterOf(stream);
  const began = performance.now();
  recorder.start();

  function stop(): void {
    if (recorder.state !== 'inactive') recorder.stop();
    for (const track of stream.getTracks()) track.stop();
    meter.stop();
  }
  function finish(): Promise<File> {
    return new Promise((resolve) => {
      recorder.onstop = () => resolve(fileOf(parts, recorder.mimeType));
      stop();
    });
  }
  return { seconds: () => (performance.now() - began) / 1000, level: meter.level, finish, stop };
}

function fileOf(parts: Blob[], mimeType: string): File {
  const type = mimeType.split(';')[0] ?? 'audio/webm';
  return new File(parts, `voz.${type.split('/')[1]}`, { type });
}

function meterOf(stream: MediaStream) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  function level(): number {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
    return Math.min(1, Math.sqrt(power) * 4);
  }
  return { level, stop: () => void (context.state !== 'closed' && context.close()) };
}
