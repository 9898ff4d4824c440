import { describe, expect, it } from 'vitest';
import { bandColour, chromaColour, fifthOf, pitchColour } from '../src/dna/colour';
import { differenceOf } from '../src/dna/difference';
import { chromaSeries, type Dna, rmsSeries } from '../src/dna/frames';
import { paintStill } from '../src/dna/paint/still';
import { emptyScene, type View, views } from '../src/dna/scene';
import { dnaOf, recorder } from './dna_helper';

function drawn(dna: Dna, view: View): string[] {
  const { context, calls } = recorder();
  paintStill(context, dna, {
    ...emptyScene(),
    view,
    from: 0,
    to: dna.duration,
    width: 300,
    height: 200,
    turn: 1,
  });
  return calls;
}

const base = (series: number, frame: number) => (series * 31 + frame * 53) % 200;

describe('the drawing follows the frames', () => {
  for (const view of views) {
    it(`${view}: equal frames, equal drawing`, () => {
      expect(drawn(dnaOf(200, base), view)).toEqual(drawn(dnaOf(200, base), view));
    });

    for (const series of [rmsSeries, 1, 2, chromaSeries + 4, 20]) {
      if (view === 'helix' && series === 20) continue; // bands glow in WebGL2 only
      if (view === 'ring' && series === 2) continue; // the disc has no onsets
      it(`${view}: another series ${series}, another drawing`, () => {
        const other = dnaOf(200, (s, t) =>
          s === series && t > 60 && t < 140 ? 255 - base(s, t) : base(s, t),
        );
        expect(drawn(other, view)).not.toEqual(drawn(dnaOf(200, base), view));
      });
    }
  }
});

describe('colours', () => {
  it('makes neighbours in harmony neighbours in hue', () => {
    expect([0, 7, 2, 9].map(fifthOf)).toEqual([0, 1, 2, 3]);
    expect(pitchColour(7, 50)).toBe('hsl(30 70% 50%)');
  });

  it('brightens with the share', () => {
    expect(bandColour(0)).toBe('rgb(11 13 31)');
    expect(bandColour(1)).toBe('rgb(250 220 120)');
    expect(chromaColour(0, 1)).toBe('hsl(0 62% 62%)');
  });
});

describe('the difference of two tracks', () => {
  const loud = dnaOf(100, () => 200);
  const soft = dnaOf(50, () => 100);
  const rows = differenceOf(loud, soft, { from: 0, to: loud.duration }, { from: 0, to: loud.duration }, 10);

  it('is how much louder the first is', () => {
    expect(rows).toHaveLength(24);
    expect(rows[3][0]).toBeCloseTo(100 / 255);
  });

  it('is nothing where one has ended', () => {
    expect(rows[3][9]).toBeNaN();
  });
});
