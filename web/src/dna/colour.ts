// Colours of the drawings: the same as the server's picture (src/report/dna_svg.cpp), so that both are one.

// Pitch classes around the circle of fifths: neighbours in harmony are neighbours in hue.
export const fifthOf = (pitch: number): number => (pitch * 7) % 12;
export const hueOf = (pitch: number): number => fifthOf(pitch) * 30;
export const pitchColour = (pitch: number, lightness: number): string =>
  `hsl(${hueOf(pitch)} 70% ${lightness}%)`;

// A pitch class as loud as `value` among its frame's: the strongest stands out, the rest stays quiet.
export const chromaColour = (pitch: number, value: number): string =>
  `hsl(${hueOf(pitch)} 62% ${6 + 56 * value ** 2.2}%)`;

export type Rgb = readonly [number, number, number];

// Dark to bright, evenly seen.
export const heatStops: readonly Rgb[] = [
  [11, 13, 31],
  [66, 30, 110],
  [160, 48, 110],
  [235, 120, 55],
  [250, 220, 120],
];

export function heat(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (heatStops.length - 1);
  const low = Math.min(Math.floor(at), heatStops.length - 2);
  const part = at - low;
  const mix = (c: 0 | 1 | 2) => heatStops[low][c] + (heatStops[low + 1][c] - heatStops[low][c]) * part;
  return [mix(0), mix(1), mix(2)];
}

// Of a band's share of its scale (dB): bent, so that the loud end, where music lies, has room.
export const bandColour = (share: number): string =>
  `rgb(${heat(share ** 1.7)
    .map(Math.round)
    .join(' ')})`;

export const ink = '#f6f7ff'; // RMS
export const cyan = '#6fe3ff'; // centroid
export const amber = '#ffb454'; // onsets
