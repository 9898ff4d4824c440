// The AUC of every model with its interval, baselines beside them, on one line from guessing upwards.
import { fixed } from '../kit/format';
import { modelWords } from '../kit/words';
import css from './lab.module.css';
import type { Table } from './metrics';

export function AucChart({ table }: { table: Table }) {
  const rows = [
    ...Object.entries(table.models).map(([name, scores]) => ({ name, scores, baseline: false })),
    ...Object.entries(table.baselines).map(([name, scores]) => ({ name, scores, baseline: true })),
  ].sort((a, b) => b.scores.auc - a.scores.auc);
  const low = Math.min(0.5, ...rows.map(({ scores }) => scores.auc_ci?.[0] ?? scores.auc)) - 0.01;
  const high = Math.max(0.7, ...rows.map(({ scores }) => scores.auc_ci?.[1] ?? scores.auc)) + 0.01;
  const place = (value: number) => `${((value - low) / (high - low)) * 100}%`;
  return (
    <ul className={css.auc}>
      {rows.map(({ name, scores, baseline }) => (
        <li key={name} data-baseline={baseline}>
          <span>{modelWords(name)}</span>
          <span className={css.aucTrack} aria-hidden="true">
            <i className={css.coin} style={{ left: place(0.5) }} />
            {scores.auc_ci && (
              <i
                className={css.ci}
                style={{
                  left: place(scores.auc_ci[0]),
                  width: `calc(${place(scores.auc_ci[1])} - ${place(scores.auc_ci[0])})`,
                }}
              />
            )}
            <i className={css.dot} style={{ left: place(scores.auc) }} />
          </span>
          <span className="num">
            {fixed(scores.auc, 3)}
            {scores.auc_ci && (
              <span className="soft">
                {' '}
                {fixed(scores.auc_ci[0], 3)} to {fixed(scores.auc_ci[1], 3)}
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
