// Within one genre: how well a hit is told from a flop when both are of the same kind.
import { count, fixed, percent } from '../kit/format';
import kit from '../kit/kit.module.css';
import { ScrollRegion } from '../kit/ScrollRegion';
import css from './lab.module.css';
import { median, type Table } from './metrics';

export function Genres({ genres }: { genres: Table['genres'] }) {
  const known = genres.filter((each) => each.auc !== null) as (Table['genres'][number] & { auc: number })[];
  const ordered = [...known].sort((a, b) => b.auc - a.auc);
  const middle = median(known.map(({ auc }) => auc));
  return (
    <section aria-labelledby="genres" className="rise">
      <h2 id="genres">Within a genre</h2>
      <p className="soft">
        Each stroke is the AUC within one of {known.length} genres; the middle one is {fixed(middle, 3)}. Half
        is guessing.
      </p>
      <svg viewBox="0 0 300 64" className={css.strip} aria-hidden="true">
        {[0.25, 0.5, 0.75].map((tick) => (
          <g key={tick} className={css.tick}>
            <line
              x1={tick * 300}
              x2={tick * 300}
              y1="0"
              y2="48"
              stroke="var(--edge)"
              strokeDasharray={tick === 0.5 ? undefined : '2 3'}
            />
            <text x={tick * 300} y="61" textAnchor="middle">
              {tick}
            </text>
          </g>
        ))}
        {known.map(({ genre, auc }) => (
          <line
            key={genre}
            x1={auc * 300}
            x2={auc * 300}
            y1="8"
            y2="40"
            stroke="var(--tone)"
            strokeWidth="1.4"
            opacity="0.6"
          />
        ))}
      </svg>
      <details>
        <summary>All genres</summary>
        <ScrollRegion label="Genres" className={css.tall}>
          <table className={kit.table}>
            <thead>
              <tr>
                <th scope="col">Genre</th>
                <th scope="col">AUC</th>
                <th scope="col">Tracks</th>
                <th scope="col">Hits</th>
              </tr>
            </thead>
            <tbody>
              {ordered.map(({ genre, auc, rows, share_of_hits: hits }) => (
                <tr key={genre}>
                  <td>{genre}</td>
                  <td>{fixed(auc, 3)}</td>
                  <td>{count(rows)}</td>
                  <td>{percent(hits)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </details>
    </section>
  );
}
