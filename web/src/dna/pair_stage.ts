// Two tracks on one canvas: the first above, the second mirrored below it, over one time. The second may run at
// another speed, so that the beats of both lie under each other.
import type { Dna } from './frames';
import { DnaRenderer } from './gl/renderer';
import { paintStill } from './paint/still';
import { emptyScene, type Scene, type View } from './scene';
import { clampSpan, type Span } from './window';

export interface Pair {
  dnas: readonly [Dna, Dna];
  stretch: number; // seconds of the second for one of the first
  turn: number; // seconds of the first in one twist
}

export class PairStage {
  readonly duration: number; // on the clock of the first
  span: Span;
  now = 0;
  view: View = 'helix';
  private scenes: [Scene, Scene] = [emptyScene(), emptyScene()];
  private renderer: DnaRenderer | null = null;
  private canvas: HTMLCanvasElement;
  private request = 0;
  private observer: ResizeObserver;

  constructor(
    host: HTMLElement,
    className: string,
    private pair: Pair,
    private onResize: () => void,
  ) {
    const [a, b] = pair.dnas;
    this.duration = Math.max(a.duration, b.duration / pair.stretch);
    this.span = { from: 0, to: this.duration };
    this.canvas = document.createElement('canvas');
    try {
      this.renderer = new DnaRenderer(this.canvas);
      this.renderer.load(0, a);
      this.renderer.load(1, b);
    } catch (error) {
      console.warn('The picture is drawn without WebGL2:', error);
      this.canvas = document.createElement('canvas');
    }
    this.canvas.className = className;
    host.prepend(this.canvas);
    this.observer = new ResizeObserver(() => {
      this.onResize();
      this.wake();
    });
    this.observer.observe(this.canvas);
  }

  look(span: Span): void {
    this.span = clampSpan(span, this.duration);
    this.wake();
  }

  wake = (): void => {
    if (this.request === 0) this.request = requestAnimationFrame(this.frame);
  };

  private frame = (): void => {
    this.request = 0;
    const { canvas, span, pair } = this;
    const scale = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.max(1, Math.round(canvas.clientWidth * scale));
    const height = Math.max(2, Math.round(canvas.clientHeight * scale));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const half = Math.floor(height / 2);
    this.renderer?.begin();
    for (const slot of [0, 1] as const) {
      const scene = this.scenes[slot];
      const speed = slot === 0 ? 1 : pair.stretch;
      scene.view = this.view;
      scene.scale = scale;
      scene.aim += 1;
      scene.width = width;
      scene.height = half;
      scene.from = span.from * speed;
      scene.to = span.to * speed;
      scene.now = this.now * speed;
      scene.turn = pair.turn * speed;
      scene.flip = slot === 0 ? 1 : -1;
      if (this.renderer) this.renderer.draw(slot, scene, 0, slot === 0 ? height - half : 0);
      else this.paint(slot, scene, half);
    }
  };

  private paint(slot: 0 | 1, scene: Scene, half: number): void {
    const context = this.canvas.getContext('2d');
    if (!context) return;
    context.save();
    context.translate(0, slot === 0 ? 0 : half);
    paintStill(context, this.pair.dnas[slot], scene);
    context.restore();
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    this.observer.disconnect();
    this.renderer?.dispose();
    this.canvas.remove();
  }
}
