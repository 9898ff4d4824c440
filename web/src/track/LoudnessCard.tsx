// Integrated loudness against what streaming services play at.
import type { TrackFeatures } from '../api/types';
import { fixed, unknown } from '../kit/format';
import { normalised, target } from './loudness';
import css from './track.module.css';

const from = -36;
const to = 0;
const place = (lufs: number): number => ((Math.max(from, Math.min(to, lufs)) - from) / (to - from)) * 300;

export function LoudnessCard({ features }: { features: TrackFeatures }) {
  const { integrated_lufs: lufs, loudness_range_lu: range, true_peak_dbtp: peak } = features;
  return (
    <section className={css.card} aria-labelledby="loudness" data-testid="loudness">
      <h3 id="loudness">Loudness</h3>
      <p className={css.value}>
        <span className="num">{lufs === null ? unknown : fixed(lufs, 1)}</span>{' '}
        {lufs !== null && <small>LUFS</small>}
      </p>
      <p className="soft">{normalised(lufs, peak)}</p>
      <svg viewBox="0 0 300 70" className={css.wide} aria-hidden="true">
        {lufs !== null && (
          <rect
            x={Math.min(place(lufs), place(target))}
            width={Math.abs(place(lufs) - place(target))}
            y="18"
            height="32"
            fill="var(--sunk)"
          />
        )}
        <line x1="0" x2="300" y1="50" y2="50" stroke="var(--edge)" />
        {[-36, -30, -24, -18, -12, -6, 0].map((tick) => (
          <g key={tick}>
            <line x1={place(tick)} x2={place(tick)} y1="50" y2="54" stroke="var(--edge)" />
            <text
              x={place(tick)}
              y="67"
              textAnchor={tick === from ? 'start' : tick === to ? 'end' : 'middle'}
              className={css.tickText}
            >
              {fixed(tick, 0)}
            </text>
          </g>
        ))}
        <line
          x1={place(target)}
          x2={place(target)}
          y1="12"
          y2="50"
          stroke="var(--soft)"
          strokeWidth="1.5"
          strokeDasharray="3 3"
        />
        <text x={place(target)} y="8" textAnchor="middle" className={css.tickText}>
          −14
        </text>
        {lufs !== null && (
          <line x1={place(lufs)} x2={place(lufs)} y1="14" y2="50" stroke="var(--tone)" strokeWidth="5" />
        )}
      </svg>
      <ul className={css.candidates}>
        <li>
          <span>Range</span>
          <span className="soft">quiet to loud parts</span>
          <span className="num">{range === null ? unknown : `${fixed(range, 1)} LU`}</span>
        </li>
        <li>
          <span>True peak</span>
          <span className="soft">{peak === null ? 'not asked for' : ''}</span>
          <span className="num">{peak === null ? unknown : `${fixed(peak, 1)} dBTP`}</span>
        </li>
        <li>
          <span>RMS</span>
          <span className="soft">mean over the frames</span>
          <span className="num">{fixed(features.rms, 3)}</span>
        </li>
      </ul>
    </section>
  );
}
