// Every score of every model, sortable.
import { useState } from 'react';
import { fixed } from '../kit/format';
import kit from '../kit/kit.module.css';
import { ScrollRegion } from '../kit/ScrollRegion';
import { SortHead, type Sorting } from '../kit/SortHead';
import { sorted } from '../kit/sorted';
import { modelWords } from '../kit/words';
import css from './lab.module.css';
import { type MetricName, metricNames, type Scores, type Table } from './metrics';

const words: Record<MetricName, string> = {
  auc: 'AUC',
  accuracy: 'Accuracy',
  precision: 'Precision',
  recall: 'Recall',
  f1: 'F1',
  brier: 'Brier, less is better',
  ece: 'Calibration error',
};

export function MetricTable({ table }: { table: Table }) {
  const [sorting, setSorting] = useState<Sorting<MetricName | 'name'>>({ by: 'auc', down: true });
  const value = ([name, scores]: [string, Scores]) =>
    sorting.by === 'name' ? modelWords(name) : scores[sorting.by];
  const order = (rows: Record<string, Scores>) => sorted(Object.entries(rows), value, sorting.down);
  const bodies = [
    { key: 'models', rows: order(table.models) },
    { key: 'baselines', rows: order(table.baselines) },
  ];
  return (
    <section className={css.part} aria-labelledby="scores">
      <h2 id="scores">All scores</h2>
      <ScrollRegion label="Scores by model">
        <table className={kit.table} data-testid="scores">
          <thead>
            <tr>
              <SortHead column="name" label="Model" sorting={sorting} onSort={setSorting} />
              {metricNames.map((metric) => (
                <SortHead
                  key={metric}
                  column={metric}
                  label={words[metric]}
                  sorting={sorting}
                  onSort={setSorting}
                />
              ))}
            </tr>
          </thead>
          {bodies.map(({ key, rows }) => (
            <tbody key={key}>
              {rows.length > 0 && key === 'baselines' && (
                <tr>
                  <th colSpan={8} scope="rowgroup">
                    Baselines
                  </th>
                </tr>
              )}
              {rows.map(([name, scores]) => (
                <tr key={name}>
                  <th scope="row" className={css.rowName}>
                    {modelWords(name)}
                  </th>
                  {metricNames.map((metric) => {
                    const interval = scores[`${metric}_ci`];
                    return (
                      <td key={metric}>
                        {fixed(scores[metric], 3)}
                        {interval && (
                          <span className={css.interval}>
                            {fixed(interval[0], 3)} to {fixed(interval[1], 3)}
                          </span>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </ScrollRegion>
    </section>
  );
}
