// Words over the canvas: what a lane is, and where in time one is.
import type { Ref } from 'react';
import { pitchNames } from '../kit/words';
import css from './dna.module.css';
import { lane, lanes } from './lanes';
import type { View } from './scene';

const ticks = [0, 1, 2, 3, 4];

export function Labels({ view, ref }: { view: View; ref: Ref<HTMLDivElement> }) {
  const chroma = lane('chroma');
  return (
    <div ref={ref} className={css.labels} aria-hidden="true">
      {view === 'lanes' &&
        lanes.map(({ name, label, unit, top }) => (
          <span key={name} className={css.lane} style={{ bottom: `${(1 - top) * 100}%` }}>
            {label} <small>{unit}</small>
          </span>
        ))}
      {view === 'lanes' &&
        pitchNames.map((name, pitch) => (
          <span
            key={name}
            className={css.pitch}
            style={{ top: `${(chroma.bottom - ((chroma.bottom - chroma.top) * (pitch + 0.5)) / 12) * 100}%` }}
          >
            {name}
          </span>
        ))}
      {view !== 'ring' && (
        <div className={css.axis}>
          {ticks.map((tick) => (
            <span key={tick} data-tick />
          ))}
        </div>
      )}
    </div>
  );
}
