// One value of a model's feature in the unit that people use for it.
import { clock, fixed, unknown } from './format';
import { pitchNames } from './words';

export function featureValue(feature: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  switch (feature) {
    case 'tempo':
      return `${fixed(value, 1)} BPM`;
    case 'loudness':
      return `${fixed(value, 1)} dB`;
    case 'key':
      return pitchNames[((Math.round(value) % 12) + 12) % 12];
    case 'mode':
      return value >= 0.5 ? 'major' : 'minor';
    case 'duration_ms':
      return clock(value / 1000);
    case 'time_signature':
      return fixed(value, 0);
    default:
      return fixed(value, 2);
  }
}
