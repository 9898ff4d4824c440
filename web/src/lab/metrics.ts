// What a bundle says of itself (GET /v1/models, card.metrics): checked, because the API calls it an object and
// another recipe may hold less. What is missing is not shown.
import * as v from 'valibot';

const names = ['auc', 'accuracy', 'precision', 'recall', 'f1', 'brier', 'ece'] as const;
export type MetricName = (typeof names)[number];
export const metricNames: readonly MetricName[] = names;

const ci = v.optional(v.tuple([v.number(), v.number()]));
const Scores = v.object({
  auc: v.number(),
  accuracy: v.number(),
  precision: v.number(),
  recall: v.number(),
  f1: v.number(),
  brier: v.number(),
  ece: v.number(),
  auc_ci: ci,
  accuracy_ci: ci,
  precision_ci: ci,
  recall_ci: ci,
  f1_ci: ci,
  brier_ci: ci,
  ece_ci: ci,
});
export type Scores = v.InferOutput<typeof Scores>;

const Table = v.object({
  learned: v.string(),
  event: v.string(),
  rows: v.number(),
  hits: v.number(),
  models: v.record(v.string(), Scores),
  baselines: v.optional(v.record(v.string(), Scores), {}),
  best_feature: v.nullish(v.string()),
  votes: v.optional(
    v.array(
      v.object({ votes_for_hit: v.number(), rows: v.number(), false_discovery_rate: v.nullable(v.number()) }),
    ),
    [],
  ),
  reliability: v.optional(
    v.array(
      v.object({
        from: v.number(),
        to: v.number(),
        rows: v.number(),
        probability: v.number(),
        share_of_hits: v.number(),
      }),
    ),
    [],
  ),
  genres: v.optional(
    v.array(
      v.object({
        genre: v.string(),
        rows: v.number(),
        share_of_hits: v.number(),
        auc: v.nullable(v.number()),
      }),
    ),
    [],
  ),
});
export type Table = v.InferOutput<typeof Table>;

const Metrics = v.object({
  protocol: v.string(),
  inputs: v.optional(v.string()),
  prior: v.optional(v.string()),
  tables: v.record(v.string(), Table),
  stages: v.optional(
    v.record(
      v.string(),
      v.array(
        v.object({
          stage: v.string(),
          rows_in: v.number(),
          rows_out: v.number(),
          note: v.optional(v.string(), ''),
        }),
      ),
    ),
    {},
  ),
});
export type Metrics = v.InferOutput<typeof Metrics>;

export function readMetrics(raw: unknown): Metrics | null {
  const parsed = v.safeParse(Metrics, raw);
  return parsed.success ? parsed.output : null;
}

export interface Confusion {
  truePositive: number; // shares of all tracks, half of which are hits
  falseNegative: number;
  falsePositive: number;
  trueNegative: number;
}

// Out of recall and precision: under the balanced prior (1:1) the two say everything.
export function confusionOf({ recall, precision }: Pick<Scores, 'recall' | 'precision'>): Confusion | null {
  if (precision <= 0) return null;
  const truePositive = recall / 2;
  const falsePositive = (truePositive * (1 - precision)) / precision;
  if (falsePositive > 0.5 + 1e-6) return null;
  return {
    truePositive,
    falseNegative: 0.5 - truePositive,
    falsePositive,
    trueNegative: 0.5 - falsePositive,
  };
}

export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  return ordered.length % 2 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}
