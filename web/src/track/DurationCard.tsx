// Duration against the window in which streamed hits lie, taken from the tracks that the models learnt from.
import type { Model } from '../api/types';
import { clock, percent } from '../kit/format';
import { quantileAt, shareBelow } from './quantiles';
import css from './track.module.css';

const to = 480;
const place = (seconds: number): number => (Math.max(0, Math.min(to, seconds)) / to) * 300;
const playCounts = 30; // seconds, on Spotify and Apple Music

export function DurationCard({ seconds, model }: { seconds: number; model: Model | null }) {
  const hits = model?.features.find((feature) => feature.name === 'duration_ms')?.hit_quantiles ?? null;
  const at = (share: number) => (hits ? quantileAt(share, hits) / 1000 : 0);
  const [low, quarter, threeQuarters, high] = [at(0.1), at(0.25), at(0.75), at(0.9)];
  const where = !hits
    ? null
    : seconds < low
      ? 'shorter than the window'
      : seconds > high
        ? 'longer than the window'
        : 'inside the window';
  return (
    <section className={css.card} aria-labelledby="duration" data-testid="duration">
      <h3 id="duration">Duration</h3>
      <p className={css.value}>
        <span className="num">{clock(seconds)}</span> <small>min</small>
      </p>
      <p className="soft">
        {where
          ? `${where[0].toUpperCase()}${where.slice(1)}: four of five streamed hits last ${clock(low)} to ${clock(high)}. It is longer than ${percent(shareBelow(seconds * 1000, hits as number[]))} of them.`
          : 'The window of streamed hits is unknown: this model does not use duration.'}
        {seconds < playCounts && ' Under 30 seconds a stream does not count as a play.'}
      </p>
      <svg viewBox="0 0 300 70" className={css.wide} aria-hidden="true">
        {hits && (
          <>
            <rect x={place(low)} width={place(high) - place(low)} y="26" height="24" fill="var(--sunk)" />
            <rect
              x={place(quarter)}
              width={place(threeQuarters) - place(quarter)}
              y="26"
              height="24"
              fill="color-mix(in oklab, var(--hit) 45%, var(--sunk))"
            />
          </>
        )}
        <line x1="0" x2="300" y1="50" y2="50" stroke="var(--edge)" />
        {[0, 60, 120, 180, 240, 300, 360, 420, 480].map((tick) => (
          <g key={tick}>
            <line x1={place(tick)} x2={place(tick)} y1="50" y2="54" stroke="var(--edge)" />
            {tick % 120 === 0 && (
              <text
                x={place(tick)}
                y="67"
                textAnchor={tick === 0 ? 'start' : tick === to ? 'end' : 'middle'}
                className={css.tickText}
              >
                {clock(tick)}
              </text>
            )}
          </g>
        ))}
        <line
          x1={place(playCounts)}
          x2={place(playCounts)}
          y1="26"
          y2="50"
          stroke="var(--soft)"
          strokeDasharray="3 3"
        />
        <line x1={place(seconds)} x2={place(seconds)} y1="14" y2="50" stroke="var(--tone)" strokeWidth="5" />
      </svg>
      <p className="soft small">
        {hits ? 'Pale: four of five hits. Blue: the middle half. ' : ''}Dashed: 30 seconds, from which a play
        counts.
      </p>
    </section>
  );
}
