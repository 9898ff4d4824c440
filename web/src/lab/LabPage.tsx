// The Model Lab: how good the models are, by protocol, with intervals and against honest baselines. Every
// number is read from the bundle that votes here.
import { useState } from 'react';
import { troubleIn } from '../api/problem';
import { useModels } from '../api/queries';
import type { Model } from '../api/types';
import { Failure } from '../kit/Failure';
import { count, fixed, percent } from '../kit/format';
import kit from '../kit/kit.module.css';
import { useTitle } from '../kit/title';
import { featureWords, modelWords } from '../kit/words';
import { trust } from '../track/reasoning';
import { Agreement } from './Agreement';
import { AucChart } from './AucChart';
import { ConfusionView } from './ConfusionView';
import { DataCard } from './DataCard';
import { Genres } from './Genres';
import css from './lab.module.css';
import { MetricTable } from './MetricTable';
import { median, readMetrics, type Table } from './metrics';
import { Reliability } from './Reliability';

export default function LabPage() {
  useTitle('Model Lab');
  const { data, error, refetch } = useModels();
  const [name, setName] = useState('');
  if (error) {
    return (
      <div className={`${kit.page} ${kit.quietPage}`}>
        <Failure trouble={troubleIn(error)} onRetry={() => void refetch()} />
      </div>
    );
  }
  const model = data?.models.find((each) => each.name === name) ?? data?.models[0];
  return (
    <div className={kit.page}>
      <h1>Model Lab</h1>
      {!data && <p className={`soft ${kit.lead}`}>Reading the bundles</p>}
      {data && data.models.length > 1 && (
        <select
          className={`${kit.field} ${css.choose}`}
          aria-label="Bundle"
          value={model?.name}
          onChange={(event) => setName(event.target.value)}
        >
          {data.models.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </select>
      )}
      {model && <Lab key={model.name} model={model} />}
    </div>
  );
}

function Lab({ model }: { model: Model }) {
  const metrics = readMetrics(model.card.metrics);
  const tables = Object.entries(metrics?.tables ?? {});
  const [chosen, setChosen] = useState(tables[0]?.[0] ?? '');
  const table = metrics?.tables[chosen];
  return (
    <>
      <p className={kit.lead}>
        {trust(model.quality) ?? 'How good this model is was not measured when it was made.'} The bundle is
        called {model.name}; HIT means {model.event ?? 'what its makers meant'}.
      </p>
      {!metrics && <p className={css.gap}>This bundle carries no table of metrics.</p>}
      {tables.length > 0 && (
        <label className={css.protocol}>
          <span>Judged on</span>
          <select className={kit.field} value={chosen} onChange={(event) => setChosen(event.target.value)}>
            {tables.map(([key]) => (
              <option key={key}>{key}</option>
            ))}
          </select>
        </label>
      )}
      {table && <Judged table={table} prior={metrics?.prior ?? null} />}
      <DataCard model={model} metrics={metrics} />
      <Limits model={model} table={table ?? null} />
    </>
  );
}

function Judged({ table, prior }: { table: Table; prior: string | null }) {
  return (
    <>
      <p className={css.how}>
        {count(table.rows)} tracks, {count(table.hits)} of them hits ({table.event}). Learnt from:{' '}
        {table.learned}. Scores are taken with hits and flops weighing alike{prior ? ` (prior ${prior})` : ''}
        , with 95 % intervals.
      </p>
      <section className={css.part} aria-labelledby="ranks">
        <h2 id="ranks">Telling a hit from a flop</h2>
        <p className="soft">
          The share of pairs of one hit and one flop in which the hit is put first (AUC). Half is guessing.
          {table.best_feature &&
            ` The best single feature is ${featureWords(table.best_feature).toLowerCase()}.`}
        </p>
        <AucChart table={table} />
      </section>
      <MetricTable table={table} />
      <div className={css.two}>
        {table.reliability.length > 0 && <Reliability bins={table.reliability} />}
        {table.votes.length > 0 && <Agreement votes={table.votes} />}
        <ConfusionView models={table.models} />
        {table.genres.length > 0 && <Genres genres={table.genres} />}
      </div>
    </>
  );
}

function Limits({ model, table }: { model: Model; table: Table | null }) {
  const genre = table?.baselines.genre?.auc;
  const within = table ? median(table.genres.flatMap(({ auc }) => (auc === null ? [] : [auc]))) : null;
  const consensus = table?.models.consensus;
  return (
    <section className={css.part} aria-labelledby="limits">
      <h2 id="limits">Limits</h2>
      <ul className={css.limits}>
        <li>
          Sound says little about popularity. The artist’s name, the marketing and the words decide more, and
          none of them is heard here.
        </li>
        <li>The probability speaks of the years, markets and playlists that the tables come from.</li>
        {genre !== undefined && consensus && (
          <li>
            Knowing nothing but the genre reaches an AUC of {fixed(genre, 3)} on this table;{' '}
            {modelWords('consensus').toLowerCase()} of five, from sound, {fixed(consensus.auc, 3)}.
          </li>
        )}
        {within !== null && <li>Within one genre the middle AUC is {fixed(within, 3)}.</li>}
        {consensus && (
          <li>
            Called a hit, a track is one in {percent(consensus.precision)} of cases, where half of all are.
          </li>
        )}
        <li>
          Before listening, the probability is {percent(model.base_rate, 1)}: that is what “nothing known”
          means here.
        </li>
      </ul>
    </section>
  );
}
