// The Spectral DNA with its player: three views of the same frames, driven by the sound of the dropped file.
import { Pause, Play, Repeat, ZoomIn, ZoomOut } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { announce } from '../kit/announce';
import { clock, fixed } from '../kit/format';
import { useKeys } from '../kit/keys';
import { useStillness } from '../kit/motion_wish';
import { changeSetting, setting } from '../kit/settings';
import { describeDna, type Moment, momentAt } from './describe';
import css from './dna.module.css';
import { type Dna, frameAt } from './frames';
import { HoverCard } from './HoverCard';
import { type Twist, trustedTempo } from './helix';
import { Labels } from './Labels';
import { Numbers } from './Numbers';
import { Overview, type OverviewHandle } from './Overview';
import { Player, type Sound } from './player';
import { SoundNote } from './SoundNote';
import { type View, views } from './scene';
import { Stage } from './stage';
import { useGestures } from './useGestures';
import { loopOf, readLoop, type Span, zoomAt } from './window';

interface Props {
  id: string;
  sha256: string | null;
  dna: Dna;
  keyName: string | null;
  bpm: number | null;
  confidence: number | null;
}

const words: Record<View, string> = { helix: 'Helix', ring: 'Ring', lanes: 'Lanes' };

function fromAddress(duration: number) {
  const query = new URLSearchParams(window.location.search);
  const view = views.find((each) => each === query.get('view')) ?? setting('view');
  const t = Number(query.get('t'));
  return {
    view,
    t: Number.isFinite(t) ? Math.max(0, Math.min(duration, t)) : 0,
    loop: readLoop(query.get('loop'), duration),
  };
}

function toAddress(view: View, t: number, loop: Span | null): void {
  const query = new URLSearchParams(window.location.search);
  query.set('view', view);
  query.set('t', t.toFixed(1));
  if (loop) query.set('loop', `${loop.from.toFixed(2)}-${loop.to.toFixed(2)}`);
  else query.delete('loop');
  // The router must not see this as going somewhere: only the address to copy changes.
  window.history.replaceState(window.history.state, '', `${window.location.pathname}?${query}`);
}

