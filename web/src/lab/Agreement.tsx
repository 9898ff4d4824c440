// How often the five agree, and what a number of votes is worth.
import { count, percent, unknown } from '../kit/format';
import css from './lab.module.css';
import type { Table } from './metrics';

export function Agreement({ votes }: { votes: Table['votes'] }) {
  const all = votes.reduce((sum, { rows }) => sum + rows, 0);
  const most = Math.max(...votes.map(({ rows }) => rows));
  const agreed = votes
    .filter(({ votes_for_hit: n }) => n === 0 || n === 5)
    .reduce((sum, { rows }) => sum + rows, 0);
  return (
    <section aria-labelledby="agreement" className="rise">
      <h2 id="agreement">When five vote</h2>
      <p className="soft">
        They agree on {percent(agreed / all)} of the tracks. Beside each bar: how many of those tracks are
        flops.
      </p>
      <ul className={css.agreement}>
        {[...votes]
          .sort((a, b) => b.votes_for_hit - a.votes_for_hit)
          .map(({ votes_for_hit: n, rows, false_discovery_rate: wrong }) => (
            <li key={n}>
              <span>{n} for HIT</span>
              <span className={css.bar} aria-hidden="true">
                <i style={{ width: `${(100 * rows) / most}%` }} data-side={n >= 3 ? 'HIT' : 'FLOP'} />
              </span>
              <span className="num">
                {count(rows)}{' '}
                <span className="soft">{wrong === null ? unknown : `${percent(wrong)} flops`}</span>
              </span>
            </li>
          ))}
      </ul>
    </section>
  );
}
