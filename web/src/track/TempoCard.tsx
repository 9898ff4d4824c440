// Tempo with its confidence, its half and its double: the evidence for each on a logarithmic ruler.
import type { TrackFeatures } from '../api/types';
import { fixed, percent, unknown } from '../kit/format';
import { relation, sureness } from './tempo';
import css from './track.module.css';

const low = 40;
const high = 320;
const place = (bpm: number): number => (Math.log(bpm / low) / Math.log(high / low)) * 300;

export function TempoCard({ features }: { features: TrackFeatures }) {
  const { tempo_bpm: bpm, tempo_confidence: confidence, tempo_candidates: candidates } = features;
  return (
    <section className={css.card} aria-labelledby="tempo" data-testid="tempo">
      <h3 id="tempo">Tempo</h3>
      <p className={css.value}>
        <span className="num">{bpm === null ? unknown : fixed(bpm, 1)}</span>{' '}
        {bpm !== null && <small>BPM</small>}
      </p>
      <p className="soft">
        {sureness(confidence)}
        {confidence !== null && `, ${percent(confidence)}`}
        {bpm !== null && `. Counted in half it is ${fixed(bpm / 2, 1)}, doubled ${fixed(bpm * 2, 1)}.`}
      </p>
      <svg viewBox="0 0 300 70" className={css.wide} aria-hidden="true">
        {[40, 60, 80, 120, 160, 240, 320].map((tick) => (
          <g key={tick}>
            <line x1={place(tick)} x2={place(tick)} y1="50" y2="54" stroke="var(--edge)" />
            <text
              x={place(tick)}
              y="67"
              textAnchor={tick === 40 ? 'start' : tick === 320 ? 'end' : 'middle'}
              className={css.tickText}
            >
              {tick}
            </text>
          </g>
        ))}
        <line x1="0" x2="300" y1="50" y2="50" stroke="var(--edge)" />
        {candidates
          .filter(({ bpm: each }) => each >= low && each <= high)
          .map(({ bpm: each, score }, i) => (
            <line
              key={each}
              x1={place(each)}
              x2={place(each)}
              y1="50"
              y2={50 - Math.max(1.5, score * 48)}
              stroke={i === 0 ? 'var(--tone)' : 'var(--soft)'}
              strokeWidth={i === 0 ? 5 : 3}
            />
          ))}
      </svg>
      <ul className={css.candidates}>
        {candidates.slice(0, 4).map(({ bpm: each, score }) => (
          <li key={each}>
            <span className="num">{fixed(each, 1)}</span>
            <span className="soft">
              {bpm === null ? '' : each === bpm ? 'chosen' : (relation(each, bpm) ?? 'another pulse')}
            </span>
            <span className="num">{percent(score, score < 0.01 ? 1 : 0)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
