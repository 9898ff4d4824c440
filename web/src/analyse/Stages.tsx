// The way of a track, with what is known of each step: nothing runs ahead of the server's own events.
import { Check } from 'lucide-react';
import type { Live, Stage } from '../api/live';
import { bytes, clock, fixed } from '../kit/format';
import { LabelWord } from '../kit/Verdict';
import { modelWords } from '../kit/words';
import css from './analyse.module.css';

const order: Stage[] = ['queued', 'fetching', 'decoding', 'measuring', 'voting', 'done'];

function fact(stage: Stage, live: Live): string | null {
  if (stage === 'queued' && live.stage === 'queued') {
    if (live.position === null) return null;
    const place = live.position === 1 ? 'next in line' : `place ${live.position} in line`;
    return live.etaS === null
      ? `${place}, time unknown`
      : `${place}, result in about ${fixed(Math.max(1, live.etaS), 0)} s`;
  }
  if (stage === 'fetching' && live.fetched) {
    const { bytes: got, total } = live.fetched;
    return total === null || live.stage !== 'fetching' ? bytes(got) : `${bytes(got)} of ${bytes(total)}`;
  }
  if (stage === 'measuring' && live.doneS !== null) {
    return live.knownS === null
      ? `${clock(live.doneS)} so far, length unknown`
      : `${clock(live.doneS)} of ${clock(live.knownS)}`;
  }
  return null;
}

export function Stages({ live, fromUrl }: { live: Live; fromUrl: boolean }) {
  const now = order.indexOf(live.stage);
  const steps: [Stage, string][] = [
    ['queued', 'Queue'],
    ...(fromUrl ? ([['fetching', 'Fetch']] as [Stage, string][]) : []),
    ['decoding', 'Decode'],
    ['measuring', 'Measure'],
    ['voting', 'Vote'],
  ];
  return (
    <ol className={css.stages} data-testid="stages">
      {steps.map(([stage, word]) => {
        const place = order.indexOf(stage);
        const state = place < now ? 'past' : place === now ? 'now' : 'ahead';
        return (
          <li key={stage} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            <span className={css.stageMark}>
              {state === 'past' && <Check size={13} aria-hidden="true" />}
            </span>
            <span>
              {word}
              {state === 'past' && <span className="unseen"> done</span>}
            </span>
            <span className="soft num">{fact(stage, live)}</span>
          </li>
        );
      })}
      {live.votes.map((vote) => (
        <li key={vote.model} className={css.stageVote}>
          <span />
          <span>{modelWords(vote.model)}</span>
          <LabelWord label={vote.label} />
        </li>
      ))}
    </ol>
  );
}
