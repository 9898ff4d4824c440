import { describe, expect, it } from 'vitest';
import { describeDna, loudestPart, momentAt, rmsText } from '../src/dna/describe';
import { chromaSeries, rmsSeries } from '../src/dna/frames';
import { dnaOf, hop } from './dna_helper';

const frames = Math.round(60 / hop);
const dna = dnaOf(frames, (series, frame) => {
  const seconds = frame * hop;
  if (series === rmsSeries) return seconds >= 30 && seconds < 40 ? 250 : 100;
  if (series === chromaSeries + 9) return 255;
  if (series === chromaSeries + 4) return 180;
  if (series === chromaSeries) return 90;
  if (series === 1) return seconds < 1 ? 0 : 128;
  return series === 17 ? 200 : 0;
});

describe('the picture in words', () => {
  it('finds the loudest ten seconds', () => {
    const { from, to } = loudestPart(dna);
    expect(from).toBeCloseTo(30, 0);
    expect(to).toBeCloseTo(40, 0);
  });

  it('says what is known and what is not', () => {
    expect(describeDna(dna, 'A minor', 124.2)).toBe(
      'Spectral DNA: 1:00 long, A minor, 124 BPM, loudest 0:30 to 0:40, strongest pitches A, E, C.',
    );
    expect(describeDna(dna, null, null)).toContain('key unknown, tempo unknown');
  });

  it('names no band and no exact level in silence', () => {
    const silent = momentAt(
      dnaOf(2, () => 0),
      1,
    );
    expect(silent).toMatchObject({ band: null, centroid: null, pitches: [], rmsIsLeast: true });
    expect(rmsText(silent)).toBe('\u2264\u202f\u221272.0');
    expect(rmsText(momentAt(dna, 1000))).toBe('\u221243.8');
  });

  it('gives the exact values of a frame', () => {
    const moment = momentAt(dna, 1000);
    expect(moment.rms).toBeCloseTo(-72 + (72 * 100) / 255, 4);
    expect(moment.centroid).toBeCloseTo(2 ** (5 + (8.43 * 128) / 255), 1);
    expect(moment.pitches).toEqual(['A', 'E', 'C']);
    expect(moment.band).toBe(3);
    expect(moment.rmsIsLeast).toBe(false);
    expect(momentAt(dna, 0).centroid).toBeNull();
  });
});
