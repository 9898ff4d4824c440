// The three views with a plain 2D canvas: where there is no WebGL2, for the share card, and for small discs.
// The same frames, colours and shapes as the shaders.
import { amber, bandColour, chromaColour, cyan, ink, pitchColour } from '../colour';
import { columnsOf } from '../columns';
import {
  bandCount,
  bandSeries,
  centroidSeries,
  chromaSeries,
  type Dna,
  onsetSeries,
  rmsSeries,
  sizeOfLoudness,
} from '../frames';
import { phaseAt, strand1, strand2, thickness } from '../helix';
import { lane } from '../lanes';
import { type Band, pointAt, rings } from '../ring';
import { rungFloats, rungsOf } from '../rungs';
import type { Scene } from '../scene';

export const background = '#090b18';
type Context = CanvasRenderingContext2D;

export function paintStill(context: Context, dna: Dna, scene: Scene): void {
  context.fillStyle = background;
  context.fillRect(0, 0, scene.width, scene.height);
  if (scene.view === 'ring') paintRing(context, dna, scene.width, scene.height);
  else if (scene.view === 'lanes') paintLanes(context, dna, scene);
  else paintHelix(context, dna, scene);
}

export function paintRing(context: Context, dna: Dna, width: number, height: number): void {
  const half = Math.min(width, height) / 2;
  const columns = Math.max(120, Math.min(540, Math.round(half * 2)));
  const arc = (column: number, { inner, outer }: Band, fill: string) => {
    const begin = column / columns;
    const end = begin + 1.08 / columns; // a hair over, so that no gap shows
    context.fillStyle = fill;
    context.beginPath();
    [pointAt(begin, outer), pointAt(end, outer), pointAt(end, inner), pointAt(begin, inner)].forEach(
      ({ x, y }, i) => {
        context[i === 0 ? 'moveTo' : 'lineTo'](width / 2 + x * half, height / 2 + y * half);
      },
    );
    context.fill();
  };
  const rows = (
    band: Band,
    count: number,
    row: (index: number) => (value: number) => string | null,
    first: number,
  ) => {
    const step = (band.outer - band.inner) / count;
    for (let r = 0; r < count; r += 1) {
      const values = columnsOf(dna, first + r, columns);
      const colour = row(r);
      const place = { inner: band.inner + r * step, outer: band.inner + (r + 1.05) * step };
      for (let c = 0; c < columns; c += 1) {
        const fill = colour(values[c]);
        if (fill) arc(c, place, fill);
      }
    }
  };
  const loud = columnsOf(dna, rmsSeries, columns);
  for (let c = 0; c < columns; c += 1) {
    const { inner, outer } = rings.rms;
    arc(c, { inner, outer: inner + (outer - inner) * sizeOfLoudness(loud[c]) }, ink);
  }
  rows(rings.bands, bandCount, () => bandColour, bandSeries);
  rows(rings.chroma, 12, (p) => (value) => (value > 0.15 ? chromaColour(p, value) : null), chromaSeries);
  const centroid = columnsOf(dna, centroidSeries, columns);
  context.strokeStyle = cyan;
  context.lineWidth = Math.max(1, half / 220);
  context.beginPath();
  for (let c = 0; c <= columns; c += 1) {
    const { inner, outer } = rings.centroid;
    const { x, y } = pointAt(c / columns, inner + (outer - inner) * centroid[c % columns]);
    context[c === 0 ? 'moveTo' : 'lineTo'](width / 2 + x * half, height / 2 + y * half);
  }
  context.stroke();
}

