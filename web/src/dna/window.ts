// The part of a track that is on show, and how it moves: all of it pure, so that dragging, wheeling and
// pinching are one arithmetic.
export interface Span {
  from: number;
  to: number;
}

export const narrowest = 0.5; // seconds

export function clampSpan(span: Span, duration: number): Span {
  const length = Math.min(duration, Math.max(Math.min(narrowest, duration), span.to - span.from));
  const from = Math.min(Math.max(0, span.from), duration - length);
  return { from, to: from + length };
}

// `at` (seconds) stays where it is on the screen; factor below 1 comes nearer.
export function zoomAt(span: Span, at: number, factor: number, duration: number): Span {
  const length = Math.min(duration, Math.max(Math.min(narrowest, duration), (span.to - span.from) * factor));
  const share = (at - span.from) / (span.to - span.from);
  return clampSpan({ from: at - share * length, to: at + (1 - share) * length }, duration);
}

export function pan(span: Span, seconds: number, duration: number): Span {
  const length = span.to - span.from;
  return clampSpan({ from: span.from + seconds, to: span.from + seconds + length }, duration);
}

// While it plays, the playhead stands still at a third and the track passes by.
// In place: it is asked once a frame, and a frame allocates nothing.
export function follow(span: Span, now: number, duration: number): void {
  const length = span.to - span.from;
  if (length >= duration - 1e-6) return;
  span.from = Math.min(Math.max(0, now - length / 3), duration - length);
  span.to = span.from + length;
}

// What is long enough to be repeated, within the track; null where it is not.
export function loopOf(a: number, b: number, duration: number): Span | null {
  const from = Math.max(0, Math.min(a, b));
  const to = Math.min(duration, Math.max(a, b));
  return to - from >= 0.1 ? { from, to } : null;
}

export function readLoop(text: string | null, duration: number): Span | null {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text ?? '');
  if (!match) return null;
  const from = Math.min(Number(match[1]), duration);
  const to = Math.min(Number(match[2]), duration);
  return to - from >= 0.05 ? { from, to } : null;
}
