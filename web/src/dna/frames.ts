// The Spectral DNA as it comes from the server (docs/formats.md): 39 series of one byte a frame. Nothing is
// copied: a series is a view of the answer's own bytes.
export const seriesCount = 39;
export const rmsSeries = 0;
export const centroidSeries = 1;
export const onsetSeries = 2;
export const chromaSeries = 3;
export const bandSeries = 15;
export const bandCount = 24;
const headerBytes = 328;

export interface Dna {
  frames: number;
  hop: number; // seconds
  duration: number; // seconds
  low: Float32Array; // of each series: the value of byte 0 ...
  high: Float32Array; // ... and of byte 255
  bytes: Uint8Array; // planar: series after series
}

export class NotDna extends Error {}

export function decodeDna(buffer: ArrayBuffer): Dna {
  if (buffer.byteLength < headerBytes) throw new NotDna('shorter than its header');
  const view = new DataView(buffer);
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  const [version, flags] = [view.getUint16(4, true), view.getUint16(6, true)];
  if (magic !== 'HDNA' || version !== 1 || flags !== 0) throw new NotDna('no Spectral DNA of version 1');
  const frames = view.getUint32(8, true);
  const hop = view.getFloat32(12, true);
  if (buffer.byteLength !== headerBytes + seriesCount * frames) throw new NotDna('not as long as it says');
  if (!(hop > 0)) throw new NotDna('no time between frames');
  const low = new Float32Array(seriesCount);
  const high = new Float32Array(seriesCount);
  for (let s = 0; s < seriesCount; s += 1) {
    low[s] = view.getFloat32(16 + 8 * s, true);
    high[s] = view.getFloat32(20 + 8 * s, true);
  }
  return { frames, hop, duration: frames * hop, low, high, bytes: new Uint8Array(buffer, headerBytes) };
}

export const byteAt = (dna: Dna, series: number, frame: number): number =>
  dna.bytes[series * dna.frames + frame];

// In the series' own unit.
export function valueAt(dna: Dna, series: number, frame: number): number {
  return dna.low[series] + ((dna.high[series] - dna.low[series]) * byteAt(dna, series, frame)) / 255;
}

// How large loudness is drawn, from its share of the scale (dBFS): the square root of the amplitude. On the dB
// scale itself a soft and a loud passage look alike, on the amplitude's a soft one vanishes.
export const sizeOfLoudness = (share: number, low = -72): number => 10 ** ((low * (1 - share)) / 40);

export function frameAt(dna: Dna, seconds: number): number {
  return Math.max(0, Math.min(dna.frames - 1, Math.round(seconds / dna.hop)));
}
