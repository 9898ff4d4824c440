// The lanes from the top down, as shares of the height.
import { amber, cyan, ink } from './colour';

export interface Lane {
  name: 'rms' | 'bands' | 'chroma' | 'onset' | 'centroid';
  label: string;
  unit: string;
  top: number;
  bottom: number;
  colour: string;
}

export const lanes: readonly Lane[] = [
  { name: 'rms', label: 'Loudness', unit: 'RMS, dBFS', top: 0.04, bottom: 0.17, colour: ink },
  { name: 'bands', label: '24 bands', unit: 'mel, dB', top: 0.21, bottom: 0.49, colour: '#f09a4a' },
  { name: 'chroma', label: 'Pitch', unit: '12 classes', top: 0.53, bottom: 0.765, colour: ink },
  { name: 'onset', label: 'Onsets', unit: 'dB a frame', top: 0.805, bottom: 0.865, colour: amber },
  { name: 'centroid', label: 'Centroid', unit: 'Hz, log', top: 0.905, bottom: 0.96, colour: cyan },
];

export const lane = (name: Lane['name']): Lane => lanes.find((each) => each.name === name) as Lane;
