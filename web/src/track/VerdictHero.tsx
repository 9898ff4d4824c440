// The verdict: the sentence, what its number means, and the five who voted, each at its own probability.
import * as m from 'motion/react-m';
import type { Analysis, Track, Verdict } from '../api/types';
import { BigPercent } from '../kit/BigPercent';
import { percent } from '../kit/format';
import { Mark } from '../kit/Mark';
import { changeSetting, useSetting } from '../kit/settings';
import { LabelWord } from '../kit/Verdict';
import { type ModelName, modelOrder, modelWords, titleOf } from '../kit/words';
import { originOf } from './origin';
import { ProbabilityLine } from './ProbabilityLine';
import { headline, meaning, trust } from './reasoning';
import css from './track.module.css';

interface Props {
  analysis: Analysis;
  track: Track;
  verdict: Verdict;
}

export function VerdictHero({ analysis, track, verdict }: Props) {
  const voice = useSetting('voice');
  const artist = originOf(analysis)?.artist;
  const alone = verdict.votes.find((vote) => vote.model === voice);
  return (
    <header className={css.hero}>
      <div className={css.heroWords}>
        <p className={css.trackName}>
          {titleOf(analysis.name, track)}
          {artist && <span className="soft"> by {artist}</span>}
        </p>
        <h1 data-testid="headline">
          {alone ? `${modelWords(alone.model)} alone says ${alone.label}` : headline(verdict)}
        </h1>
        {alone ? (
          <p className={css.meaning}>
            One model of five, with a probability of its own of{' '}
            <b className="num">{percent(alone.probability)}</b>. It says HIT from 50 %. All five together:{' '}
            {headline(verdict)}.
          </p>
        ) : (
          <>
            <p className={css.tier} data-testid="tier">
              <Mark label={verdict.label} size={15} /> {verdict.tier}
            </p>
            <p className={css.meaning}>{meaning(verdict)}</p>
          </>
        )}
        {verdict.model?.event && (
          <p className="soft small">
            HIT means {verdict.model.event}. {trust(verdict.model)}
          </p>
        )}
      </div>
      <div className={css.heroFigures}>
        <p className={css.big} data-testid="probability">
          <BigPercent share={alone ? alone.probability : verdict.probability} />
          <small>{alone ? 'its own probability' : 'probability of a hit'}</small>
        </p>
        {!alone && <ProbabilityLine verdict={verdict} />}
        <Votes verdict={verdict} voice={voice} />
      </div>
    </header>
  );
}

function Votes({ verdict, voice }: { verdict: Verdict; voice: ModelName | 'consensus' }) {
  const all = ['consensus', ...modelOrder] as const;
  return (
    <fieldset className={css.votes}>
      <legend>Whose verdict?</legend>
      <div className={css.votesAxis} aria-hidden="true">
        <span>FLOP</span>
        <span>50 %</span>
        <span>HIT</span>
      </div>
      {all.map((name, i) => {
        const vote = verdict.votes.find((each) => each.model === name);
        const label = name === 'consensus' ? verdict.label : vote?.label;
        const probability = name === 'consensus' ? verdict.probability : vote?.probability;
        return (
          <label key={name} className={css.vote} data-model={name} data-testid="vote">
            <input
              type="radio"
              name="voice"
              value={name}
              checked={voice === name}
              onChange={() => changeSetting('voice', name)}
            />
            <span className={css.voteName}>{name === 'consensus' ? 'All five' : modelWords(name)}</span>
            <span className={css.voteTrack} aria-hidden="true">
              {probability !== undefined && label && (
                <m.span
                  className={css.voteMark}
                  data-label={label}
                  style={{ left: `${probability * 100}%` }}
                  initial={{ y: -26, opacity: 0 }}
                  animate={{ y: 0, opacity: 1 }}
                  transition={{ delay: 0.12 * i, type: 'spring', stiffness: 320, damping: 24 }}
                >
                  <Mark label={label} size={14} />
                </m.span>
              )}
            </span>
            <span className="num">{percent(probability)}</span>
            {label ? <LabelWord label={label} size={0} /> : <span className="soft">unknown</span>}
          </label>
        );
      })}
    </fieldset>
  );
}
