// Pointer and wheel on the picture: drag scrubs, Shift-drag loops, wheel and pinch zoom.
import { useEffect } from 'react';
import { Finger } from './finger';
import type { Player } from './player';
import type { Stage } from './stage';
import { loopOf, pan, type Span, zoomAt } from './window';

interface Wishes {
  onLoop(span: Span | null): void;
  onHover(x: number, y: number, seconds: number): void;
  onLeave(): void;
  onSettled(): void;
}

export function useGestures(
  element: HTMLElement | null,
  stage: Stage | null,
  player: Player | null,
  duration: number,
  wishes: Wishes,
): void {
  useEffect(() => {
    if (!element || !stage || !player) return;
    const pointers = new Map<number, { x: number; y: number }>();
    const finger = new Finger();
    let loopStart: number | null = null;
    let pinch = 0;

    const place = (event: PointerEvent | WheelEvent) => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const spread = () => {
      const [a, b] = [...pointers.values()];
      return Math.abs(a.x - b.x) + 1;
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      const at = place(event);
      pointers.set(event.pointerId, at);
      element.setPointerCapture(event.pointerId);
      if (pointers.size === 2) {
        pinch = spread();
        finger.leave();
        return;
      }
      const seconds = stage.timeAt(at.x, at.y);
      if (event.shiftKey) loopStart = seconds;
      else if (event.pointerType === 'touch' && stage.scene.view !== 'ring') finger.down(at.x, at.y);
      else player.seek(seconds);
    };
    const move = (event: PointerEvent) => {
      const at = place(event);
      const seconds = stage.timeAt(at.x, at.y);
      wishes.onHover(at.x, at.y, seconds);
      if (!pointers.has(event.pointerId)) return;
      pointers.set(event.pointerId, at);
      if (pointers.size === 2) {
        const now = spread();
        const [a, b] = [...pointers.values()];
        if (stage.scene.view !== 'ring') {
          stage.look(zoomAt(stage.span, stage.timeAt((a.x + b.x) / 2, 0), pinch / now, duration));
        }
        pinch = now;
      } else if (loopStart !== null) {
        wishes.onLoop(loopOf(loopStart, seconds, duration));
      } else if (!finger.undecided(at.x, at.y)) {
        player.seek(seconds);
      }
    };
    const up = (event: PointerEvent) => {
      const at = place(event);
      pointers.delete(event.pointerId);
      loopStart = null;
      if (finger.lift(at.x, at.y)) player.seek(stage.timeAt(at.x, at.y));
      wishes.onSettled();
    };
    const cancelled = (event: PointerEvent) => {
      pointers.delete(event.pointerId);
      loopStart = null;
      if (!finger.leave()) wishes.onSettled();
    };
    const wheel = (event: WheelEvent) => {
      if (stage.scene.view === 'ring') return; // all of it is always there; the page scrolls
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const whole = stage.span.to - stage.span.from >= duration - 0.01;
      if (whole && event.deltaY > 0 && !sideways) return; // nothing further out: the page scrolls
      event.preventDefault();
      if (sideways) {
        const perPixel = (stage.span.to - stage.span.from) / element.clientWidth;
        stage.look(pan(stage.span, event.deltaX * perPixel, duration));
        return;
      }
      const { x, y } = place(event);
      stage.look(zoomAt(stage.span, stage.timeAt(x, y), Math.exp(event.deltaY * 0.0015), duration));
    };
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', cancelled);
    element.addEventListener('pointerleave', wishes.onLeave);
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', cancelled);
      element.removeEventListener('pointerleave', wishes.onLeave);
      element.removeEventListener('wheel', wheel);
    };
  }, [element, stage, player, duration, wishes]);
}
