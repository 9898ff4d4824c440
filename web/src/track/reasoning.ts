// The verdict in sentences, made of the contributions alone.
import type { Model, Verdict } from '../api/types';
import { featureValue } from '../kit/feature_value';
import { percent } from '../kit/format';
import { featureWords } from '../kit/words';

const points = (contribution: number): string => {
  const size = Math.abs(contribution) * 100;
  return size < 0.1 ? 'under 0.1 points' : `${size.toFixed(1)} points`;
};

function one(entry: Verdict['explanation'][number]): string {
  const share =
    entry.percentile === null || entry.percentile === undefined
      ? ''
      : entry.percentile < 0.01
        ? ', lower than 99\u202f% of the tracks the models learnt from'
        : entry.percentile > 0.99
          ? ', higher than 99\u202f% of the tracks the models learnt from'
          : '';
  return `${featureWords(entry.feature).toLowerCase()} (${featureValue(entry.feature, entry.value)}${share})`;
}

export function reasoning(verdict: Verdict): string[] {
  const sentences: string[] = [];
  const up = verdict.explanation.filter((entry) => entry.contribution > 0.0005);
  const down = verdict.explanation.filter((entry) => entry.contribution < -0.0005);
  const strongest = [...verdict.explanation].sort(
    (a, b) => Math.abs(b.contribution) - Math.abs(a.contribution),
  );
  if (strongest.length === 0) return ['The models gave no explanation.'];
  if (down.length > 0)
    sentences.push(`What lowers it most is its ${one(down[0])}: ${points(down[0].contribution)} down.`);
  if (up.length > 0)
    sentences.push(`What raises it most is its ${one(up[0])}: ${points(up[0].contribution)} up.`);
  const rest = strongest.filter((entry) => entry !== up[0] && entry !== down[0]);
  const restSum = rest.reduce((sum, entry) => sum + entry.contribution, 0);
  if (rest.length > 0) {
    sentences.push(`Everything else together moves it ${points(restSum)} ${restSum >= 0 ? 'up' : 'down'}.`);
  }
  return sentences;
}

export function trust(model: Verdict['model'] | Model['quality']): string | null {
  const auc = model?.auc_grouped ?? null;
  if (auc === null) return null;
  return `Of a hit and a flop by artists it never heard, the model puts the hit first in ${percent(auc)} of cases; a coin does in 50\u202f%.`;
}

export function meaning(verdict: Verdict): string {
  const [low, high] = verdict.probability_interval;
  const of100 = (share: number) => Math.round(share * 100);
  const range =
    of100(low) === of100(high)
      ? ''
      : `; between ${of100(low)} and ${of100(high)} with the uncertainty of what was learnt`;
  return `Of a hundred tracks that measure like this one, about ${of100(verdict.probability)} are hits${range}. Of tracks of which nothing is known, ${of100(verdict.base_rate)} are.`;
}

export const headline = (verdict: Verdict): string => {
  const hits = verdict.votes_for_hit;
  return verdict.label === 'HIT' ? `${hits} of 5 models say HIT` : `${5 - hits} of 5 models say FLOP`;
};
