import { describe, expect, it } from 'vitest';
import { FlashLimiter } from '../src/dna/flash';

// Rises of a tenth or more above the darkest moment since the last one.
function flashes(levels: number[]): number {
  let count = 0;
  let floor = levels[0];
  for (const level of levels) {
    if (level - floor >= 0.1) {
      count += 1;
      floor = level;
    } else floor = Math.min(floor, level);
  }
  return count;
}

function run(hertz: number, seconds: number): number[] {
  const limiter = new FlashLimiter();
  return Array.from({ length: seconds * 60 }, (_, frame) => {
    const time = frame / 60;
    return limiter.next(time, Math.floor(time * hertz * 2) % 2 === 0 ? 1 : 0);
  });
}

describe('flashes', () => {
  for (const hertz of [2, 5, 10, 20, 30]) {
    it(`of music at ${hertz} Hz are three a second at most`, () => {
      const levels = run(hertz, 10);
      for (let start = 0; start + 60 <= levels.length; start += 7) {
        expect(flashes(levels.slice(start, start + 60))).toBeLessThanOrEqual(4); // a window may cut one in two
      }
      expect(flashes(levels)).toBeLessThanOrEqual(31);
    });
  }

  it('are not taken from music that is slow enough', () => {
    expect(flashes(run(2, 10))).toBeGreaterThanOrEqual(19);
  });

  it('stay between dark and bright', () => {
    const limiter = new FlashLimiter();
    expect(limiter.next(0, 7)).toBe(1);
    expect(limiter.next(1, -3)).toBeGreaterThanOrEqual(0);
  });
});
