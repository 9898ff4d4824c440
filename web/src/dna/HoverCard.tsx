// The exact values of the frame under the pointer.
import { clock, fixed, hertz } from '../kit/format';
import { type Moment, rmsText } from './describe';
import css from './dna.module.css';

export function HoverCard({ moment, x, y, flip }: { moment: Moment; x: number; y: number; flip: boolean }) {
  return (
    <div
      className={css.hover}
      aria-hidden="true"
      style={{
        transform: `translate(${x}px, ${y}px) translate(${flip ? 'calc(-100% - 14px)' : '14px'}, -50%)`,
      }}
    >
      <dl>
        <div>
          <dt>Time</dt>
          <dd>{clock(moment.seconds, true)}</dd>
        </div>
        <div>
          <dt>RMS</dt>
          <dd>{rmsText(moment)} dBFS</dd>
        </div>
        <div>
          <dt>Centroid</dt>
          <dd>{moment.centroid === null ? 'silence' : hertz(moment.centroid)}</dd>
        </div>
        <div>
          <dt>Onset</dt>
          <dd>{fixed(moment.onset, 1)} dB</dd>
        </div>
        <div>
          <dt>Pitch</dt>
          <dd>{moment.pitches.join(' ') || 'none'}</dd>
        </div>
        <div>
          <dt>Band</dt>
          <dd>{moment.band === null ? 'none' : `${moment.band} of 24`}</dd>
        </div>
      </dl>
    </div>
  );
}
