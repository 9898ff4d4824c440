// Keeps a picture on a canvas: WebGL2 where there is one, a plain canvas where not. It draws only while
// something moves, and each drawing is measured ("dna-frame" in the browser's own timeline).
import type { Dna } from './frames';
import { DnaRenderer } from './gl/renderer';
import { type Twist, twistFor } from './helix';
import { paintStill } from './paint/still';
import type { Player } from './player';
import { turnOf } from './ring';
import { emptyScene, type Scene, type View } from './scene';
import { clampSpan, follow, type Span } from './window';

export interface StageOptions {
  bpm: number | null;
  confidence: number | null;
  still: boolean; // no motion is wanted
  onFrame(now: number, span: Span): void;
  onTwist(twist: Twist): void;
}

export class Stage {
  readonly scene: Scene = emptyScene();
  span: Span;
  private renderer: DnaRenderer | null = null;
  private picture: HTMLCanvasElement | null = null; // of the fallback
  private pictureOf = '';
  private request = 0;
  private coarse = false;
  private pictureMoves = false; // another view or zoom was asked for
  private fits = false; // the canvas has the size that is wanted
  private mostCalls = 0; // of any frame of this view
  private rest = 0;
  private twist: Twist | null = null;
  private observer: ResizeObserver;
  private unsubscribe: () => void;

  private canvas: HTMLCanvasElement;

  // Puts a canvas of its own into `host`: a context that was given up cannot be had again, and a canvas that
  // once was asked for WebGL gives no other.
  constructor(
    host: HTMLElement,
    className: string,
    private dna: Dna,
    private player: Player,
    private options: StageOptions,
  ) {
    this.span = { from: 0, to: dna.duration };
    this.canvas = document.createElement('canvas');
    try {
      this.renderer = new DnaRenderer(this.canvas);
      this.renderer.load(0, dna);
      this.renderer.warm(0, this.scene);
    } catch (error) {
      console.warn('The picture is drawn without WebGL2:', error);
      this.renderer = null;
      this.canvas = document.createElement('canvas');
      this.canvas.dataset.fallback = 'canvas';
    }
    this.canvas.className = className;
    host.prepend(this.canvas);
    this.canvas.addEventListener('webglcontextlost', this.lost);
    this.canvas.addEventListener('webglcontextrestored', this.restored);
    this.observer = new ResizeObserver(this.resize);
    this.observer.observe(this.canvas);
    this.unsubscribe = player.onChange(this.wake);
    this.resize();
  }

  private lost = (event: Event): void => event.preventDefault();

  private restored = (): void => {
    this.renderer = new DnaRenderer(this.canvas);
    this.renderer.load(0, this.dna);
    this.wake();
  };

  private resize = (): void => {
    this.fits = false;
    this.ask();
  };

  // Only where it is drawn at once: a canvas of another size is empty.
  private fit(): void {
    const { scene, canvas } = this;
    this.fits = true;
    scene.scale = Math.min(2, window.devicePixelRatio || 1) * (this.coarse ? 0.5 : 1);
    scene.width = Math.max(1, Math.round(canvas.clientWidth * scene.scale));
    scene.height = Math.max(1, Math.round(canvas.clientHeight * scene.scale));
    if (canvas.width !== scene.width || canvas.height !== scene.height) {
      canvas.width = scene.width;
      canvas.height = scene.height;
    }
    scene.aim += 1;
    this.turnTo();
  }

  private ask(): void {
    const heavy = (!this.renderer || this.renderer.slow) && !this.player.playing;
    this.request ||= requestAnimationFrame(heavy ? this.soon : this.frame);
  }

  // Where a program stands in for the graphics processor, a picture takes longer than a person waits for the
  // answer to a key. The page shows its own answer first, the picture comes with the next frame.
  private soon = (): void => {
    this.options.onFrame(this.player.now(), this.span);
    this.request = requestAnimationFrame(this.frame);
  };

  show(view: View): void {
    this.scene.view = view;
    this.scene.aim += 1;
    this.pictureMoves = true;
    this.mostCalls = 0;
    this.turnTo();
    this.wake();
  }

  look(span: Span): void {
    this.span = clampSpan(span, this.dna.duration);
    this.scene.aim += 1;
    this.pictureMoves = true;
    this.turnTo();
    this.wake();
  }

  private turnTo(): void {
    const { bpm, confidence, onTwist } = this.options;
    const visible = this.span.to - this.span.from;
    const twist = twistFor(bpm, confidence, visible, this.scene.width / this.scene.scale);
    if (this.twist?.seconds === twist.seconds) return;
    this.twist = twist;
    this.scene.turn = twist.seconds;
    onTwist(twist);
  }

