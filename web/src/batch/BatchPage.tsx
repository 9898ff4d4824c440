// Many tracks at once, as a table: sort, filter, take away. One that fails never stops the others.
import { useQueries } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { useIntake } from '../analyse/useIntake';
import { follow } from '../api/events';
import { getAnalysis } from '../api/generated/sdk.gen';
import { unwrap } from '../api/http';
import { liveOf, liveStore } from '../api/live';
import { troubleIn } from '../api/problem';
import { analysisKey, isFinal } from '../api/queries';
import type { Analysis } from '../api/types';
import { retry, useUploads } from '../api/uploads';
import { announce } from '../kit/announce';
import { download } from '../kit/download';
import { clock, fixed, percent } from '../kit/format';
import { pickedFiles } from '../kit/intake';
import kit from '../kit/kit.module.css';
import { ScrollRegion } from '../kit/ScrollRegion';
import { SortHead, type Sorting } from '../kit/SortHead';
import { useStore } from '../kit/store';
import { useTitle } from '../kit/title';
import { LabelWord } from '../kit/Verdict';
import { toCsv } from '../track/csv';
import { clearBatch, forget, useBatchIds } from './batch';
import css from './batch.module.css';
import {
  arranged,
  type Column,
  columns,
  type Row,
  rowOfAnalysis,
  rowOfUpload,
  tally,
  type Wish,
} from './rows';

export default function BatchPage() {
  useTitle('Batch');
  const ids = useBatchIds();
  const uploads = useUploads();
  useStore(liveStore, (all) => all);
  const answers = useQueries({
    queries: ids.map((id) => ({
      queryKey: analysisKey(id),
      queryFn: ({ signal }: { signal: AbortSignal }) => unwrap(getAnalysis({ path: { id }, signal })),
      staleTime: 60_000,
      // As on a track's own page: covers a stream that was away when something ended.
      refetchInterval: ({ state }: { state: { data?: Analysis } }) =>
        state.data && !isFinal(state.data) ? 4000 : (false as const),
    })),
  });
  // What was deleted elsewhere is no part of the batch any more.
  const gone = ids
    .filter((_, i) => answers[i].error && troubleIn(answers[i].error).type === 'not-found')
    .join();
  useEffect(() => {
    for (const id of gone.split(',')) if (id) forget(id);
  }, [gone]);
  const pending = answers.flatMap(({ data }) => (data && !isFinal(data) ? [data.id] : [])).join();
  useEffect(() => {
    for (const id of pending.split(',')) if (id) follow(id);
  }, [pending]);

  const rows: Row[] = [
    ...answers.flatMap(({ data }) => (data ? [rowOfAnalysis(data, liveOf(data.id))] : [])),
    ...uploads.filter((upload) => upload.state !== 'accepted').map(rowOfUpload),
  ];
  const words = tally(rows);
  const saidBefore = useRef('');
  useEffect(() => {
    if (rows.length > 0 && words !== saidBefore.current) announce(words);
    saidBefore.current = words;
  }, [words, rows.length]);

  return rows.length === 0 ? <Empty /> : <Table rows={rows} words={words} />;
}

function Empty() {
  return (
    <div className={`${kit.page} ${kit.quietPage}`}>
      <h1>A whole shelf at once</h1>
      <p className={kit.lead}>
        Drop a folder or several files anywhere. Each is measured and voted on its own; what fails says why
        and stops nobody else.
      </p>
      <Choose />
    </div>
  );
}

function Choose() {
  const { takeFiles } = useIntake();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={kit.button} onClick={() => input.current?.click()}>
        Choose files
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="batch-files"
        onChange={(event) => {
          takeFiles(pickedFiles(event.target.files as FileList, false));
          event.target.value = '';
        }}
      />
    </>
  );
}