function paintLanes(context: Context, dna: Dna, scene: Scene): void {
  const { width, height, from, to } = scene;
  const columns = Math.max(1, Math.round(width / 2));
  const cell = width / columns;
  const series = (index: number) => columnsOf(dna, index, columns, from, to);
  const box = (name: Parameters<typeof lane>[0]) => {
    const { top, bottom } = lane(name);
    return { top: top * height, tall: (bottom - top) * height };
  };
  const bars = (
    name: 'rms' | 'onset',
    index: number,
    colour: string,
    mirrored: boolean,
    sized = (share: number) => share,
  ) => {
    const { top, tall } = box(name);
    context.fillStyle = colour;
    series(index).forEach((value, c) => {
      const size = sized(value) * tall;
      context.fillRect(
        c * cell,
        mirrored ? top + (tall - size) / 2 : top + tall - size,
        cell + 0.3,
        Math.max(size, 0.5),
      );
    });
  };
  const grid = (
    name: 'bands' | 'chroma',
    first: number,
    count: number,
    colour: (row: number, value: number) => string,
  ) => {
    const { top, tall } = box(name);
    const row = tall / count;
    for (let r = 0; r < count; r += 1) {
      series(first + r).forEach((value, c) => {
        context.fillStyle = colour(r, value);
        context.fillRect(c * cell, top + tall - (r + 1) * row, cell + 0.3, row + 0.3);
      });
    }
  };
  bars('rms', rmsSeries, ink, true, sizeOfLoudness);
  grid('bands', bandSeries, bandCount, (_, value) => bandColour(value));
  grid('chroma', chromaSeries, 12, chromaColour);
  bars('onset', onsetSeries, amber, false);
  const { top, tall } = box('centroid');
  context.strokeStyle = cyan;
  context.lineWidth = 1.5 * scene.scale;
  context.beginPath();
  series(centroidSeries).forEach((value, c) => {
    context[c === 0 ? 'moveTo' : 'lineTo']((c + 0.5) * cell, top + tall * (1 - value));
  });
  context.stroke();
}

function paintHelix(context: Context, dna: Dna, scene: Scene): void {
  const { width, height, from, to, scale } = scene;
  const columns = Math.max(2, Math.round(width / 3));
  const twist = { seconds: scene.turn, beats: null };
  const loud = columnsOf(dna, rmsSeries, columns, from, to);
  const centroid = columnsOf(dna, centroidSeries, columns, from, to);
  const xOf = (seconds: number) => ((seconds - from) / (to - from)) * width;
  const yOf = (y: number) => height * (0.5 - (y * scene.flip) / 2);
  const columnAt = (seconds: number) =>
    Math.max(0, Math.min(columns - 1, Math.floor(((seconds - from) / (to - from)) * columns)));
  const rungs = rungsOf(dna);
  for (let i = 0; i < rungs.length; i += rungFloats) {
    const seconds = rungs[i];
    if (seconds < from || seconds > to) continue;
    const phase = phaseAt(seconds, twist);
    context.globalAlpha = 0.6 + 0.4 * rungs[i + 1];
    context.strokeStyle = pitchColour(rungs[i + 2], 30 + 38 * rungs[i + 4]);
    context.lineWidth = (1.6 + 4.4 * rungs[i + 1]) * scale;
    context.beginPath();
    context.moveTo(xOf(seconds), yOf(strand1(phase).y));
    context.lineTo(xOf(seconds), yOf(strand2(phase, centroid[columnAt(seconds)]).y));
    context.stroke();
  }
  context.globalAlpha = 1;
  context.lineCap = 'round';
  const strand = (colour: string, yAt: (c: number) => number, thick: (c: number) => number) => {
    context.strokeStyle = colour;
    for (let c = 0; c + 1 < columns; c += 1) {
      context.lineWidth = thick(c) * scale;
      context.beginPath();
      context.moveTo(((c + 0.5) / columns) * width, yOf(yAt(c)));
      context.lineTo(((c + 1.5) / columns) * width, yOf(yAt(c + 1)));
      context.stroke();
    }
  };
  const phaseOf = (c: number) => phaseAt(from + ((c + 0.5) / columns) * (to - from), twist);
  strand(
    cyan,
    (c) => strand2(phaseOf(c), centroid[c]).y,
    () => 3.2,
  );
  strand(
    ink,
    (c) => strand1(phaseOf(c)).y,
    (c) => thickness(loud[c]),
  );
}
