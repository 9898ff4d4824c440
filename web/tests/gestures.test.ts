import { describe, expect, it } from 'vitest';
import { Finger } from '../src/dna/finger';
import { loopOf, readLoop } from '../src/dna/window';

describe('a finger on the picture', () => {
  const put = () => {
    const finger = new Finger();
    finger.down(100, 100);
    return finger;
  };

  it('means nothing while it scrolls by', () => {
    const finger = put();
    expect(finger.undecided(103, 140)).toBe(true);
    expect(finger.undecided(120, 300)).toBe(true);
    expect(finger.lift(120, 300)).toBe(false);
  });

  it('scrubs once it moves sideways, and then wherever it goes', () => {
    const finger = put();
    expect(finger.undecided(107, 100)).toBe(true);
    expect(finger.undecided(112, 104)).toBe(false);
    expect(finger.undecided(112, 300)).toBe(false);
    expect(finger.lift(112, 300)).toBe(false); // the place is there already
  });

  it('is a tap where it is lifted at once', () => {
    const finger = put();
    expect(finger.undecided(102, 103)).toBe(true);
    expect(finger.lift(102, 103)).toBe(true);
    expect(finger.lift(102, 103)).toBe(false);
  });

  it('is no tap when the browser or a second finger took it', () => {
    const finger = put();
    expect(finger.leave()).toBe(true);
    expect(finger.leave()).toBe(false);
    expect(finger.lift(100, 100)).toBe(false);
  });

  it('is not asked about a mouse', () => {
    expect(new Finger().undecided(5, 50)).toBe(false);
  });
});

describe('a loop', () => {
  it('lies within the track, however far the pointer went', () => {
    expect(loopOf(12, 40, 31.02)).toEqual({ from: 12, to: 31.02 });
    expect(loopOf(12, -3, 31.02)).toEqual({ from: 0, to: 12 });
  });

  it('is none where there is too little of it', () => {
    expect(loopOf(12, 12.05, 31)).toBeNull();
    expect(loopOf(31, 50, 31)).toBeNull();
  });

  it('is read again from the address', () => {
    const loop = loopOf(28.5, 50, 31.0175);
    expect(loop).not.toBeNull();
    const text = `${loop?.from.toFixed(2)}-${loop?.to.toFixed(2)}`;
    expect(readLoop(text, 31.0175)).toEqual({ from: 28.5, to: 31.0175 });
  });
});
