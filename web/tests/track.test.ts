import { describe, expect, it } from 'vitest';
import type { Verdict } from '../src/api/types';
import { normalised } from '../src/track/loudness';
import { histogram, quantileAt, shareBelow } from '../src/track/quantiles';
import { headline, meaning, reasoning, trust } from '../src/track/reasoning';
import { relation, sureness } from '../src/track/tempo';
import { range, steps } from '../src/track/waterfall';
import { camelotOf, openKeyOf } from '../src/track/wheel';
import { analysis } from './analysis_helper';

const verdict = analysis().result?.verdict as Verdict;

describe('quantiles', () => {
  const quantiles = Array.from({ length: 101 }, (_, i) => i * 2); // 0..200
  it('tell the share below a value', () => {
    expect(shareBelow(-1, quantiles)).toBe(0);
    expect(shareBelow(50, quantiles)).toBeCloseTo(0.25);
    expect(shareBelow(51, quantiles)).toBeCloseTo(0.255);
    expect(shareBelow(200, quantiles)).toBe(1);
    expect(quantileAt(0.25, quantiles)).toBeCloseTo(50);
    expect(quantileAt(1, quantiles)).toBe(200);
  });

  it('handle values that many share', () => {
    expect(shareBelow(1, [0, 0, 0, 1, 1])).toBe(1);
    expect(shareBelow(0, [0, 0, 0, 1, 1])).toBeCloseTo(0.5);
  });

  it('give a histogram whose bars add up', () => {
    const bars = histogram(quantiles, 0, 200, 20);
    expect(bars.reduce((sum, bar) => sum + bar, 0)).toBeCloseTo(1);
    for (const bar of bars) expect(bar).toBeCloseTo(0.05);
  });
});

describe('the waterfall', () => {
  it('leads from the base rate to the probability', () => {
    const all = steps(verdict);
    expect(all[0].from).toBe(verdict.base_rate);
    expect(all[all.length - 1].to).toBeCloseTo(verdict.probability, 6);
    all.slice(1).forEach((step, i) => {
      expect(step.from).toBe(all[i].to);
    });
    const [low, high] = range(verdict);
    for (const step of all) {
      expect(step.to).toBeGreaterThan(low);
      expect(step.to).toBeLessThan(high);
    }
  });
});

describe('the verdict in words', () => {
  it('counts the votes of the majority', () => {
    expect(headline(verdict)).toBe('5 of 5 models say FLOP');
    expect(headline({ ...verdict, label: 'HIT', votes_for_hit: 4 })).toBe('4 of 5 models say HIT');
  });

  it('says what the probability means', () => {
    expect(meaning(verdict)).toContain('about 34 are hits; between 33 and 36');
    expect(meaning(verdict)).toContain('49 are');
  });

  it('names the strongest reasons by their own numbers', () => {
    const text = reasoning(verdict).join(' ');
    expect(text).toContain('lowers it most is its duration (0:31');
    expect(text).toContain('14.7 points down');
    expect(text).toContain('raises it most is its loudness (\u22127.8 dB');
    expect(reasoning({ ...verdict, explanation: [] })).toEqual(['The models gave no explanation.']);
  });

  it('says nothing of trust where none was measured', () => {
    expect(trust(null)).toBeNull();
    expect(trust(verdict.model)).toContain('62\u202f%');
  });
});

describe('keys', () => {
  it('have the codes of those who mix', () => {
    const codes = [
      [9, 0, '8A', '1m'],
      [0, 1, '8B', '1d'],
      [7, 1, '9B', '2d'],
      [4, 0, '9A', '2m'],
      [6, 1, '2B', '7d'],
      [3, 0, '2A', '7m'],
      [5, 1, '7B', '12d'],
      [8, 0, '1A', '6m'],
    ] as const;
    for (const [key, mode, camelot, openKey] of codes) {
      expect(camelotOf(key, mode)).toBe(camelot);
      expect(openKeyOf(key, mode)).toBe(openKey);
    }
  });
});

describe('tempo', () => {
  it('knows half and double', () => {
    expect(relation(248, 124)).toBe('double');
    expect(relation(62, 124)).toBe('half');
    expect(relation(186, 124)).toBe('three halves');
    expect(relation(90, 124)).toBeNull();
    expect(sureness(0.9)).toBe('sure');
    expect(sureness(null)).toBe('confidence unknown');
  });
});

describe('loudness', () => {
  it('says what normalisation does, and what is unknown', () => {
    expect(normalised(-10, null)).toContain('down by 4.0 dB');
    expect(normalised(-14.2, null)).toContain('leave it as it is');
    expect(normalised(-20, null)).toContain('true peak was not measured');
    expect(normalised(-20, -9)).toContain('leave the room');
    expect(normalised(-20, -3)).toContain('room for 2.0 dB');
    expect(normalised(null, null)).toContain('unknown');
  });
});
