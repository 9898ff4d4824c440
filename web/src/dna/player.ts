// Plays the file that was dropped here, by the browser's own decoder, and tells the time. Where there is no
// audio, a silent clock moves the playhead: the page says which of the two it is.
import { FlashLimiter } from './flash';

export type Sound = 'none' | 'ready' | 'unplayable';

export class Player {
  readonly audio = new Audio();
  sound: Sound = 'none';
  loopFrom = 0;
  loopTo = 0;
  private url: string | null = null;
  private context: AudioContext | null = null;
  private analyser: AnalyserNode | null = null;
  private samples = new Float32Array(1024);
  private limiter = new FlashLimiter();
  private silentPlaying = false;
  private silentAt = 0;
  private silentSince = 0;
  private heardAt = 0;
  private heardTime = -1;
  private listeners = new Set<() => void>();

  constructor(private duration: number) {
    this.audio.preload = 'auto';
    for (const name of ['play', 'pause', 'seeked', 'ended', 'ratechange'] as const) {
      this.audio.addEventListener(name, this.tell);
    }
    // The frames may reach a little further than the sound: a loop to their end is one to the sound's end.
    this.audio.addEventListener('ended', () => {
      if (this.loopTo <= this.loopFrom) return;
      this.seek(this.loopFrom);
      void this.play();
    });
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell = (): void => {
    this.heardTime = -1;
    for (const listener of this.listeners) listener();
  };

  give(file: File): Promise<Sound> {
    this.release();
    this.url = URL.createObjectURL(file);
    return new Promise((resolve) => {
      const settle = (sound: Sound) => {
        this.audio.removeEventListener('loadedmetadata', good);
        this.audio.removeEventListener('error', bad);
        // A silent run that had begun goes on with sound.
        const at = this.now();
        const running = this.silentPlaying;
        this.sound = sound;
        if (sound === 'ready') {
          this.silentPlaying = false;
          this.audio.currentTime = at;
          if (running) void this.play();
        }
        this.tell();
        resolve(sound);
      };
      const good = () => settle('ready');
      const bad = () => settle('unplayable');
      this.audio.addEventListener('loadedmetadata', good);
      this.audio.addEventListener('error', bad);
      this.audio.src = this.url ?? '';
    });
  }

  get playing(): boolean {
    return this.sound === 'ready' ? !this.audio.paused : this.silentPlaying;
  }

  // Seconds into the track as they are heard now: interpolated between the element's own steps, less what the
  // sound card still holds back.
  now(): number {
    if (this.sound !== 'ready') {
      if (!this.silentPlaying) return this.silentAt;
      return Math.min(this.duration, this.silentAt + (performance.now() - this.silentSince) / 1000);
    }
    const { currentTime, paused } = this.audio;
    if (paused) return currentTime;
    const clock = performance.now();
    if (currentTime !== this.heardTime) {
      this.heardTime = currentTime;
      this.heardAt = clock;
    }
    const latency = this.context?.outputLatency ?? 0;
    return Math.max(0, currentTime + Math.min(0.25, (clock - this.heardAt) / 1000) - latency);
  }

  // Once a frame: what `now` says, after the loop's end and the end of a silent run were looked to.
  step(): number {
    const now = this.now();
    if (!this.playing) return now;
    if (this.loopTo > this.loopFrom && (now >= this.loopTo || now < this.loopFrom - 0.05)) {
      this.seek(this.loopFrom);
      return this.now();
    }
    if (this.sound !== 'ready' && now >= this.duration) this.pause();
    return now;
  }

  // How loud the playing audio is at this moment, 0..1, with its flashes limited.
  halo(): number {
    if (!this.analyser || !this.playing || this.sound !== 'ready') return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (let i = 0; i < this.samples.length; i += 1) sum += this.samples[i] * this.samples[i];
    const rms = Math.sqrt(sum / this.samples.length);
    return this.limiter.next(performance.now() / 1000, Math.min(1, rms * 2.5));
  }

  private connect(): void {
    if (this.context) return;
    try {
      this.context = new AudioContext();
      this.analyser = this.context.createAnalyser();
      this.analyser.fftSize = 1024;
      this.context.createMediaElementSource(this.audio).connect(this.analyser);
      this.analyser.connect(this.context.destination);
    } catch {
      this.analyser = null; // it plays without a halo
    }
  }

  async play(): Promise<void> {
    if (this.sound === 'ready') {
      this.connect();
      if (this.audio.currentTime >= this.duration - 0.05) this.audio.currentTime = this.loopFrom;
      await this.context?.resume();
      await this.audio.play().catch(() => this.tell());
      return;
    }
    if (this.silentAt >= this.duration - 0.05) this.silentAt = this.loopFrom;
    this.silentSince = performance.now();
    this.silentPlaying = true;
    this.tell();
  }

  pause(): void {
    if (this.sound === 'ready') {
      this.audio.pause();
      return;
    }
    this.silentAt = this.now();
    this.silentPlaying = false;
    this.tell();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else void this.play();
  }

  seek(seconds: number): void {
    const to = Math.max(0, Math.min(this.duration, seconds));
    this.silentAt = to;
    this.silentSince = performance.now();
    if (this.sound === 'ready') this.audio.currentTime = to;
    this.tell();
  }

  loop(from: number, to: number): void {
    this.loopFrom = from;
    this.loopTo = to;
    this.tell();
  }

  private release(): void {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = null;
  }

  dispose(): void {
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    void this.context?.close();
    this.release();
    this.listeners.clear();
  }
}
