// The whole result of one track, from the verdict down to the file.
import { useDeferredValue, useEffect } from 'react';
import { useDnaBytes, useModels } from '../api/queries';
import type { Analysis, Track } from '../api/types';
import { DnaPanel } from '../dna/DnaPanel';
import { announce } from '../kit/announce';
import kit from '../kit/kit.module.css';
import { Actions } from './Actions';
import { Among } from './Among';
import { DurationCard } from './DurationCard';
import { KeyCard } from './KeyCard';
import { LoudnessCard } from './LoudnessCard';
import { MoreFacts } from './MoreFacts';
import { headline } from './reasoning';
import { TempoCard } from './TempoCard';
import css from './track.module.css';
import { VerdictHero } from './VerdictHero';
import { Waterfall } from './Waterfall';
import { WhatIf } from './WhatIf';

export function Result({ analysis, track }: { analysis: Analysis; track: Track }) {
  const { verdict, features } = track;
  const dna = useDnaBytes(analysis.id, analysis.links.dna !== null);
  const { data: models } = useModels();
  const model = models?.models.find((each) => each.name === (verdict?.model?.name ?? 'default')) ?? null;

  // The verdict is painted first; what stands below the picture follows while it can already be read.
  const below = useDeferredValue(true, false);

  useEffect(() => {
    const root = document.documentElement;
    if (verdict) root.dataset.tier = verdict.tier;
    announce(verdict ? `${headline(verdict)}. ${verdict.tier}.` : 'Measured, without a verdict.');
    return () => {
      delete root.dataset.tier;
    };
  }, [verdict]);

  return (
    <article className={css.result} data-testid="result">
      <div className={css.wash} />
      {verdict ? (
        <VerdictHero analysis={analysis} track={track} verdict={verdict} />
      ) : (
        <NoVerdict analysis={analysis} />
      )}
      <Actions analysis={analysis} track={track} dnaBytes={dna.data ?? null} />
      <DnaPanel analysis={analysis} bytes={dna.data} error={dna.error} features={features} />
      {below && (
        <>
          {verdict && (
            <div className={css.pair}>
              <Waterfall verdict={verdict} />
              {model && <WhatIf verdict={verdict} model={model} />}
            </div>
          )}
          <section className={css.measured} aria-labelledby="measured">
            <h2 id="measured">What was measured</h2>
            <div className={css.cards}>
              <TempoCard features={features} />
              <KeyCard features={features} />
              <LoudnessCard features={features} />
              <DurationCard seconds={track.audio.duration_s} model={model} />
            </div>
          </section>
          {verdict && model && <Among verdict={verdict} model={model} />}
          <MoreFacts analysis={analysis} track={track} />
        </>
      )}
    </article>
  );
}

function NoVerdict({ analysis }: { analysis: Analysis }) {
  return (
    <header className={css.hero}>
      <div>
        <p className="soft">{analysis.name}</p>
        <h1>Measured, no verdict</h1>
        <p className={kit.lead}>The models could not vote on this track. What was measured stands below.</p>
      </div>
    </header>
  );
}
