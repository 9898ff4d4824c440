// What if it were faster, louder, longer: the same five models, asked by the server about changed features.
import { Slider } from '@base-ui/react/slider';
import { useMemo, useState } from 'react';
import { troubleIn } from '../api/problem';
import type { Model, Verdict } from '../api/types';
import { BigPercent } from '../kit/BigPercent';
import { featureValue } from '../kit/feature_value';
import { signed, unknown } from '../kit/format';
import kit from '../kit/kit.module.css';
import { Mark } from '../kit/Mark';
import { LabelWord } from '../kit/Verdict';
import { featureWords, modelWords } from '../kit/words';
import css from './track.module.css';
import { type Features, useWhatIf } from './useWhatIf';

const steps: Record<string, number> = {
  tempo: 0.5,
  loudness: 0.1,
  key: 1,
  mode: 1,
  energy: 0.01,
  duration_ms: 1000,
};

const discrete = new Set(['key', 'mode']);

export function WhatIf({ verdict, model }: { verdict: Verdict; model: Model }) {
  const measured = useMemo((): Features => {
    const known = new Map(verdict.explanation.map(({ feature, value }) => [feature, value]));
    return Object.fromEntries(model.features.map(({ name }) => [name, known.get(name) ?? null]));
  }, [verdict, model]);
  const [features, setFeatures] = useState(measured);
  const changed = model.features.some(({ name }) => features[name] !== measured[name]);
  const { data, error, isFetching } = useWhatIf(model.name, features, changed);
  const now = changed ? (data?.verdict ?? null) : verdict; // null: nobody has answered yet
  return (
    <section aria-labelledby="what-if" className={css.whatIf} data-testid="what-if">
      <h2 id="what-if">What if</h2>
      <div className={css.whatNow} aria-busy={isFetching}>
        <p className={css.whatNumber}>
          <span data-testid="what-if-probability">
            {now ? <BigPercent share={now.probability} digits={1} /> : '?'}
          </span>
          <span className="soft num small">
            {!changed && 'as measured'}
            {changed && now && `${signed((now.probability - verdict.probability) * 100, 1)} points`}
            {changed && !now && (error ? unknown : 'asking')}
          </span>
        </p>
        {now && (
          <>
            <p>
              {now.votes_for_hit} of 5 for HIT
              <br />
              <LabelWord label={now.label} /> <span className="soft">{now.tier}</span>
            </p>
            <ul className={css.whatVotes} aria-label="Votes">
              {now.votes.map((vote) => (
                <li key={vote.model} data-label={vote.label} title={modelWords(vote.model)}>
                  <Mark label={vote.label} size={12} />
                  <span className="unseen">
                    {modelWords(vote.model)}: {vote.label}
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
        <button
          type="button"
          className={`${kit.quiet} ${kit.small}`}
          disabled={!changed}
          onClick={() => setFeatures(measured)}
        >
          As measured
        </button>
      </div>
      {error && changed && (
        <p role="alert" className="small">
          The server could not be asked: {troubleIn(error).title}
        </p>
      )}
      <div className={css.sliders}>
        {model.features.map(({ name, low, high }) => {
          const value = features[name];
          const step = steps[name] ?? 0.01;
          const middle = value ?? (low + high) / 2;
          return (
            <Slider.Root
              key={name}
              className={css.slider}
              value={middle}
              min={Math.min(low, Math.floor((measured[name] ?? low) / step) * step)}
              max={Math.max(high, Math.ceil((measured[name] ?? high) / step) * step)}
              step={step}
              largeStep={discrete.has(name) ? step : 10 * step}
              onValueChange={(next) => setFeatures((all) => ({ ...all, [name]: next as number }))}
            >
              <span className={css.sliderName}>{featureWords(name)}</span>
              <output className="num">{featureValue(name, value)}</output>
              <Slider.Control className={css.sliderControl}>
                <Slider.Track className={css.sliderTrack}>
                  <Slider.Indicator className={css.sliderFill} />
                  <Slider.Thumb
                    className={css.sliderThumb}
                    getAriaLabel={() => featureWords(name)}
                    getAriaValueText={() => featureValue(name, features[name])}
                  />
                </Slider.Track>
              </Slider.Control>
            </Slider.Root>
          );
        })}
      </div>
      <p className="soft small">
        Loudness and energy are on Spotify’s scale, estimated from the audio. A slider moves one number; a
        real track that changes one changes others, too.
      </p>
    </section>
  );
}
