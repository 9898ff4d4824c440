// Both pictures over one time, the second mirrored, with the ribbon of their difference; one of the two is
// heard, and switching keeps the place.
import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Track } from '../api/types';
import dna from '../dna/dna.module.css';
import { Finger } from '../dna/finger';
import type { Dna } from '../dna/frames';
import { trustedTempo, twistFor } from '../dna/helix';
import { paintDifference } from '../dna/paint/difference';
import { PairStage } from '../dna/pair_stage';
import { Player, type Sound } from '../dna/player';
import { SoundNote } from '../dna/SoundNote';
import type { View } from '../dna/scene';
import { clock, fixed } from '../kit/format';
import { useKeys } from '../kit/keys';
import { titleOf } from '../kit/words';
import css from './compare.module.css';

interface Props {
  dnas: readonly [Dna, Dna];
  ids: readonly [string, string];
  digests: readonly [string | null, string | null];
  tracks: readonly [Track, Track];
}

const sure = ({ features }: Track): boolean =>
  features.tempo_bpm !== null && (features.tempo_confidence ?? 0) >= trustedTempo;

export function PairPanel({ dnas, ids, digests, tracks }: Props) {
  const canAlign = sure(tracks[0]) && sure(tracks[1]);
  const [byBeat, setByBeat] = useState(false);
  const [view, setView] = useState<View>('helix');
  const [heard, setHeard] = useState<0 | 1>(0);
  const [playing, setPlaying] = useState(false);
  const [sounds, setSounds] = useState<[Sound, Sound]>(['none', 'none']);
  const host = useRef<HTMLDivElement>(null);
  const ribbon = useRef<HTMLCanvasElement>(null);
  const time = useRef<HTMLSpanElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const stage = useRef<PairStage | null>(null);
  const [players, setPlayers] = useState<[Player, Player] | null>(null);
  const finger = useRef(new Finger());
  const [bpmA, bpmB] = [tracks[0].features.tempo_bpm, tracks[1].features.tempo_bpm];
  const stretch = byBeat && canAlign && bpmA && bpmB ? bpmA / bpmB : 1;
  const state = useRef({ heard, stretch });
  state.current = { heard, stretch };

  useEffect(() => {
    const made: [Player, Player] = [new Player(dnas[0].duration), new Player(dnas[1].duration)];
    setPlayers(made);
    const stops = made.map((player) =>
      player.onChange(() => {
        setPlaying(made.some((each) => each.playing));
        setSounds([made[0].sound, made[1].sound]);
        stage.current?.wake();
      }),
    );
    let request = 0;
    const follow = () => {
      const { heard: slot, stretch: speed } = state.current;
      const player = made[slot];
      player.step();
      const now = player.now() / (slot === 0 ? 1 : speed);
      if (stage.current && stage.current.now !== now) {
        stage.current.now = now;
        stage.current.wake();
        if (time.current) time.current.textContent = clock(now, true);
        if (head.current) head.current.style.left = `${(100 * now) / stage.current.duration}%`;
      }
      request = requestAnimationFrame(follow);
    };
    request = requestAnimationFrame(follow);
    return () => {
      cancelAnimationFrame(request);
      for (const stop of stops) stop();
      for (const player of made) player.dispose();
    };
  }, [dnas]);

  useEffect(() => {
    if (!host.current) return;
    const width = host.current.clientWidth;
    const longest = Math.max(dnas[0].duration, dnas[1].duration / stretch);
    const twist = twistFor(bpmA, tracks[0].features.tempo_confidence, longest, width);
    const made = new PairStage(host.current, dna.canvas, { dnas, stretch, turn: twist.seconds }, () => {
      const canvas = ribbon.current;
      if (!canvas) return;
      canvas.width = Math.max(1, canvas.clientWidth);
      canvas.height = Math.max(1, canvas.clientHeight);
      paintDifference(canvas, dnas[0], dnas[1], made.span, {
        from: made.span.from * stretch,
        to: made.span.to * stretch,
      });
    });
    made.view = view;
    stage.current = made;
    return () => {
      stage.current = null;
      made.dispose();
    };
  }, [dnas, stretch, view, bpmA, tracks]);

  const at = () => stage.current?.now ?? 0;
  const seek = (seconds: number) => {
    players?.[heard].seek(seconds * (heard === 0 ? 1 : stretch));
    stage.current?.wake();
  };
  const listenTo = (slot: 0 | 1) => {
    if (!players || slot === heard) return;
    const now = at();
    const wasPlaying = players[heard].playing;
    players[heard].pause();
    players[slot].seek(now * (slot === 0 ? 1 : stretch));
    setHeard(slot);
    if (wasPlaying) void players[slot].play();
  };
  const toggle = () => players?.[heard].toggle();
  useKeys({
    ' ': toggle,
    ArrowLeft: () => seek(at() - 5),
    ArrowRight: () => seek(at() + 5),
    'Shift+ArrowLeft': () => seek(at() - 1),
    'Shift+ArrowRight': () => seek(at() + 1),
    Home: () => seek(0),
    '1': () => setView('helix'),
    '3': () => setView('lanes'),
  });

  const drag = (event: React.PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * (stage.current?.duration ?? 0));
  };
  return (
    <figure className={`${dna.stage} ${css.pair}`} aria-label="Both pictures" data-testid="pair">
      <div className={dna.bar}>
        <div className={dna.views}>
          {(['helix', 'lanes'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={view === each}
              className={css.toggle}
              onClick={() => setView(each)}
            >
              {each === 'helix' ? 'Helix' : 'Lanes'}
            </button>
          ))}
        </div>
        <label className={css.align}>
          <input
            type="checkbox"
            checked={byBeat && canAlign}
            disabled={!canAlign}
            onChange={(event) => setByBeat(event.target.checked)}
          />
          {canAlign ? 'Beat under beat' : 'Beat under beat: one tempo is not sure enough'}
        </label>
      </div>
      <div
        ref={host}
        className={css.field}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          if (event.pointerType === 'touch') finger.current.down(event.clientX, event.clientY);
          else drag(event);
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1 && !finger.current.undecided(event.clientX, event.clientY)) drag(event);
        }}
        onPointerUp={(event) => finger.current.lift(event.clientX, event.clientY) && drag(event)}
        onPointerCancel={() => finger.current.leave()}
      >
        <span className={css.nameA}>{titleOf(tracks[0].path, tracks[0])}</span>
        <span className={css.nameB}>{titleOf(tracks[1].path, tracks[1])}</span>
      </div>
      <div className={css.ribbon} aria-hidden="true">
        <canvas ref={ribbon} />
        <div ref={head} className={dna.head} />
      </div>
      <div className={dna.bar}>
        <button type="button" className={dna.play} onClick={toggle} aria-label={playing ? 'Pause' : 'Play'}>
          {playing ? <Pause size={20} aria-hidden="true" /> : <Play size={20} aria-hidden="true" />}
        </button>
        <span className={`${dna.time} num`}>
          <span ref={time}>0:00.0</span>
        </span>
        <div className={dna.views}>
          {([0, 1] as const).map((slot) => (
            <button
              key={slot}
              type="button"
              className={css.toggle}
              aria-pressed={heard === slot}
              onClick={() => listenTo(slot)}
            >
              Hear the {slot === 0 ? 'first' : 'second'}
            </button>
          ))}
        </div>
        {players &&
          ([0, 1] as const).map((slot) => (
            <div key={slot} className={css.sound} hidden={heard !== slot}>
              <SoundNote id={ids[slot]} sha256={digests[slot]} player={players[slot]} sound={sounds[slot]} />
            </div>
          ))}
      </div>
      <figcaption className={dna.text}>
        Above the first track, below the second, mirrored
        {stretch === 1
          ? ', second for second'
          : `, the second stretched by ${fixed(1 / stretch, 3)} so that the beats meet`}
        . The ribbon: blue where a band of the first is louder, orange where one of the second is, low bands
        at the bottom.
      </figcaption>
    </figure>
  );
}
