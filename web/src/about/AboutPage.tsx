// What this is, what happens to a file, and how far a verdict carries.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import kit from '../kit/kit.module.css';
import { Mark } from '../kit/Mark';
import { useTitle } from '../kit/title';
import css from './about.module.css';

export default function AboutPage() {
  useTitle('About');
  return (
    <div className={`${kit.page} ${css.about}`}>
      <h1>It listens, counts, and says how sure it is.</h1>
      <Part title="The way of a track">
        <p>
          The file is sent to this server, decoded in a sandbox and measured in one pass: tempo, key,
          loudness, energy, brightness, onsets and length. From these, five models vote HIT or FLOP. The
          majority is the verdict; a calibrated probability says how much it is worth, and Shapley values say
          what it rests on.
        </p>
      </Part>
      <Part title="The four tiers">
        <dl className={css.tiers}>
          <div>
            <dt>
              <Mark label="HIT" /> ULTRA HIT
            </dt>
            <dd>five votes for HIT</dd>
          </div>
          <div>
            <dt>
              <Mark label="HIT" /> POTENTIAL
            </dt>
            <dd>three or four</dd>
          </div>
          <div>
            <dt>
              <Mark label="FLOP" /> RISKY
            </dt>
            <dd>one or two</dd>
          </div>
          <div>
            <dt>
              <Mark label="FLOP" /> TOTAL FLOP
            </dt>
            <dd>none</dd>
          </div>
        </dl>
      </Part>
      <Part title="How far it carries">
        <p>
          Not far, and it says so. Sound decides little of a track’s fate: the artist’s name, the marketing
          and the words decide more. The <Link href="/lab">Model Lab</Link> shows how often the models are
          right, on artists they never heard, against baselines that know next to nothing.
        </p>
      </Part>
      <Part title="Spectral DNA">
        <p>
          Forty-three times a second: how loud, how bright, how sudden, which of twelve pitches, how much in
          each of 24 bands. The helix, the ring and the lanes are three drawings of these numbers and of
          nothing else. The halo at the playhead is the sound you hear; it never flashes more than three times
          a second.
        </p>
      </Part>
      <Part title="What becomes of a file">
        <p>
          The server deletes the sound when it has been measured and keeps the numbers until you delete them.
          To play it along with its picture, this browser keeps a copy of what you dropped, on this device
          alone, and forgets it with the analysis. Nobody else sees your history, and no other site is ever
          asked for anything.
        </p>
      </Part>
      <Part title="For programs">
        <p>
          Everything here is an HTTP API, <a href="/docs">described with examples</a> and as{' '}
          <a href="/openapi.json">OpenAPI 3.1</a>. The same engine is a command line and a Python package.
        </p>
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h2>{title}</h2>
      <div>{children}</div>
    </section>
  );
}
