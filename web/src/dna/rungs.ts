// The rungs of the helix: one for each onset, a local peak of onset strength.
import { byteAt, chromaSeries, type Dna, onsetSeries, rmsSeries } from './frames';

export const rungFloats = 5; // seconds, strength, pitch class, concentration, loudness

export const rungThreshold = 0.2; // of the onset scale, as in the server's picture

export function strongestPitch(dna: Dna, frame: number): number {
  let best = 0;
  for (let p = 1; p < 12; p += 1) {
    if (byteAt(dna, chromaSeries + p, frame) > byteAt(dna, chromaSeries + best, frame)) best = p;
  }
  return best;
}

// How much one pitch class stands out: 0 where all twelve are alike, 1 where one sounds alone.
export function concentration(dna: Dna, frame: number): number {
  let sum = 0;
  let peak = 0;
  for (let p = 0; p < 12; p += 1) {
    const value = byteAt(dna, chromaSeries + p, frame);
    sum += value;
    if (value > peak) peak = value;
  }
  return peak === 0 ? 0 : (1 - sum / (12 * peak)) * (12 / 11);
}

export function isOnset(dna: Dna, frame: number): boolean {
  const now = byteAt(dna, onsetSeries, frame);
  if (now <= rungThreshold * 255) return false;
  const before = frame === 0 ? -1 : byteAt(dna, onsetSeries, frame - 1);
  const after = frame + 1 === dna.frames ? -1 : byteAt(dna, onsetSeries, frame + 1);
  return now >= before && now > after;
}

export function rungsOf(dna: Dna): Float32Array {
  const found: number[] = [];
  for (let frame = 0; frame < dna.frames; frame += 1) {
    if (!isOnset(dna, frame)) continue;
    // The attack is noise; the chord stands a moment later.
    const sounding = Math.min(dna.frames - 1, frame + 3);
    found.push(
      frame * dna.hop,
      byteAt(dna, onsetSeries, frame) / 255,
      strongestPitch(dna, sounding),
      concentration(dna, sounding),
      byteAt(dna, rmsSeries, sounding) / 255,
    );
  }
  return new Float32Array(found);
}
