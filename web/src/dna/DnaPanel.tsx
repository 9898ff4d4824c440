// The picture, or why there is none.
import { useMemo } from 'react';
import { troubleIn } from '../api/problem';
import type { Analysis, TrackFeatures } from '../api/types';
import { DnaStage } from './DnaStage';
import css from './dna.module.css';
import { type Dna, decodeDna } from './frames';

interface Props {
  analysis: Analysis;
  bytes: ArrayBuffer | undefined;
  error: Error | null;
  features: TrackFeatures;
}

export function DnaPanel({ analysis, bytes, error, features }: Props) {
  const dna = useMemo((): Dna | null => {
    if (!bytes) return null;
    try {
      return decodeDna(bytes);
    } catch {
      return null;
    }
  }, [bytes]);
  if (analysis.links.dna === null) return <p className="soft">There is no Spectral DNA of this track.</p>;
  if (error && !bytes)
    return <p role="alert">The Spectral DNA could not be read: {troubleIn(error).title}</p>;
  if (bytes && !dna) return <p role="alert">The Spectral DNA that arrived is damaged.</p>;
  if (!dna) return <div className={`${css.stage} ${css.waiting}`} aria-busy="true" />;
  return (
    <>
      <DnaStage
        id={analysis.id}
        sha256={analysis.source.sha256}
        dna={dna}
        keyName={features.key_name}
        bpm={features.tempo_bpm}
        confidence={features.tempo_confidence}
      />
      <img
        className={css.printed}
        src={`${analysis.links.dna_svg}?view=helix`}
        alt="Spectral DNA, helix"
        loading="lazy"
      />
    </>
  );
}
