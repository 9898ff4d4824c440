// Two tracks beside each other: their verdicts, their pictures over one time, and what differs.
import { useMemo } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { troubleIn } from '../api/problem';
import { useAnalysis, useDnaBytes, useHistory } from '../api/queries';
import type { Analysis } from '../api/types';
import { decodeDna } from '../dna/frames';
import { BigPercent } from '../kit/BigPercent';
import { Failure } from '../kit/Failure';
import kit from '../kit/kit.module.css';
import { changeSetting, useSetting } from '../kit/settings';
import { useTitle } from '../kit/title';
import { LabelWord } from '../kit/Verdict';
import { titleOf } from '../kit/words';
import { headline } from '../track/reasoning';
import css from './compare.module.css';
import { lines } from './facts';
import { PairPanel } from './PairPanel';

export default function ComparePage() {
  useTitle('Compare');
  const query = new URLSearchParams(useSearch());
  const [, go] = useLocation();
  const [a, b] = [query.get('a') ?? '', query.get('b') ?? ''];
  const choose = (side: 'a' | 'b', id: string) => {
    const next = new URLSearchParams({ a, b });
    next.set(side, id);
    go(`/compare?${next}`);
  };
  const { data } = useHistory('', 'done', 200);
  const known = data?.pages.flatMap((page) => page.analyses) ?? [];
  return (
    <div className={kit.page}>
      <h1>Compare</h1>
      <div className={css.sides}>
        <Side side="a" id={a} known={known} onChoose={choose} />
        <Side side="b" id={b} known={known} onChoose={choose} />
      </div>
      {data && known.length < 2 && (
        <p className={kit.lead}>
          It takes two finished analyses. <Link href="/">Analyse another track.</Link>
        </p>
      )}
      {a && b && <Both a={a} b={b} />}
    </div>
  );
}

interface SideProps {
  side: 'a' | 'b';
  id: string;
  known: Analysis[];
  onChoose: (side: 'a' | 'b', id: string) => void;
}

function Side({ side, id, known, onChoose }: SideProps) {
  const { data, error } = useAnalysis(id, id !== '');
  const verdict = data?.result?.verdict;
  return (
    <section className={css.side} data-side={side} aria-label={side === 'a' ? 'First track' : 'Second track'}>
      <select
        className={kit.field}
        aria-label={side === 'a' ? 'First track' : 'Second track'}
        value={id}
        onChange={(event) => onChoose(side, event.target.value)}
      >
        <option value="">Choose a track</option>
        {id && !known.some((each) => each.id === id) && <option value={id}>{data?.name ?? id}</option>}
        {known.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </select>
      {error && <Failure trouble={troubleIn(error)} inner />}
      {data && !data.result && <p className="soft">Not finished: {data.error?.title ?? data.state}</p>}
      {data?.result && (
        <>
          <h2>
            <Link href={`/t/${id}`}>{titleOf(data.name, data.result)}</Link>
          </h2>
          {verdict ? (
            <>
              <p className={css.big}>
                <BigPercent share={verdict.probability} /> <LabelWord label={verdict.label} />
              </p>
              <p className="soft">
                {headline(verdict)}. {verdict.tier}.
              </p>
            </>
          ) : (
            <p className="soft">No verdict</p>
          )}
        </>
      )}
    </section>
  );
}

function Both({ a, b }: { a: string; b: string }) {
  const first = useAnalysis(a).data;
  const second = useAnalysis(b).data;
  const bytesA = useDnaBytes(a, Boolean(first?.links.dna)).data;
  const bytesB = useDnaBytes(b, Boolean(second?.links.dna)).data;
  const only = useSetting('differencesOnly');
  const dnas = useMemo(() => {
    try {
      return bytesA && bytesB ? ([decodeDna(bytesA), decodeDna(bytesB)] as const) : null;
    } catch {
      return null;
    }
  }, [bytesA, bytesB]);
  const digests = [first?.source.sha256 ?? null, second?.source.sha256 ?? null] as const;
  const [left, right] = [first?.result, second?.result];
  const tracks = useMemo(() => (left && right ? ([left, right] as const) : null), [left, right]);
  if (!tracks) return null;
  const all = lines(tracks[0], tracks[1]);
  const shown = only ? all.filter((line) => line.differs) : all;
  return (
    <>
      {dnas && <PairPanel key={`${a} ${b}`} dnas={dnas} ids={[a, b]} digests={digests} tracks={tracks} />}
      <section className={css.facts} aria-labelledby="differences">
        <div className={kit.between}>
          <h2 id="differences">What differs</h2>
          <label className={kit.row}>
            <input
              type="checkbox"
              checked={only}
              onChange={(event) => changeSetting('differencesOnly', event.target.checked)}
            />
            Only differences
          </label>
        </div>
        <table className={kit.table} data-testid="differences">
          <thead>
            <tr>
              <th scope="col">Feature</th>
              <th scope="col" className={kit.right}>
                First
              </th>
              <th scope="col" className={kit.right}>
                Second
              </th>
              <th scope="col" className={kit.right}>
                Second against first
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <tr key={line.name} data-differs={line.differs}>
                <th scope="row">{line.name}</th>
                <td className={kit.right}>{line.a}</td>
                <td className={kit.right}>{line.b}</td>
                <td className={kit.right}>
                  {line.differs ? <b>{line.apart}</b> : <span className="soft">{line.apart}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="soft">Nothing differs.</p>}
      </section>
    </>
  );
}