export function DnaStage({ id, sha256, dna, keyName, bpm, confidence }: Props) {
  const [initial] = useState(() => fromAddress(dna.duration));
  const [view, setView] = useState<View>(initial.view);
  const viewNow = useRef(view);
  viewNow.current = view;
  const [loop, setLoop] = useState<Span | null>(initial.loop);
  const [playing, setPlaying] = useState(false);
  const [sound, setSound] = useState<Sound>('none');
  const [twist, setTwist] = useState<Twist | null>(null);
  const [hover, setHover] = useState<{ moment: Moment; x: number; y: number; flip: boolean } | null>(null);
  const [stage, setStage] = useState<Stage | null>(null);
  const [player, setPlayer] = useState<Player | null>(null);
  const [field, setField] = useState<HTMLDivElement | null>(null);
  const clockText = useRef<HTMLSpanElement>(null);
  const overview = useRef<OverviewHandle | null>(null);
  const labels = useRef<HTMLDivElement>(null);
  const still = useStillness();
  const text = useMemo(() => describeDna(dna, keyName, bpm), [dna, keyName, bpm]);

  useEffect(() => {
    const made = new Player(dna.duration);
    made.seek(initial.t);
    setPlayer(made);
    const stop = made.onChange(() => {
      setPlaying(made.playing);
      setSound(made.sound);
    });
    return () => {
      stop();
      made.dispose();
    };
  }, [dna, initial]);

  useEffect(() => {
    if (!field || !player) return;
    let [lastSecond, lastTenth, lastAxis] = [-1, -1, -1];
    let shown: View | null = null;
    const made = new Stage(field, css.canvas, dna, player, {
      bpm,
      confidence,
      still,
      onFrame(now, span) {
        overview.current?.move(now, span);
        const tenth = Math.floor(now * 10);
        if (tenth !== lastTenth && clockText.current) {
          lastTenth = tenth;
          clockText.current.textContent = clock(now, true);
        }
        const axis = Math.floor(span.from * 10) * 1e6 + Math.floor(span.to * 10);
        if ((axis !== lastAxis || shown !== viewNow.current) && labels.current) {
          lastAxis = axis;
          shown = viewNow.current; // its labels are new and empty
          moveAxis(labels.current, span);
        }
        const second = Math.floor(now);
        if (second !== lastSecond) {
          lastSecond = second;
          field.setAttribute('aria-valuenow', now.toFixed(1));
          field.setAttribute('aria-valuetext', `${clock(now)} of ${clock(dna.duration)}`);
        }
      },
      onTwist: setTwist,
    });
    setStage(made);
    return () => {
      made.dispose();
      setStage(null);
    };
  }, [dna, player, bpm, confidence, still, field]);

  const settle = () => player && toAddress(view, player.now(), loop);
  const settled = useRef(settle);
  settled.current = settle;

  useEffect(() => stage?.show(view), [stage, view]);
  const known = useRef(loop);
  useEffect(() => {
    player?.loop(loop?.from ?? 0, loop?.to ?? 0);
    if (known.current === loop) return;
    known.current = loop;
    settled.current();
  }, [player, loop]);

  const wishes = useMemo(
    () => ({
      onLoop: setLoop,
      onHover(x: number, y: number, seconds: number) {
        if (seconds < 0 || seconds > dna.duration) return setHover(null);
        setHover({
          moment: momentAt(dna, frameAt(dna, seconds)),
          x,
          y,
          flip: x > (field?.clientWidth ?? 0) / 2,
        });
      },
      onLeave: () => setHover(null),
      onSettled: () => settled.current(),
    }),
    [dna, field],
  );
  useGestures(field, stage, player, dna.duration, wishes);

  const choose = (next: View) => {
    setView(next);
    changeSetting('view', next);
    if (player) toAddress(next, player.now(), loop);
    announce(`${words[next]} view`);
  };
  const seek = (seconds: number) => {
    player?.seek(seconds);
    settle();
  };
  const step = (seconds: number) => player && seek(player.now() + seconds);
  const toggle = () => {
    player?.toggle();
    settle();
  };
  const zoom = (factor: number) =>
    player && stage?.look(zoomAt(stage.span, player.now(), factor, dna.duration));
  const loopFrom = () => {
    if (!player) return;
    const from = player.now();
    setLoop(
      loop && Math.abs(loop.from - from) < 0.05
        ? null
        : loopOf(from, loop && loop.to > from ? loop.to : dna.duration, dna.duration),
    );
  };
  const loopTo = () => {
    if (!player) return;
    const to = player.now();
    setLoop(loopOf(loop && loop.from < to ? loop.from : 0, to, dna.duration));
  };

  useKeys({
    ' ': toggle,
    ArrowLeft: () => step(-5),
    ArrowRight: () => step(5),
    'Shift+ArrowLeft': () => step(-1),
    'Shift+ArrowRight': () => step(1),
    PageUp: () => step(10),
    PageDown: () => step(-10),
    Home: () => seek(0),
    End: () => seek(dna.duration),
    '[': loopFrom,
    ']': loopTo,
    '+': () => zoom(0.6),
    '=': () => zoom(0.6),
    '-': () => zoom(1 / 0.6),
    '1': () => choose('helix'),
    '2': () => choose('ring'),
    '3': () => choose('lanes'),
  });

  return (
    <figure className={css.stage} aria-label="Spectral DNA" data-testid="dna">
      <div className={css.bar}>
        <div className={css.views} role="radiogroup" aria-label="View">
          {views.map((each, i) => (
            // biome-ignore lint/a11y/useSemanticElements: a set of buttons that chooses one, as the pattern has it
            <button
              key={each}
              type="button"
              role="radio"
              aria-checked={view === each}
              tabIndex={view === each ? 0 : -1}
              onClick={() => choose(each)}
              onKeyDown={(event) => {
                const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
                if (!move) return;
                event.preventDefault();
                const to = (i + move + views.length) % views.length;
                choose(views[to]);
                (event.currentTarget.parentElement?.children[to] as HTMLElement | undefined)?.focus();
              }}
            >
              {words[each]}
            </button>
          ))}
        </div>
        <p className={css.caption}>
          <Caption view={view} twist={twist} bpm={bpm} confidence={confidence} />
        </p>
      </div>
      <div
        ref={setField}
        className={css.field}
        data-view={view}
        role="slider"
        tabIndex={0}
        aria-label="Position in the track"
        aria-valuemin={0}
        aria-valuemax={Number(dna.duration.toFixed(1))}
        aria-valuenow={0}
        aria-describedby={`dna-text-${id}`}
      >
        <Labels ref={labels} view={view} />
        {hover && <HoverCard {...hover} />}
      </div>
      <Overview dna={dna} loop={loop} handle={overview} onSeek={seek} />
      <div className={css.bar}>
        <button
          type="button"
          className={css.play}
          onClick={toggle}
          disabled={!player}
          aria-label={playing ? 'Pause' : 'Play'}
        >
          {playing ? <Pause size={20} aria-hidden="true" /> : <Play size={20} aria-hidden="true" />}
        </button>
        <span className={`${css.time} num`}>
          <span ref={clockText}>{clock(initial.t, true)}</span> / {clock(dna.duration)}
        </span>
        <SoundNote id={id} sha256={sha256} player={player} sound={sound} />
        <div className={css.tools}>
          {loop && (
            <button type="button" onClick={() => setLoop(null)}>
              <Repeat size={16} aria-hidden="true" /> {clock(loop.from, true)} to {clock(loop.to, true)}
              <span className="unseen">, clear the loop</span>
            </button>
          )}
          <button
            type="button"
            onClick={() => zoom(1 / 0.6)}
            aria-label="Further away"
            disabled={view === 'ring'}
          >
            <ZoomOut size={18} aria-hidden="true" />
          </button>
          <button type="button" onClick={() => zoom(0.6)} aria-label="Nearer" disabled={view === 'ring'}>
            <ZoomIn size={18} aria-hidden="true" />
          </button>
        </div>
      </div>
      <figcaption id={`dna-text-${id}`} className={css.text}>
        {text}
      </figcaption>
      <Numbers dna={dna} />
    </figure>
  );
}

