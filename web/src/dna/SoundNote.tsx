// Where the sound comes from: this browser's own copy of the file, or nowhere, and then how to bring it.
import { useEffect, useRef, useState } from 'react';
import { isSameFile, keep, take } from '../api/shelf';
import css from './dna.module.css';
import type { Player, Sound } from './player';

interface Props {
  id: string;
  sha256: string | null;
  player: Player | null;
  sound: Sound;
}

export function SoundNote({ id, sha256, player, sound }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [looked, setLooked] = useState(false);
  const [complaint, setComplaint] = useState('');

  useEffect(() => {
    if (!player) return;
    let here = true;
    void take(id).then(async (file) => {
      if (file && here) await player.give(file);
      if (here) setLooked(true);
    });
    return () => {
      here = false;
    };
  }, [id, player]);

  const bring = async (file: File) => {
    if ((await isSameFile(file, sha256)) === false) {
      setComplaint('That is another file than the one that was analysed.');
      return;
    }
    setComplaint('');
    await player?.give(file);
    void keep(id, file);
  };

  if (!looked || sound === 'ready') return <span className={css.note} data-sound={sound} />;
  return (
    <span className={css.note} data-sound={sound}>
      {sound === 'unplayable'
        ? 'This browser cannot play this format: it runs silently.'
        : 'The sound is not on this device: it runs silently. '}
      {sound === 'none' && (
        <>
          <button type="button" onClick={() => input.current?.click()}>
            Choose the file
          </button>
          <input
            ref={input}
            type="file"
            hidden
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void bring(file);
            }}
          />
        </>
      )}
      <span role="status"> {complaint}</span>
    </span>
  );
}
