// Key and mode on the circle of fifths, with the runner-up, both notations of those who mix, and the pitch
// classes that were heard in the middle.
import type { TrackFeatures } from '../api/types';
import { hueOf } from '../dna/colour';
import { fixed, percent, signed, unknown } from '../kit/format';
import { keyWords, pitchNames } from '../kit/words';
import { sureness } from './tempo';
import css from './track.module.css';
import { camelotOf, openKeyOf, placeOf } from './wheel';

const keys = Array.from({ length: 12 }, (_, key) => key);

function polar(place: number, radius: number): [number, number] {
  const angle = ((place * 30 - 90) * Math.PI) / 180;
  return [110 + radius * Math.cos(angle), 110 + radius * Math.sin(angle)];
}

function segment(place: number, inner: number, outer: number): string {
  const at = (offset: number, radius: number) =>
    polar(place + offset, radius)
      .map((n) => n.toFixed(1))
      .join(' ');
  return `M${at(-0.47, outer)} A${outer} ${outer} 0 0 1 ${at(0.47, outer)} L${at(0.47, inner)} A${inner} ${inner} 0 0 0 ${at(-0.47, inner)} Z`;
}

export function KeyCard({ features }: { features: TrackFeatures }) {
  const {
    key_name: name,
    camelot,
    open_key: openKey,
    key_confidence: confidence,
    key_candidates: candidates,
  } = features;
  const runnerUp = candidates[1];
  const scoreOf = (key: number, mode: number) =>
    candidates.find((each) => each.key === key && each.mode === mode)?.score ?? 0;
  const rank = (key: number, mode: number) =>
    candidates.findIndex((each) => each.key === key && each.mode === mode);
  const top = Math.max(...(features.chroma ?? [1]));
  return (
    <section className={css.card} aria-labelledby="key" data-testid="key">
      <h3 id="key">Key</h3>
      <p className={css.value}>
        {features.key === null || features.mode === null
          ? (name ?? unknown)
          : keyWords(features.key, features.mode)}
      </p>
      <p className="soft">
        {sureness(confidence)}
        {confidence !== null && `, ${percent(confidence)}`}. Camelot {camelot ?? unknown}, Open Key{' '}
        {openKey ?? unknown}.
        {runnerUp &&
          ` Runner-up: ${keyWords(runnerUp.key, runnerUp.mode)} (${camelotOf(runnerUp.key, runnerUp.mode)}, ${openKeyOf(runnerUp.key, runnerUp.mode)}), ${percent(runnerUp.score, runnerUp.score < 0.01 ? 1 : 0)}.`}
        {features.tuning_cents !== null &&
          ` Tuned ${signed(features.tuning_cents, 0)} cents from A = 440 Hz.`}
      </p>
      <svg viewBox="0 0 220 220" className={css.wheel} aria-hidden="true">
        {keys.flatMap((key) =>
          [1, 0].map((mode) => {
            const place = placeOf(key, mode);
            const [inner, outer] = mode === 1 ? [79, 108] : [50, 77];
            const [x, y] = polar(place, (inner + outer) / 2);
            const which = rank(key, mode);
            const chosen = features.key === key && features.mode === mode;
            return (
              <g key={`${key}-${mode}`} data-chosen={chosen || undefined}>
                <path
                  d={segment(place, inner, outer)}
                  fill={
                    chosen
                      ? 'var(--ink)'
                      : `color-mix(in oklab, var(--tone) ${Math.round(70 * scoreOf(key, mode) ** 0.5)}%, var(--sunk))`
                  }
                  stroke={which === 1 ? 'var(--ink)' : 'none'}
                  strokeWidth="1.5"
                  strokeDasharray={which === 1 ? '3 2' : undefined}
                />
                <text
                  x={x}
                  y={y - 1}
                  textAnchor="middle"
                  className={css.wheelName}
                  fill={chosen ? 'var(--paper)' : 'var(--ink)'}
                >
                  {pitchNames[key]}
                  {mode === 0 ? 'm' : ''}
                </text>
                <text
                  x={x}
                  y={y + 8}
                  textAnchor="middle"
                  className={css.wheelCode}
                  fill={chosen ? 'var(--paper)' : 'var(--soft)'}
                >
                  {camelotOf(key, mode)}
                </text>
              </g>
            );
          }),
        )}
        {features.chroma?.map((value, pitch) => {
          const place = placeOf(pitch, 1);
          const [x1, y1] = polar(place, 8);
          const [x2, y2] = polar(place, 8 + 38 * (value / top) ** 2);
          return (
            <line
              key={pitchNames[pitch]}
              x1={x1}
              y1={y1}
              x2={x2}
              y2={y2}
              stroke={`hsl(${hueOf(pitch)} 60% 50%)`}
              strokeWidth="5"
              strokeLinecap="round"
            />
          );
        })}
      </svg>
      <p className="soft small">
        Outside major, inside minor, neighbours a fifth apart. In the middle: how strongly each pitch class
        sounds
        {features.chroma
          ? ` (${pitchNames.map((pitch, i) => `${pitch} ${fixed(features.chroma?.[i], 2)}`).join(', ')})`
          : ', unknown'}
        .
      </p>
    </section>
  );
}
