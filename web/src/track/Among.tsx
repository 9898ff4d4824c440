// Where the track stands among hits and flops, feature by feature. Hits rise above the line, flops hang below.
import type { Model, Verdict } from '../api/types';
import { featureValue } from '../kit/feature_value';
import { percent } from '../kit/format';
import { featureWords } from '../kit/words';
import { histogram, shareBelow } from './quantiles';
import css from './track.module.css';

const width = 320;
const half = 34;

function shape(shares: number[], top: number, sign: 1 | -1): string {
  const step = width / shares.length;
  const points = shares.map((share, i) => {
    const y = half - sign * (share / top) * (half - 3);
    return `${(i * step).toFixed(1)} ${y.toFixed(1)} L${((i + 1) * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M0 ${half} L${points.join(' L')} L${width} ${half} Z`;
}

export function Among({ verdict, model }: { verdict: Verdict; model: Model }) {
  const values = new Map(verdict.explanation.map(({ feature, value }) => [feature, value]));
  return (
    <section aria-labelledby="among" className="rise" data-testid="among">
      <h2 id="among">Among hits and flops</h2>
      <p className="soft">
        Each feature of this track, in the crowd the models learnt from:{' '}
        <span className={css.hitWord}>hits above</span> the line,{' '}
        <span className={css.flopWord}>flops below</span>. How much the two crowds overlap is why nobody can
        be sure.
      </p>
      <div className={css.among}>
        {model.features.map(({ name, low, high, hit_quantiles, flop_quantiles }) => {
          const value = values.get(name) ?? null;
          const discrete = name === 'key' ? 12 : name === 'mode' ? 2 : 0;
          const [from, to] = discrete ? [-0.5, discrete - 0.5] : [low, high];
          const hits = histogram(hit_quantiles, from, to, discrete || 40);
          const flops = histogram(flop_quantiles, from, to, discrete || 40);
          const top = Math.max(...hits, ...flops);
          const x = value === null ? null : Math.max(0, Math.min(1, (value - from) / (to - from))) * width;
          return (
            <figure key={name} className={css.crowd}>
              <figcaption>
                <b>{featureWords(name)}</b> <span className="num">{featureValue(name, value)}</span>
              </figcaption>
              <svg viewBox={`0 0 ${width} ${2 * half}`} preserveAspectRatio="none" aria-hidden="true">
                <path d={shape(hits, top, 1)} fill="var(--hit)" opacity="0.75" />
                <path
                  d={shape(flops, top, -1)}
                  fill="none"
                  stroke="var(--flop)"
                  strokeWidth="1.3"
                  vectorEffect="non-scaling-stroke"
                />
                <line
                  x1="0"
                  x2={width}
                  y1={half}
                  y2={half}
                  stroke="var(--edge)"
                  strokeWidth="1"
                  vectorEffect="non-scaling-stroke"
                />
                {x !== null && (
                  <line
                    x1={x}
                    x2={x}
                    y1="0"
                    y2={2 * half}
                    stroke="var(--ink)"
                    strokeWidth="2"
                    vectorEffect="non-scaling-stroke"
                  />
                )}
              </svg>
              <p className="small soft num">
                {value === null
                  ? 'unknown'
                  : name === 'mode' || name === 'key'
                    ? `${percent(same(value, hit_quantiles))} of hits and ${percent(same(value, flop_quantiles))} of flops share it`
                    : `higher than ${percent(shareBelow(value, hit_quantiles))} of hits, ${percent(shareBelow(value, flop_quantiles))} of flops`}
                {value !== null && (value < from || value > to) && ', outside the range drawn'}
              </p>
            </figure>
          );
        })}
      </div>
    </section>
  );
}

const same = (value: number, quantiles: number[]): number =>
  shareBelow(value + 0.5, quantiles) - shareBelow(value - 0.5, quantiles);