function Table({ rows, words }: { rows: Row[]; words: string }) {
  const [wish, setWish] = useState<Wish>({ text: '', label: 'any', by: 'probability', down: true });
  const shown = useMemo(() => arranged(rows, wish), [rows, wish]);
  const sorting: Sorting<Column> = { by: wish.by, down: wish.down };
  const finished = shown.flatMap(({ analysis }) => (analysis && isFinal(analysis) ? [analysis] : []));
  return (
    <div className={kit.page}>
      <div className={kit.between}>
        <div>
          <h1>Batch</h1>
          <p className="soft num" data-testid="tally">
            {words}
          </p>
        </div>
        <div className={kit.row}>
          <Choose />
          <button
            type="button"
            className={kit.quiet}
            onClick={() => download('hitscope-batch.csv', toCsv(finished), 'text/csv')}
          >
            CSV
          </button>
          <button
            type="button"
            className={kit.quiet}
            onClick={() =>
              download(
                'hitscope-batch.json',
                JSON.stringify(
                  finished.map(
                    (analysis) => analysis.result ?? { path: analysis.name, error: analysis.error },
                  ),
                  null,
                  2,
                ),
                'application/json',
              )
            }
          >
            JSON
          </button>
          <button type="button" className={kit.quiet} onClick={clearBatch}>
            Clear
          </button>
        </div>
      </div>
      <div className={`${kit.row} ${css.filters}`}>
        <input
          className={kit.field}
          type="search"
          placeholder="Filter by name"
          aria-label="Filter by name"
          value={wish.text}
          onChange={(event) => setWish({ ...wish, text: event.target.value })}
        />
        <select
          className={kit.field}
          aria-label="Filter by verdict"
          value={wish.label}
          onChange={(event) => setWish({ ...wish, label: event.target.value as Wish['label'] })}
        >
          <option value="any">any verdict</option>
          <option value="HIT">HIT</option>
          <option value="FLOP">FLOP</option>
          <option value="failed">failed</option>
        </select>
      </div>
      <ScrollRegion label="Tracks of the batch">
        <table className={kit.table} data-testid="batch">
          <thead>
            <tr>
              {(Object.keys(columns) as Column[]).map((column) => (
                <SortHead
                  key={column}
                  column={column}
                  label={columns[column].label}
                  sorting={sorting}
                  onSort={({ by, down }) => setWish({ ...wish, by, down })}
                  className={
                    column === 'name' || column === 'verdict' || column === 'key' ? undefined : kit.right
                  }
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <BatchRow key={row.key} row={row} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {shown.length === 0 && <p className="soft">Nothing fits the filter.</p>}
    </div>
  );
}

function BatchRow({ row }: { row: Row }) {
  const { analysis, upload } = row;
  const result = analysis?.result;
  const name = (
    <td className={css.name}>{analysis ? <Link href={`/t/${analysis.id}`}>{row.name}</Link> : row.name}</td>
  );
  if (!result) {
    return (
      <tr data-status={row.status}>
        {name}
        <td colSpan={7} className="soft">
          {row.status === 'failed' ? '! ' : ''}
          {row.detail}
          {upload?.state === 'failed' && (
            <button type="button" className={css.again} onClick={() => retry(upload.key)}>
              Try again
            </button>
          )}
        </td>
      </tr>
    );
  }
  const { verdict, features, audio, estimates } = result;
  return (
    <tr data-status={row.status}>
      {name}
      <td className={css.nowrap}>
        {verdict ? (
          <>
            <LabelWord label={verdict.label} /> <span className="soft">{verdict.votes_for_hit} of 5</span>
          </>
        ) : (
          'unknown'
        )}
      </td>
      <td className={kit.right}>{percent(verdict?.probability)}</td>
      <td className={kit.right}>{fixed(features.tempo_bpm, 1)}</td>
      <td className={css.nowrap}>
        {features.key_name ?? 'unknown'} <span className="soft">{features.camelot}</span>
      </td>
      <td className={kit.right}>{fixed(features.integrated_lufs, 1)}</td>
      <td className={kit.right}>{fixed(estimates.energy?.value, 2)}</td>
      <td className={kit.right}>{clock(audio.duration_s)}</td>
    </tr>
  );
}
