import { describe, expect, it } from 'vitest';
import { chromaSeries, onsetSeries } from '../src/dna/frames';
import { phaseAt, radius2, strand1, strand2, twistFor } from '../src/dna/helix';
import { lanes } from '../src/dna/lanes';
import { pointAt, rings, turnOf } from '../src/dna/ring';
import { concentration, rungFloats, rungsOf, strongestPitch } from '../src/dna/rungs';
import { clampSpan, follow, pan, readLoop, zoomAt } from '../src/dna/window';
import { dnaOf, hop } from './dna_helper';

describe('the helix', () => {
  it('turns with the beat where the tempo is sure', () => {
    expect(twistFor(120, 0.9, 10, 1200)).toEqual({ seconds: 2, beats: 4 });
    expect(twistFor(120, 0.9, 240, 1200)).toEqual({ seconds: 32, beats: 64 });
  });

  it('claims no beats where it is not', () => {
    expect(twistFor(120, 0.3, 10, 1200).beats).toBeNull();
    expect(twistFor(null, null, 10, 1200)).toEqual({ seconds: 8, beats: null });
  });

  it('keeps a turn readable at every zoom', () => {
    for (const visible of [0.5, 5, 60, 600, 7200]) {
      expect((twistFor(124, 1, visible, 1200).seconds / visible) * 1200).toBeGreaterThanOrEqual(110);
    }
  });

  it('sets the strands opposite each other', () => {
    const twist = { seconds: 2, beats: 4 };
    const phase = phaseAt(0.5, twist); // a quarter turn
    expect(strand1(phase).y).toBeCloseTo(0.62);
    expect(strand2(phase, 0).y).toBeCloseTo(-radius2(0));
    expect(strand1(phaseAt(0, twist)).z).toBeCloseTo(1);
    expect(strand2(phaseAt(0, twist), 0).z).toBeCloseTo(-1);
    expect(radius2(1)).toBeGreaterThan(radius2(0.2));
  });
});

describe('rungs', () => {
  it('stand at onsets, in the pitch that sounds after them', () => {
    const dna = dnaOf(40, (series, frame) => {
      if (series === onsetSeries) return frame === 10 ? 200 : frame === 11 ? 120 : frame === 30 ? 40 : 0;
      if (series === chromaSeries + 9) return 255;
      if (series === chromaSeries + 4) return 100;
      return 0;
    });
    const rungs = rungsOf(dna);
    expect(rungs.length).toBe(rungFloats); // 30 is under the threshold, 11 no peak
    expect(rungs[0]).toBeCloseTo(10 * hop, 5);
    expect(rungs[1]).toBeCloseTo(200 / 255, 5);
    expect(rungs[2]).toBe(9);
    expect(strongestPitch(dna, 5)).toBe(9);
  });

  it('knows one pitch alone from all twelve at once', () => {
    const alone = dnaOf(1, (series) => (series === chromaSeries ? 255 : 0));
    const all = dnaOf(1, () => 255);
    expect(concentration(alone, 0)).toBeCloseTo(1);
    expect(concentration(all, 0)).toBeCloseTo(0);
  });
});

describe('the ring', () => {
  it('goes clockwise from the top', () => {
    expect(turnOf(0, -1)).toBeCloseTo(0);
    expect(turnOf(1, 0)).toBeCloseTo(0.25);
    expect(turnOf(0, 1)).toBeCloseTo(0.5);
    expect(turnOf(-1, 0)).toBeCloseTo(0.75);
    const { x, y } = pointAt(0.37, 0.5);
    expect(turnOf(x, y)).toBeCloseTo(0.37);
  });

  it('has rings that do not overlap', () => {
    const ordered = Object.values(rings).sort((a, b) => a.inner - b.inner);
    ordered.forEach((ring, i) => {
      expect(ring.outer).toBeGreaterThan(ring.inner);
      if (i > 0) expect(ring.inner).toBeGreaterThanOrEqual(ordered[i - 1].outer);
    });
  });
});

describe('the lanes', () => {
  it('stand under each other', () => {
    lanes.forEach((lane, i) => {
      expect(lane.bottom).toBeGreaterThan(lane.top);
      if (i > 0) expect(lane.top).toBeGreaterThan(lanes[i - 1].bottom);
    });
  });
});

describe('the part on show', () => {
  it('stays within the track and its place under the pointer', () => {
    expect(clampSpan({ from: -5, to: 5 }, 100)).toEqual({ from: 0, to: 10 });
    expect(clampSpan({ from: 95, to: 105 }, 100)).toEqual({ from: 90, to: 100 });
    const near = zoomAt({ from: 0, to: 100 }, 25, 0.5, 100);
    expect(near).toEqual({ from: 12.5, to: 62.5 });
    expect((25 - near.from) / (near.to - near.from)).toBeCloseTo(0.25);
    expect(zoomAt(near, 25, 100, 100)).toEqual({ from: 0, to: 100 });
  });

  it('never gets narrower than half a second, nor wider than the track', () => {
    const least = zoomAt({ from: 0, to: 100 }, 50, 1e-6, 100);
    expect(least.to - least.from).toBeCloseTo(0.5);
    expect(pan({ from: 10, to: 20 }, 1000, 100)).toEqual({ from: 90, to: 100 });
  });

  it('follows the playhead only where something is outside', () => {
    const whole = { from: 0, to: 100 };
    follow(whole, 50, 100);
    expect(whole).toEqual({ from: 0, to: 100 });
    const part = { from: 0, to: 30 };
    follow(part, 50, 100);
    expect(part).toEqual({ from: 40, to: 70 });
    follow(part, 99, 100);
    expect(part).toEqual({ from: 70, to: 100 });
  });

  it('reads a loop out of an address, or none', () => {
    expect(readLoop('10-20.5', 60)).toEqual({ from: 10, to: 20.5 });
    expect(readLoop('10-200', 60)).toEqual({ from: 10, to: 60 });
    for (const bad of [null, '', '20-10', 'x-y', '-1-5', '61-99']) expect(readLoop(bad, 60)).toBeNull();
  });
});
