// The whole track as a waveform of its RMS, with the part on show and the playhead: the wave scanner.
import { useEffect, useRef } from 'react';
import { columnsOf } from './columns';
import css from './dna.module.css';
import { type Dna, rmsSeries, sizeOfLoudness } from './frames';
import type { Span } from './window';

export interface OverviewHandle {
  move(now: number, span: Span): void;
}

interface Props {
  dna: Dna;
  loop: Span | null;
  handle: { current: OverviewHandle | null };
  onSeek: (seconds: number) => void;
}

export function Overview({ dna, loop, handle, onSeek }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const part = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const paint = () => {
      const scale = Math.min(2, window.devicePixelRatio || 1);
      element.width = Math.max(1, Math.round(element.clientWidth * scale));
      element.height = Math.max(1, Math.round(element.clientHeight * scale));
      const context = element.getContext('2d');
      if (!context) return;
      const step = 3 * scale;
      const columns = Math.max(1, Math.floor(element.width / step));
      const loud = columnsOf(dna, rmsSeries, columns);
      context.fillStyle = '#a4a9c9';
      for (let c = 0; c < columns; c += 1) {
        const tall = Math.max(scale, sizeOfLoudness(loud[c]) * element.height);
        context.fillRect(c * step, (element.height - tall) / 2, step * 0.62, tall);
      }
    };
    const observer = new ResizeObserver(paint);
    observer.observe(element);
    return () => observer.disconnect();
  }, [dna]);

  useEffect(() => {
    // Asked once a frame, but the page is touched only where half a pixel would change.
    let [shownNow, shownFrom, shownTo] = [-1, -1, -1];
    handle.current = {
      move(now, span) {
        const { duration } = dna;
        const step = duration / 2 / (canvas.current?.clientWidth || 1000);
        if (head.current && Math.abs(now - shownNow) >= step) {
          shownNow = now;
          head.current.style.left = `${(100 * now) / duration}%`;
        }
        if (!part.current || (Math.abs(span.from - shownFrom) < step && Math.abs(span.to - shownTo) < step))
          return;
        shownFrom = span.from;
        shownTo = span.to;
        part.current.style.left = `${(100 * span.from) / duration}%`;
        part.current.style.width = `${(100 * (span.to - span.from)) / duration}%`;
        part.current.hidden = span.to - span.from > duration - 0.01;
      },
    };
    return () => {
      handle.current = null;
    };
  }, [dna, handle]);

  const seek = (event: React.PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onSeek(((event.clientX - box.left) / box.width) * dna.duration);
  };

  return (
    <div
      className={css.overview}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => event.buttons === 1 && seek(event)}
    >
      <canvas ref={canvas} />
      {loop && (
        <div
          className={css.loop}
          style={{
            left: `${(100 * loop.from) / dna.duration}%`,
            width: `${(100 * (loop.to - loop.from)) / dna.duration}%`,
          }}
        />
      )}
      <div ref={part} className={css.part} hidden />
      <div ref={head} className={css.head} />
    </div>
  );
}
