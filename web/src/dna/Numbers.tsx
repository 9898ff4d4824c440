// The table behind the picture: one frame in every stretch of the track.
import { clock, fixed, hertz } from '../kit/format';
import kit from '../kit/kit.module.css';
import { ScrollRegion } from '../kit/ScrollRegion';
import { momentAt, rmsText } from './describe';
import css from './dna.module.css';
import { type Dna, frameAt } from './frames';

const rows = 24;

export function Numbers({ dna }: { dna: Dna }) {
  const count = Math.min(rows, dna.frames);
  const moments = Array.from({ length: count }, (_, i) =>
    momentAt(dna, frameAt(dna, ((i + 0.5) * dna.duration) / count)),
  );
  return (
    <details className={css.numbers}>
      <summary>The numbers behind the picture</summary>
      <ScrollRegion label="Frames as a table">
        <table className={kit.table}>
          <caption className="unseen">
            {count} of {dna.frames} frames
          </caption>
          <thead>
            <tr>
              {['Time', 'RMS, dBFS', 'Centroid', 'Onset, dB', 'Strongest pitches', 'Strongest band'].map(
                (word) => (
                  <th key={word} scope="col">
                    {word}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {moments.map((moment) => (
              <tr key={moment.seconds}>
                <td>{clock(moment.seconds, true)}</td>
                <td>{rmsText(moment)}</td>
                <td>{moment.centroid === null ? 'silence' : hertz(moment.centroid)}</td>
                <td>{fixed(moment.onset, 1)}</td>
                <td>{moment.pitches.join(' ') || 'none'}</td>
                <td>{moment.band ?? 'none'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </details>
  );
}
