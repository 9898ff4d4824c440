// Everything else that is known: the sound, the estimates, the file, the model, and what happened when.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useLive } from '../api/live';
import type { Analysis, Track } from '../api/types';
import { bytes, clock, count, fixed, hertz, percent, unknown, when } from '../kit/format';
import { featureWords } from '../kit/words';
import { originOf } from './origin';
import css from './track.module.css';

export function MoreFacts({ analysis, track }: { analysis: Analysis; track: Track }) {
  const { features, audio, estimates, verdict, engine } = track;
  const { log } = useLive(analysis.id);
  const rate = audio.bit_rate_bps;
  const origin = originOf(analysis);
  return (
    <section className={css.facts} aria-labelledby="facts">
      <h2 id="facts" className="unseen">
        More facts
      </h2>
      <Group title="Sound">
        <Fact term="Spectral centroid">{hertz(features.spectral_centroid_hz)}</Fact>
        <Fact term="Bandwidth">{hertz(features.spectral_bandwidth_hz)}</Fact>
        <Fact term="Rolloff">{hertz(features.spectral_rolloff_hz)}</Fact>
        <Fact term="Onsets a second">{fixed(features.onset_rate_hz, 2)}</Fact>
        <Fact term="Zero crossings a sample">{fixed(features.zero_crossing_rate, 4)}</Fact>
        <Fact term="RMS, spread">{`${fixed(features.rms, 3)}, ${fixed(features.rms_std, 3)}`}</Fact>
      </Group>
      <Group title="Estimated on Spotify’s scale">
        {Object.entries(estimates).map(([name, { value, r2 }]) => (
          <Fact key={name} term={featureWords(name)}>
            {fixed(value, 2)} <span className="soft">R² {fixed(r2, 2)}</span>
          </Fact>
        ))}
      </Group>
      <Group title="File">
        <Fact term="Format">{[audio.container, audio.codec].filter(Boolean).join(', ') || unknown}</Fact>
        <Fact term="Samples">{`${count(audio.sample_rate_hz)} Hz, ${audio.channels} channels`}</Fact>
        <Fact term="Bit rate">{rate === null ? unknown : `${fixed(rate / 1000, 0)} kbit/s`}</Fact>
        <Fact term="Size">{bytes(analysis.source.bytes)}</Fact>
        <Fact term="Length">{clock(audio.duration_s, true)}</Fact>
        <Fact term="SHA-256">
          <span className={css.hash}>{analysis.source.sha256 ?? unknown}</span>
        </Fact>
        {origin && (
          <Fact term="Address">
            <Away to={origin.url}>{origin.url}</Away>
          </Fact>
        )}
        {origin?.artist && <Fact term="Artist">{origin.artist}</Fact>}
        {origin?.thumbnail && (
          <Fact term="Picture">
            <Away to={origin.thumbnail}>{new URL(origin.thumbnail).hostname}</Away>
          </Fact>
        )}
        {audio.warnings.map((warning) => (
          <Fact key={warning} term="Odd">
            {warning}
          </Fact>
        ))}
      </Group>
      <Group title="Model">
        <Fact term="Bundle">{`${verdict?.model?.name ?? unknown}, version ${verdict?.model?.version ?? unknown}`}</Fact>
        <Fact term="Learnt from">{verdict?.model?.trained_on ?? unknown}</Fact>
        <Fact term="AUC, unheard artists">{fixed(verdict?.model?.auc_grouped, 3)}</Fact>
        <Fact term="Calibration error">{percent(verdict?.model?.ece, 1)}</Fact>
        <Fact term="How good">
          <Link href="/lab">The Model Lab shows it</Link>
        </Fact>
        <Fact term="Engine">{`${engine.version}, features ${engine.features_version}`}</Fact>
      </Group>
      <Group title="What happened">
        <Fact term="Sent">{when(analysis.created_at)}</Fact>
        <Fact term="Finished">{when(analysis.finished_at)}</Fact>
        <Fact term="From memory">{analysis.cached ? 'yes, the same bytes were known' : 'no'}</Fact>
      </Group>
      {log.length > 0 && (
        <details className={css.log}>
          <summary>Event log</summary>
          <ol data-testid="log">
            {log.map((line, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added
              <li key={i}>
                <time className="num soft">{new Date(line.at).toLocaleTimeString()}</time> {line.text}
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

// To somebody else's site: a new tab that knows nothing of this one.
function Away({ to, children }: { to: string; children: string }) {
  return (
    <a href={to} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h3>{title}</h3>
      <dl>{children}</dl>
    </div>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}
