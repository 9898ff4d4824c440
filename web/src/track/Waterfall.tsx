// Why: from what one knows before listening to the probability, feature by feature (Shapley values).
import type { Verdict } from '../api/types';
import { featureValue } from '../kit/feature_value';
import { percent, signed } from '../kit/format';
import { Mark } from '../kit/Mark';
import { featureWords } from '../kit/words';
import { reasoning } from './reasoning';
import css from './track.module.css';
import { range, steps } from './waterfall';

export function Waterfall({ verdict }: { verdict: Verdict }) {
  const [low, high] = range(verdict);
  const place = (share: number) => `${((share - low) / (high - low)) * 100}%`;
  const wide = (a: number, b: number) => `${(Math.abs(a - b) / (high - low)) * 100}%`;
  return (
    <section aria-labelledby="why" className="rise" data-testid="waterfall">
      <h2 id="why">Why</h2>
      <p>{reasoning(verdict).join(' ')}</p>
      <ol className={css.waterfall}>
        <li>
          <span>Before listening</span>
          <span className="soft">base rate</span>
          <span className={css.fallTrack} aria-hidden="true">
            <i className={css.fallTick} style={{ left: place(verdict.base_rate) }} />
          </span>
          <b className="num">{percent(verdict.base_rate, 1)}</b>
        </li>
        {steps(verdict).map((step) => (
          <li key={step.feature} data-sign={step.contribution >= 0 ? 'up' : 'down'}>
            <span>{featureWords(step.feature)}</span>
            <span className="soft num">{featureValue(step.feature, step.value)}</span>
            <span className={css.fallTrack} aria-hidden="true">
              <i
                className={css.fallBar}
                style={{ left: place(Math.min(step.from, step.to)), width: wide(step.from, step.to) }}
              />
            </span>
            <b className="num">
              <Mark label={step.contribution >= 0 ? 'HIT' : 'FLOP'} size={8} />{' '}
              {signed(step.contribution * 100, 1)}
            </b>
          </li>
        ))}
        <li className={css.fallSum}>
          <span>Probability</span>
          <span className="soft">calibrated</span>
          <span className={css.fallTrack} aria-hidden="true">
            <i className={css.fallTick} style={{ left: place(verdict.probability) }} />
          </span>
          <b className="num">{percent(verdict.probability, 1)}</b>
        </li>
      </ol>
    </section>
  );
}
