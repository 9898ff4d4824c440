// The picture in words: what a screen reader reads instead of it, made of the frames and the measurements.
import { clock, fixed } from '../kit/format';
import { pitchNames } from '../kit/words';
import { chromaSeries, type Dna, rmsSeries, valueAt } from './frames';

// Ten seconds with the greatest mean RMS (dB), or the whole of a shorter track.
export function loudestPart(dna: Dna): { from: number; to: number } {
  const length = Math.max(1, Math.min(dna.frames, Math.round(10 / dna.hop)));
  let sum = 0;
  let best = Number.NEGATIVE_INFINITY;
  let bestEnd = length;
  for (let i = 0; i < dna.frames; i += 1) {
    sum += dna.bytes[rmsSeries * dna.frames + i];
    if (i >= length) sum -= dna.bytes[rmsSeries * dna.frames + i - length];
    if (i >= length - 1 && sum > best) {
      best = sum;
      bestEnd = i + 1;
    }
  }
  return { from: (bestEnd - length) * dna.hop, to: bestEnd * dna.hop };
}

export function strongestPitches(dna: Dna, count = 3): string[] {
  const sums = pitchNames.map((name, pitch) => {
    let sum = 0;
    for (let i = 0; i < dna.frames; i += 1) sum += dna.bytes[(chromaSeries + pitch) * dna.frames + i];
    return { name, sum };
  });
  sums.sort((a, b) => b.sum - a.sum);
  return sums.slice(0, count).map((each) => each.name);
}

export function describeDna(dna: Dna, keyName: string | null, bpm: number | null): string {
  const loud = loudestPart(dna);
  const facts = [
    `${clock(dna.duration)} long`,
    keyName ?? 'key unknown',
    bpm === null ? 'tempo unknown' : `${fixed(bpm, 0)} BPM`,
    `loudest ${clock(loud.from)} to ${clock(loud.to)}`,
    `strongest pitches ${strongestPitches(dna).join(', ')}`,
  ];
  return `Spectral DNA: ${facts.join(', ')}.`;
}

export const rmsText = ({ rms, rmsIsLeast }: Moment): string =>
  `${rmsIsLeast ? '\u2264\u202f' : ''}${fixed(rms, 1)}`;

export interface Moment {
  seconds: number;
  rms: number; // dBFS
  rmsIsLeast: boolean; // it is the scale's lower end: that, or less
  centroid: number | null; // Hz; null in silence
  onset: number; // dB a frame
  pitches: string[]; // strongest first
  band: number | null; // strongest of the 24, from 1; null in silence
}

export function momentAt(dna: Dna, frame: number): Moment {
  const pitches = pitchNames
    .map((name, pitch) => ({ name, value: dna.bytes[(chromaSeries + pitch) * dna.frames + frame] }))
    .filter((each) => each.value > 0)
    .sort((a, b) => b.value - a.value)
    .slice(0, 3)
    .map((each) => each.name);
  let band = 0;
  for (let b = 1; b < 24; b += 1) {
    if (dna.bytes[(15 + b) * dna.frames + frame] > dna.bytes[(15 + band) * dna.frames + frame]) band = b;
  }
  const centroidByte = dna.bytes[1 * dna.frames + frame];
  return {
    seconds: frame * dna.hop,
    rms: valueAt(dna, rmsSeries, frame),
    rmsIsLeast: dna.bytes[rmsSeries * dna.frames + frame] === 0,
    centroid: centroidByte === 0 ? null : 2 ** valueAt(dna, 1, frame),
    onset: valueAt(dna, 2, frame),
    pitches,
    band: dna.bytes[(15 + band) * dna.frames + frame] === 0 ? null : band + 1,
  };
}
