import { describe, expect, it } from 'vitest';
import { byteAt, decodeDna, frameAt, NotDna, sizeOfLoudness, valueAt } from '../src/dna/frames';
import { dnaBytes, dnaOf, hop } from './dna_helper';

describe('reading frames', () => {
  it('takes values by the scale that the file carries', () => {
    const dna = dnaOf(4, (series, frame) => (series === 0 ? 85 * frame : series));
    expect(dna.frames).toBe(4);
    expect(dna.duration).toBeCloseTo(4 * hop, 6);
    expect(byteAt(dna, 0, 2)).toBe(170);
    expect(valueAt(dna, 0, 0)).toBeCloseTo(-72);
    expect(valueAt(dna, 0, 3)).toBeCloseTo(0);
    expect(valueAt(dna, 38, 0)).toBeCloseTo(-96 + (96 * 38) / 255, 4);
  });

  it('refuses what is no DNA of version 1', () => {
    const good = dnaBytes(3, () => 0);
    expect(() => decodeDna(good.slice(0, 100))).toThrow(NotDna);
    expect(() => decodeDna(good.slice(0, good.byteLength - 1))).toThrow(NotDna);
    for (const [at, value] of [
      [0, 0x58], // magic
      [4, 2], // version
      [6, 1], // flags
      [8, 4], // more frames than bytes
    ]) {
      const bad = good.slice(0);
      new Uint8Array(bad)[at] = value;
      expect(() => decodeDna(bad)).toThrow(NotDna);
    }
  });

  it('finds frames by time, within the track', () => {
    const dna = dnaOf(10, () => 0);
    expect(frameAt(dna, -1)).toBe(0);
    expect(frameAt(dna, 3 * hop)).toBe(3);
    expect(frameAt(dna, 99)).toBe(9);
  });

  it('draws loudness by the square root of the amplitude', () => {
    expect(sizeOfLoudness(1)).toBe(1);
    expect(sizeOfLoudness(1 - 40 / 72)).toBeCloseTo(0.1, 6); // 40 dB less: a hundredth, its root a tenth
  });
});