function moveAxis(labels: HTMLDivElement, span: Span): void {
  const ticks = labels.querySelectorAll<HTMLElement>('[data-tick]');
  ticks.forEach((tick, i) => {
    const next = clock(
      span.from + ((span.to - span.from) * i) / (ticks.length - 1),
      span.to - span.from < 20,
    );
    if (tick.textContent !== next) tick.textContent = next;
  });
}

function Caption({
  view,
  twist,
  bpm,
  confidence,
}: {
  view: View;
  twist: Twist | null;
  bpm: number | null;
  confidence: number | null;
}) {
  if (view === 'ring')
    return 'Clockwise from the top. From the outside in: loudness, 24 bands, 12 pitches, centroid.';
  if (view === 'lanes') return 'Every series under the others over one time.';
  const turn =
    twist?.beats && bpm
      ? `One turn is ${twist.beats} beats at ${fixed(bpm, 1)} BPM.`
      : `One turn is ${fixed(twist?.seconds ?? null, 0)} s: the tempo is ${
          bpm === null
            ? 'unknown'
            : (confidence ?? 0) < trustedTempo
              ? 'not sure enough to turn by'
              : 'unknown'
        }.`;
  return `White strand: as thick as it is loud. Blue strand: as far out as it is bright. Rungs: onsets, in the hue of their pitch. ${turn}`;
}
