// The series at several resolutions: level k holds means of 4^k frames (onsets keep their peaks, or a zoomed-out
// picture would lose them). All levels of all series lie in one texture of bytes, so that a shader finds any
// value of any zoom with one look.
import { type Dna, onsetSeries, seriesCount } from './frames';

export interface Level {
  offset: number; // of series 0, in texels
  frames: number;
  hop: number; // seconds
}

export interface Pyramid {
  levels: Level[];
  width: number; // of the texture
  height: number;
  texels: Uint8Array; // width x height
}

const textureWidth = 2048;
export const mostLevels = 8;

function coarser(bytes: Uint8Array, frames: number): { bytes: Uint8Array; frames: number } {
  const fewer = Math.ceil(frames / 4);
  const result = new Uint8Array(fewer * seriesCount);
  for (let s = 0; s < seriesCount; s += 1) {
    for (let i = 0; i < fewer; i += 1) {
      const begin = s * frames + 4 * i;
      const end = s * frames + Math.min(frames, 4 * i + 4);
      let sum = 0;
      let peak = 0;
      for (let at = begin; at < end; at += 1) {
        sum += bytes[at];
        if (bytes[at] > peak) peak = bytes[at];
      }
      result[s * fewer + i] = s === onsetSeries ? peak : Math.round(sum / (end - begin));
    }
  }
  return { bytes: result, frames: fewer };
}

export function buildPyramid(dna: Dna): Pyramid {
  const levels: Level[] = [];
  const parts: Uint8Array[] = [];
  let now = { bytes: dna.bytes, frames: dna.frames };
  let offset = 0;
  for (let k = 0; k < mostLevels; k += 1) {
    levels.push({ offset, frames: now.frames, hop: dna.hop * 4 ** k });
    parts.push(now.bytes);
    offset += now.bytes.length;
    if (now.frames <= 64) break;
    now = coarser(now.bytes, now.frames);
  }
  const height = Math.max(1, Math.ceil(offset / textureWidth));
  const texels = new Uint8Array(textureWidth * height);
  parts.forEach((part, k) => {
    texels.set(part, levels[k].offset);
  });
  return { levels, width: textureWidth, height, texels };
}

// The level whose frames are just finer than the marks that will be drawn.
export function levelFor(pyramid: Pyramid, secondsPerMark: number): number {
  const base = pyramid.levels[0].hop;
  const wanted = Math.floor(Math.log(Math.max(1, secondsPerMark / base)) / Math.log(4));
  return Math.max(0, Math.min(pyramid.levels.length - 1, wanted));
}
