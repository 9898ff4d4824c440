// The ribbon between two tracks: blue where the upper is louder, orange where the lower is, dark where alike.

import { differenceOf } from '../difference';
import type { Dna } from '../frames';
import type { Span } from '../window';
import { background } from './still';

export function paintDifference(canvas: HTMLCanvasElement, a: Dna, b: Dna, spanA: Span, spanB: Span): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { width, height } = canvas;
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  const columns = Math.max(1, Math.round(width / 3));
  const rows = differenceOf(a, b, spanA, spanB, columns);
  const tall = height / rows.length;
  rows.forEach((row, band) => {
    row.forEach((apart, c) => {
      const strength = Math.min(1, Math.abs(apart) * 3.5);
      if (!(strength > 0.04)) return;
      context.fillStyle = apart > 0 ? `rgb(118 189 255 / ${strength})` : `rgb(255 167 102 / ${strength})`;
      context.fillRect((c * width) / columns, height - (band + 1) * tall, width / columns + 0.4, tall + 0.4);
    });
  });
}
