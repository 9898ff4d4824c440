// One track: on its way, done, failed, or gone. Each is a page of its own under the same address.
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Disc } from '../analyse/Disc';
import { Playlist, TakeAll } from '../analyse/Playlist';
import { Stages } from '../analyse/Stages';
import { useIntake } from '../analyse/useIntake';
import { entriesIn } from '../api/entries';
import { follow, unfollow } from '../api/events';
import { deleteAnalysis } from '../api/generated/sdk.gen';
import { unwrap } from '../api/http';
import { type Live, learnFrom, liveOf, useLive } from '../api/live';
import { troubleIn } from '../api/problem';
import { isFinal, isGone, queries, useAnalysis } from '../api/queries';
import { discard, take } from '../api/shelf';
import type { Analysis } from '../api/types';
import { requestIdOf } from '../api/uploads';
import { announce } from '../kit/announce';
import { Failure } from '../kit/Failure';
import { bytes, clock, percent } from '../kit/format';
import kit from '../kit/kit.module.css';
import { useTitle } from '../kit/title';
import { titleOf } from '../kit/words';
import { Result } from './Result';
import css from './track.module.css';

export default function TrackPage({ id }: { id: string }) {
  const { data, error, refetch } = useAnalysis(id);
  useTitle(data ? titleOf(data.name, data.result) : 'Track');
  const pending = data !== undefined && !isFinal(data);
  const gone = isGone(error);
  useEffect(() => {
    if (pending && gone) unfollow(id);
    else if (pending) follow(id);
  }, [id, pending, gone]);
  useEffect(() => {
    if (data && !isFinal(data)) learnFrom(data);
  }, [data]);

  if (!data || (pending && gone)) {
    if (!error) {
      return (
        <div className={`${kit.page} ${kit.quietPage}`} aria-busy="true">
          <p className="soft">Reading the analysis</p>
        </div>
      );
    }
    return (
      <div className={`${kit.page} ${kit.quietPage}`}>
        <Failure trouble={troubleIn(error)} onRetry={() => void refetch()}>
          <Link href="/" className={kit.quiet}>
            To the start
          </Link>
        </Failure>
      </div>
    );
  }
  if (data.state === 'done' && data.result) return <Result analysis={data} track={data.result} />;
  if (isFinal(data)) return <Failed analysis={data} />;
  return <Listening analysis={data} />;
}

function Listening({ analysis }: { analysis: Analysis }) {
  const live = useLive(analysis.id);
  const [, go] = useLocation();
  const { stage } = live;
  useEffect(() => {
    if (stage === 'done' || stage === 'failed') return;
    announce(
      {
        queued: 'In the queue',
        fetching: 'Fetching the address',
        decoding: 'Decoding',
        measuring: 'Measuring',
        voting: 'The models vote',
        gone: 'Cancelled',
      }[stage],
    );
  }, [stage]);
  const [complaint, setComplaint] = useState('');
  const cancel = async () => {
    setComplaint('');
    try {
      await unwrap(deleteAnalysis({ path: { id: analysis.id } }));
    } catch (error) {
      const { type, title } = troubleIn(error);
      if (type !== 'not-found') return setComplaint(`It could not be cancelled: ${title}`);
    }
    void discard(analysis.id);
    queries.removeQueries({ queryKey: ['analysis', analysis.id] });
    go('/');
  };
  const share = shareOf(live);
  return (
    <div className={`${kit.page} ${css.listening}`} data-testid="listening" data-stage={stage}>
      <Disc share={share} votes={live.votes}>
        <p className={css.listeningWord}>
          {share !== null && (stage === 'measuring' || stage === 'fetching') ? (
            <span className="num">{percent(share)}</span>
          ) : (
            {
              queued: 'Waiting',
              fetching: 'Fetching',
              decoding: 'Decoding',
              measuring: 'Measuring',
              voting: 'Voting',
              done: 'Done',
              failed: '',
              gone: '',
            }[stage]
          )}
        </p>
        {stage === 'measuring' && live.knownS === null && <p className="num">{clock(live.doneS)} measured</p>}
        {stage === 'fetching' && live.fetched && (
          <p className="num" data-testid="fetched">
            {bytes(live.fetched.bytes)}
            {live.fetched.total !== null && ` of ${bytes(live.fetched.total)}`}
            {live.fetched.rate !== null && `, ${bytes(Math.round(live.fetched.rate))}/s`}
          </p>
        )}
      </Disc>
      <div className="rise">
        <p className="soft">Listening to</p>
        <h1 className={css.name}>{analysis.name}</h1>
        <Stages live={live} fromUrl={analysis.source.kind === 'url'} />
        <button type="button" className={kit.quiet} onClick={() => void cancel()}>
          Cancel and forget
        </button>
        {complaint && <p role="alert">{complaint}</p>}
      </div>
    </div>
  );
}

// Of what is counted in this stage; null where nothing is, or where nobody knows how much there is.
function shareOf({ stage, fetched, doneS, knownS }: Live): number | null {
  if (stage === 'fetching' && fetched?.total) return Math.min(1, fetched.bytes / fetched.total);
  if (stage === 'measuring' && knownS) return (doneS ?? 0) / knownS;
  return stage === 'voting' || stage === 'done' ? 1 : null;
}

function Failed({ analysis }: { analysis: Analysis }) {
  const { takeFiles, takeAddresses } = useIntake();
  const { error, source, state } = analysis;
  const [lost, setLost] = useState(false);
  const again = async () => {
    if (source.url) return takeAddresses([{ url: source.url, title: null }]);
    const file = await take(analysis.id);
    if (file) takeFiles([file]);
    else setLost(true);
  };
  const entries = entriesIn(error);
  const type = error?.type ?? (state === 'interrupted' ? 'interrupted' : 'cancelled');
  return (
    <div className={`${kit.page} ${kit.quietPage}`}>
      <Failure
        name={analysis.name}
        trouble={{
          type,
          title: error?.title ?? (state === 'interrupted' ? 'It was interrupted.' : 'It was cancelled.'),
          detail: error?.detail ?? null,
          requestId: requestIdOf(analysis.id),
          analysis: analysis.id,
          entries,
        }}
        fromUrl={source.kind === 'url'}
        more={
          <>
            {lost && <p>The file is not on this device any more. Choose it again on the start page.</p>}
            <Playlist entries={entries} />
          </>
        }
        onRetry={() => void again()}
      >
        <TakeAll entries={entries} />
        <Link href="/" className={kit.quiet}>
          Another track
        </Link>
      </Failure>
      <Log id={analysis.id} />
    </div>
  );
}

function Log({ id }: { id: string }) {
  const { log } = liveOf(id);
  if (log.length === 0) return null;
  return (
    <ol className="small soft">
      {log.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added
        <li key={i}>{line.text}</li>
      ))}
    </ol>
  );
}
