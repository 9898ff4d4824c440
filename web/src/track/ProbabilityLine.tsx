// The probability on a line from 0 to 100 %: the point, the interval around it, and where one starts from.
import type { Verdict } from '../api/types';
import { percent } from '../kit/format';
import css from './track.module.css';

export function ProbabilityLine({ verdict }: { verdict: Verdict }) {
  const [low, high] = verdict.probability_interval;
  return (
    <div
      className={css.line}
      role="img"
      aria-label={`Probability ${percent(verdict.probability)}, interval ${percent(low)} to ${percent(high)}, base rate ${percent(verdict.base_rate)}`}
    >
      <div className={css.lineInterval} style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }} />
      <div className={css.lineBase} style={{ left: `${verdict.base_rate * 100}%` }}>
        <span>before listening</span>
      </div>
      <div className={css.linePoint} style={{ left: `${verdict.probability * 100}%` }} />
      <div className={css.lineEnds}>
        <span>0</span>
        <span>100 %</span>
      </div>
    </div>
  );
}
