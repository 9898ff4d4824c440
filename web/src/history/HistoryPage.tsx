// Everything this browser has had analysed: to search, to open again, to compare, to delete.
import { Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { troubleIn } from '../api/problem';
import { useHistory } from '../api/queries';
import type { Analysis } from '../api/types';
import { Failure } from '../kit/Failure';
import { clock, percent, when } from '../kit/format';
import kit from '../kit/kit.module.css';
import { useTitle } from '../kit/title';
import { LabelWord } from '../kit/Verdict';
import DeleteDialog from './DeleteDialog';
import css from './history.module.css';

const states = ['any', 'done', 'queued', 'running', 'failed', 'interrupted', 'cancelled'] as const;

export default function HistoryPage() {
  useTitle('History');
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [search, setSearch] = useState('');
  const [state, setState] = useState<(typeof states)[number]>('any');
  const [chosen, setChosen] = useState<string[]>([]);
  const [deleting, setDeleting] = useState<Analysis | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => setSearch(text.trim().slice(0, 200)), 250);
    return () => window.clearTimeout(timer);
  }, [text]);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isPending } = useHistory(
    search,
    state,
  );
  const analyses = data?.pages.flatMap((page) => page.analyses) ?? [];
  const narrowed = search !== '' || state !== 'any';

  return (
    <div className={kit.page}>
      <div className={kit.between}>
        <h1>History</h1>
        <div className={`${kit.row} ${css.tools}`}>
          <input
            className={kit.field}
            type="search"
            placeholder="Search by name"
            aria-label="Search by name"
            value={text}
            maxLength={200}
            onChange={(event) => setText(event.target.value)}
          />
          <select
            className={kit.field}
            aria-label="State"
            value={state}
            onChange={(event) => setState(event.target.value as typeof state)}
          >
            {states.map((each) => (
              <option key={each} value={each}>
                {each === 'any' ? 'any state' : each}
              </option>
            ))}
          </select>
          <button
            type="button"
            className={kit.quiet}
            disabled={chosen.length !== 2}
            onClick={() => go(`/compare?a=${chosen[0]}&b=${chosen[1]}`)}
          >
            Compare two
          </button>
        </div>
      </div>
      {error && <Failure inner trouble={troubleIn(error)} onRetry={() => void refetch()} />}
      {!error && isPending && <p className={`soft ${css.empty}`}>Reading the history</p>}
      {!error && !isPending && analyses.length === 0 && (
        <div className={css.empty}>
          <h2>{narrowed ? 'Nothing fits.' : 'Nothing heard yet.'}</h2>
          <p className="soft">
            {narrowed
              ? 'No analysis has that name and state.'
              : 'What you analyse in this browser will stand here.'}
          </p>
          {!narrowed && (
            <Link href="/" className={kit.button}>
              Analyse a track
            </Link>
          )}
        </div>
      )}
      {analyses.length > 0 && (
        <table className={`${kit.table} ${css.table}`}>
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">Choose</span>
              </th>
              <th scope="col">Track</th>
              <th scope="col">Verdict</th>
              <th scope="col" className={kit.right}>
                Probability
              </th>
              <th scope="col" className={`${kit.right} ${css.wide}`}>
                Length
              </th>
              <th scope="col" className={css.wide}>
                Analysed
              </th>
              <th scope="col">
                <span className="unseen">Delete</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {analyses.map((analysis) => (
              <tr key={analysis.id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Choose ${analysis.name}`}
                    disabled={analysis.state !== 'done'}
                    checked={chosen.includes(analysis.id)}
                    onChange={(event) =>
                      setChosen((all) =>
                        event.target.checked
                          ? [...all.slice(-1), analysis.id]
                          : all.filter((each) => each !== analysis.id),
                      )
                    }
                  />
                </td>
                <td className={css.name}>
                  <Link href={`/t/${analysis.id}`}>{analysis.name}</Link>
                </td>
                <td>
                  {analysis.summary?.label ? (
                    <>
                      <LabelWord label={analysis.summary.label} />{' '}
                      <span className={`soft ${css.wide}`}>{analysis.summary.votes_for_hit} of 5</span>
                    </>
                  ) : (
                    <span className="soft">{analysis.error?.type ?? analysis.state}</span>
                  )}
                </td>
                <td className={kit.right}>{analysis.summary ? percent(analysis.summary.probability) : ''}</td>
                <td className={`${kit.right} ${css.wide}`}>
                  {analysis.summary ? clock(analysis.summary.duration_s) : ''}
                </td>
                <td className={`soft ${css.wide}`}>{when(analysis.created_at)}</td>
                <td>
                  <button
                    type="button"
                    className={css.bin}
                    aria-label={`Delete ${analysis.name}`}
                    onClick={() => setDeleting(analysis)}
                  >
                    <Trash2 size={16} aria-hidden="true" />
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hasNextPage && (
        <button
          type="button"
          className={kit.quiet}
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          More
        </button>
      )}
      {deleting && (
        <DeleteDialog
          id={deleting.id}
          name={deleting.name}
          onClose={(gone) => {
            if (gone) setChosen((all) => all.filter((each) => each !== deleting.id));
            setDeleting(null);
          }}
        />
      )}
    </div>
  );
}