  // Seconds under a point of the canvas, in CSS pixels from its upper left corner.
  timeAt(x: number, y: number): number {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (this.scene.view === 'ring') return turnOf(x - width / 2, y - height / 2) * this.dna.duration;
    return this.span.from + (x / width) * (this.span.to - this.span.from);
  }

  // Without a graphics processor it is drawn coarser while something moves, and fine when it rests. On a plain
  // canvas the playhead alone costs nothing: there it is the picture that has to move.
  wake = (): void => {
    const { renderer, player } = this;
    const whole = this.span.to - this.span.from >= this.dna.duration;
    const moves = renderer ? renderer.slow : this.pictureMoves || (player.playing && !whole);
    if (moves) {
      if (!this.coarse) {
        this.coarse = true;
        this.fits = false;
      }
      window.clearTimeout(this.rest);
      this.rest = window.setTimeout(this.refine, 350);
    }
    this.pictureMoves = false;
    this.ask();
  };

  private refine = (): void => {
    if (this.player.playing) return;
    this.coarse = false;
    this.resize();
  };

  private frame = (): void => {
    this.request = 0;
    const { scene, player, options } = this;
    const started = measuring ? performance.now() : 0;
    if (!this.fits) this.fit();
    const now = player.step();
    if (player.playing) this.keepInSight(now);
    scene.now = now;
    scene.halo = options.still ? 0 : player.halo();
    scene.loopFrom = player.loopFrom;
    scene.loopTo = player.loopTo;
    if (scene.view === 'ring') {
      scene.from = 0;
      scene.to = this.dna.duration;
    } else {
      scene.from = this.span.from;
      scene.to = this.span.to;
    }
    if (this.renderer) {
      this.renderer.begin();
      this.renderer.draw(0, scene, 0, 0);
      if (this.renderer.drawCalls > this.mostCalls) {
        this.mostCalls = this.renderer.drawCalls;
        this.canvas.dataset.calls = String(this.mostCalls);
      }
    } else {
      this.paint();
    }
    options.onFrame(now, this.span);
    if (measuring) performance.measure('dna-frame', { start: started, end: performance.now() });
    if (player.playing) this.request = requestAnimationFrame(this.frame);
  };

  private keepInSight(now: number): void {
    if (!this.options.still) follow(this.span, now, this.dna.duration);
    else if (now > this.span.to || now < this.span.from) {
      const length = this.span.to - this.span.from;
      this.span = clampSpan({ from: now, to: now + length }, this.dna.duration);
    }
  }

  // Without WebGL2: the still picture is painted once for each place and size, the playhead over it.
  private paint(): void {
    const context = this.canvas.getContext('2d');
    if (!context) return;
    const { scene } = this;
    const wanted = `${scene.view} ${scene.width} ${scene.height} ${scene.from.toFixed(2)} ${scene.to.toFixed(2)}`;
    if (!this.picture || this.pictureOf !== wanted) {
      this.picture ??= document.createElement('canvas');
      this.picture.width = scene.width;
      this.picture.height = scene.height;
      const still = this.picture.getContext('2d');
      if (still) paintStill(still, this.dna, scene);
      this.pictureOf = wanted;
    }
    context.drawImage(this.picture, 0, 0);
    context.strokeStyle = '#f6f7ff';
    context.lineWidth = 1.5 * scene.scale;
    context.beginPath();
    if (scene.view === 'ring') {
      const angle = (scene.now / scene.to - 0.25) * 2 * Math.PI;
      const half = Math.min(scene.width, scene.height) / 2;
      context.moveTo(scene.width / 2, scene.height / 2);
      context.lineTo(scene.width / 2 + half * Math.cos(angle), scene.height / 2 + half * Math.sin(angle));
    } else {
      const x = ((scene.now - scene.from) / (scene.to - scene.from)) * scene.width;
      context.moveTo(x, 0);
      context.lineTo(x, scene.height);
    }
    context.stroke();
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    window.clearTimeout(this.rest);
    this.observer.disconnect();
    this.unsubscribe();
    this.canvas.removeEventListener('webglcontextlost', this.lost);
    this.canvas.removeEventListener('webglcontextrestored', this.restored);
    this.renderer?.dispose();
    this.canvas.remove();
  }
}

// Entries of the timeline pile up in memory, so they are made only where someone measures: ?measure
const measuring = new URLSearchParams(window.location.search).has('measure');
