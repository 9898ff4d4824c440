import { describe, expect, it } from 'vitest';
import { columnsOf } from '../src/dna/columns';
import { onsetSeries, rmsSeries, seriesCount } from '../src/dna/frames';
import { buildPyramid, levelFor } from '../src/dna/pyramid';
import { dnaOf, hop } from './dna_helper';

describe('the pyramid of resolutions', () => {
  const dna = dnaOf(300, (series, frame) =>
    series === onsetSeries ? (frame === 41 ? 200 : 0) : (frame * 7 + series) % 256,
  );
  const pyramid = buildPyramid(dna);
  const at = (level: number, series: number, frame: number) => {
    const { offset, frames } = pyramid.levels[level];
    return pyramid.texels[offset + series * frames + frame];
  };

  it('holds the frames themselves at level 0', () => {
    for (const series of [0, 5, 38]) expect(at(0, series, 123)).toBe((123 * 7 + series) % 256);
  });

  it('holds means of four above, and peaks of onsets', () => {
    const mean = [40, 41, 42, 43].reduce((sum, frame) => sum + ((frame * 7) % 256), 0) / 4;
    expect(at(1, rmsSeries, 10)).toBe(Math.round(mean));
    expect(at(1, onsetSeries, 10)).toBe(200);
    expect(at(2, onsetSeries, 2)).toBe(200);
  });

  it('lays all levels into one texture that holds them', () => {
    const last = pyramid.levels[pyramid.levels.length - 1];
    expect(last.offset + last.frames * seriesCount).toBeLessThanOrEqual(pyramid.width * pyramid.height);
    expect(pyramid.texels.length).toBe(pyramid.width * pyramid.height);
  });

  it('stays within the textures every WebGL2 takes, for two hours', () => {
    const frames = Math.round(7200 / hop);
    expect((frames * seriesCount * 4) / 3 / 2048).toBeLessThan(8192);
  });

  it('chooses the level just finer than the marks', () => {
    expect(levelFor(pyramid, hop)).toBe(0);
    expect(levelFor(pyramid, 4 * hop)).toBe(1);
    expect(levelFor(pyramid, 15 * hop)).toBe(1);
    expect(levelFor(pyramid, 1000)).toBe(pyramid.levels.length - 1);
  });
});

describe('columns', () => {
  it('means what falls into a column, and keeps the peaks of onsets', () => {
    const dna = dnaOf(8, (series, frame) => (series === onsetSeries ? (frame === 5 ? 255 : 0) : 10 * frame));
    expect([...columnsOf(dna, rmsSeries, 2)].map((value) => value * 255)).toEqual(
      [15, 55].map((v) => expect.closeTo(v, 3)),
    );
    expect([...columnsOf(dna, onsetSeries, 2)]).toEqual([0, 1]);
  });

  it('repeats frames where there are more columns than frames', () => {
    const dna = dnaOf(2, (_, frame) => (frame === 0 ? 0 : 255));
    expect([...columnsOf(dna, rmsSeries, 4)]).toEqual([0, 0, 1, 1]);
  });
});
