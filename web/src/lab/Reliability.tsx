// Calibration: of the tracks that were given about this probability, how many were hits.
import { count, percent } from '../kit/format';
import css from './lab.module.css';
import type { Table } from './metrics';

const size = 300;
const at = (share: number): number => share * size;

export function Reliability({ bins }: { bins: Table['reliability'] }) {
  const most = Math.max(...bins.map(({ rows }) => rows));
  return (
    <section aria-labelledby="calibration" className="rise">
      <h2 id="calibration">Is a probability a probability?</h2>
      <p className="soft">
        On the dotted line, what was promised came true. The larger a circle, the more tracks.
      </p>
      <svg viewBox={`-30 -8 ${size + 42} ${size + 42}`} className={css.square} aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <g key={tick} className={css.tick}>
            <line x1="0" x2={size} y1={size - at(tick)} y2={size - at(tick)} stroke="var(--line)" />
            <text x="-6" y={size - at(tick) + 3} textAnchor="end">
              {tick * 100}
            </text>
            <text x={at(tick)} y={size + 14} textAnchor="middle">
              {tick * 100}
            </text>
          </g>
        ))}
        <line x1="0" y1={size} x2={size} y2="0" stroke="var(--soft)" strokeDasharray="2 4" />
        <polyline
          points={bins.map((bin) => `${at(bin.probability)},${size - at(bin.share_of_hits)}`).join(' ')}
          fill="none"
          stroke="var(--tone)"
          strokeWidth="1.5"
        />
        {bins.map((bin) => (
          <circle
            key={bin.from}
            cx={at(bin.probability)}
            cy={size - at(bin.share_of_hits)}
            r={3 + 11 * Math.sqrt(bin.rows / most)}
            fill="color-mix(in oklab, var(--tone) 45%, transparent)"
            stroke="var(--tone)"
          />
        ))}
        <text x={size / 2} y={size + 28} textAnchor="middle" className={css.axisName}>
          promised, %
        </text>
      </svg>
      {/* A table cannot be made as small as a hidden thing must be. */}
      <div className="unseen">
        <table>
          <caption>Promised probability against the share of hits</caption>
          <tbody>
            {bins.map((bin) => (
              <tr key={bin.from}>
                <th scope="row">{percent(bin.probability, 1)} promised</th>
                <td>{percent(bin.share_of_hits, 1)} were hits</td>
                <td>{count(bin.rows)} tracks</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
