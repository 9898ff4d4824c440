// A series brought to a number of columns between two times, 0..1 of its scale: what a still picture draws.
// Onsets keep their peaks.
import { type Dna, onsetSeries } from './frames';

export function columnsOf(
  dna: Dna,
  series: number,
  columns: number,
  from = 0,
  to = dna.duration,
): Float32Array {
  const result = new Float32Array(columns);
  if (dna.frames === 0) return result;
  const first = from / dna.hop;
  const span = (to - from) / dna.hop / columns;
  for (let c = 0; c < columns; c += 1) {
    const begin = Math.min(dna.frames - 1, Math.max(0, Math.floor(first + c * span)));
    const end = Math.min(dna.frames, Math.max(begin + 1, Math.floor(first + (c + 1) * span)));
    let sum = 0;
    let peak = 0;
    for (let i = begin; i < end; i += 1) {
      const value = dna.bytes[series * dna.frames + i];
      sum += value;
      if (value > peak) peak = value;
    }
    result[c] = (series === onsetSeries ? peak : sum / (end - begin)) / 255;
  }
  return result;
}
