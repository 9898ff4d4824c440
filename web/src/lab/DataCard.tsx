// What it learnt from, what was left out on the way, and the recipe that makes the same bundle again.
import type { Model } from '../api/types';
import { count, unknown } from '../kit/format';
import kit from '../kit/kit.module.css';
import { ScrollRegion } from '../kit/ScrollRegion';
import { featureWords } from '../kit/words';
import css from './lab.module.css';
import type { Metrics } from './metrics';

export function DataCard({ model, metrics }: { model: Model; metrics: Metrics | null }) {
  const { card } = model;
  return (
    <section className={css.part} aria-labelledby="data">
      <h2 id="data">The data</h2>
      <p>
        Learnt from {model.trained_on ?? unknown}. It hears{' '}
        {model.features.map(({ name }) => featureWords(name).toLowerCase()).join(', ')}.
      </p>
      <ScrollRegion label="Tables">
        <table className={kit.table}>
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col">Rows</th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {card.data.map(({ name, rows, sha256 }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>{count(rows)}</td>
                <td className={css.hash}>{sha256}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <p className="soft small">{card.data_licence}</p>
      {Object.entries(metrics?.stages ?? {}).map(([table, stages]) => (
        <details key={table} className={css.stages}>
          <summary>How {table} was cleaned</summary>
          <ol>
            {stages.map((stage, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the steps never change
              <li key={i}>
                <b>{stage.stage}</b>{' '}
                <span className="num">
                  {count(stage.rows_in)} to {count(stage.rows_out)}
                </span>{' '}
                <span className="soft">{stage.note}</span>
              </li>
            ))}
          </ol>
        </details>
      ))}
      {card.recipe && (
        <details className={css.stages}>
          <summary>The recipe</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{card.recipe}</pre>
        </details>
      )}
    </section>
  );
}
