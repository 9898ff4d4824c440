// Spectral DNA made by hand, for tests: every byte is said.
import { type Dna, decodeDna, seriesCount } from '../src/dna/frames';

const scales: [number, number][] = [
  [-72, 0],
  [5, 13.43],
  [0, 16],
  ...Array.from({ length: 12 }, (): [number, number] => [0, 1]),
  ...Array.from({ length: 24 }, (): [number, number] => [-96, 0]),
];

export const hop = 512 / 22050;

export function dnaBytes(frames: number, byte: (series: number, frame: number) => number): ArrayBuffer {
  const buffer = new ArrayBuffer(328 + seriesCount * frames);
  const view = new DataView(buffer);
  for (const [i, letter] of [...'HDNA'].entries()) view.setUint8(i, letter.charCodeAt(0));
  view.setUint16(4, 1, true);
  view.setUint32(8, frames, true);
  view.setFloat32(12, hop, true);
  scales.forEach(([low, high], s) => {
    view.setFloat32(16 + 8 * s, low, true);
    view.setFloat32(20 + 8 * s, high, true);
  });
  for (let s = 0; s < seriesCount; s += 1) {
    for (let t = 0; t < frames; t += 1) view.setUint8(328 + s * frames + t, byte(s, t));
  }
  return buffer;
}

export const dnaOf = (frames: number, byte: (series: number, frame: number) => number): Dna =>
  decodeDna(dnaBytes(frames, byte));

// A 2D context that remembers what was drawn: enough of one for the painters.
export function recorder() {
  const calls: string[] = [];
  const state: Record<string, unknown> = {};
  const context = new Proxy(state, {
    get(target, name: string) {
      if (name in target) return target[name];
      return (...args: unknown[]) => {
        const round = args.map((arg) => (typeof arg === 'number' ? Number(arg.toFixed(3)) : arg));
        calls.push(
          `${name}(${round.join(',')}) ${target.fillStyle ?? ''} ${target.strokeStyle ?? ''} ${target.lineWidth ?? ''}`,
        );
      };
    },
    set(target, name: string, value) {
      target[name] = value;
      return true;
    },
  });
  return { context: context as unknown as CanvasRenderingContext2D, calls };
}
