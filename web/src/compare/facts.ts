// What two tracks are compared by, and when a difference is one.
import type { Track } from '../api/types';
import { clock, fixed, hertz, percent, signed } from '../kit/format';

interface Fact {
  name: string;
  read: (track: Track) => number | string | null | undefined;
  show: (value: number) => string;
  unit: string;
  digits: number;
  alike: number; // apart by less: the same to the ear, or to the measurement
}

const plain =
  (digits: number, unit = '') =>
  (value: number) =>
    `${fixed(value, digits)}${unit ? ` ${unit}` : ''}`;

const facts: Fact[] = [
  {
    name: 'Probability',
    read: (t) => t.verdict && t.verdict.probability * 100,
    show: (v) => percent(v / 100, 1),
    unit: 'points',
    digits: 1,
    alike: 0.5,
  },
  {
    name: 'Votes for HIT',
    read: (t) => t.verdict?.votes_for_hit,
    show: plain(0),
    unit: '',
    digits: 0,
    alike: 0.5,
  },
  {
    name: 'Tempo',
    read: (t) => t.features.tempo_bpm,
    show: plain(1, 'BPM'),
    unit: 'BPM',
    digits: 1,
    alike: 0.5,
  },
  { name: 'Key', read: (t) => t.features.key_name, show: plain(0), unit: '', digits: 0, alike: 0 },
  { name: 'Camelot', read: (t) => t.features.camelot, show: plain(0), unit: '', digits: 0, alike: 0 },
  {
    name: 'Loudness',
    read: (t) => t.features.integrated_lufs,
    show: plain(1, 'LUFS'),
    unit: 'LU',
    digits: 1,
    alike: 0.5,
  },
  {
    name: 'Loudness range',
    read: (t) => t.features.loudness_range_lu,
    show: plain(1, 'LU'),
    unit: 'LU',
    digits: 1,
    alike: 0.5,
  },
  {
    name: 'Energy, estimated',
    read: (t) => t.estimates.energy?.value,
    show: plain(2),
    unit: '',
    digits: 2,
    alike: 0.02,
  },
  {
    name: 'Valence, estimated',
    read: (t) => t.estimates.valence?.value,
    show: plain(2),
    unit: '',
    digits: 2,
    alike: 0.02,
  },
  {
    name: 'Acousticness, estimated',
    read: (t) => t.estimates.acousticness?.value,
    show: plain(2),
    unit: '',
    digits: 2,
    alike: 0.02,
  },
  {
    name: 'Spectral centroid',
    read: (t) => t.features.spectral_centroid_hz,
    show: hertz,
    unit: 'Hz',
    digits: 0,
    alike: 50,
  },
  {
    name: 'Onsets a second',
    read: (t) => t.features.onset_rate_hz,
    show: plain(2),
    unit: '',
    digits: 2,
    alike: 0.1,
  },
  { name: 'RMS', read: (t) => t.features.rms, show: plain(3), unit: '', digits: 3, alike: 0.005 },
  {
    name: 'Duration',
    read: (t) => t.audio.duration_s,
    show: (v) => clock(v),
    unit: 's',
    digits: 0,
    alike: 0.5,
  },
];

export interface Line {
  name: string;
  a: string;
  b: string;
  apart: string;
  differs: boolean;
}

export function lines(a: Track, b: Track): Line[] {
  return facts.map(({ name, read, show, unit, digits, alike }) => {
    const [left, right] = [read(a) ?? null, read(b) ?? null];
    const say = (value: typeof left) =>
      value === null ? 'unknown' : typeof value === 'string' ? value : show(value);
    if (typeof left === 'number' && typeof right === 'number') {
      const differs = Math.abs(right - left) >= alike;
      const apart = differs ? `${signed(right - left, digits)}${unit ? ` ${unit}` : ''}` : 'alike';
      return { name, a: say(left), b: say(right), apart, differs };
    }
    const differs = left !== right;
    return {
      name,
      a: say(left),
      b: say(right),
      apart: differs ? (left === null || right === null ? 'unknown' : 'other') : 'alike',
      differs,
    };
  });
}
