// From the base rate to the probability, step by step: where each bar of the waterfall begins and ends.
import type { Verdict } from '../api/types';

export interface Step {
  feature: string;
  value: number | null;
  contribution: number;
  from: number;
  to: number;
}

export function steps(verdict: Verdict): Step[] {
  let at = verdict.base_rate;
  return verdict.explanation.map(({ feature, value, contribution }) => {
    const step = { feature, value, contribution, from: at, to: at + contribution };
    at = step.to;
    return step;
  });
}

// The axis: all ends, with a little air.
export function range(verdict: Verdict): [number, number] {
  const ends = [verdict.base_rate, verdict.probability, ...steps(verdict).map((step) => step.to)];
  const air = 0.02;
  return [Math.max(0, Math.min(...ends) - air), Math.min(1, Math.max(...ends) + air)];
}
