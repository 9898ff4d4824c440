// The share card: the track's disc and its verdict, 1200 x 630, drawn in the browser.
import type { Track } from '../api/types';
import { decodeDna } from '../dna/frames';
import { background, paintRing } from '../dna/paint/still';
import { clock, fixed, percent, unknown } from '../kit/format';
import { keyWords } from '../kit/words';
import { headline } from './reasoning';

const serif = '"Iowan Old Style", "Palatino Linotype", Palatino, P052, Georgia, "Liberation Serif", serif';
const sans = '-apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';

function wrapped(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (context.measureText(longer).width > width && line) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

function drawWords(context: CanvasRenderingContext2D, title: string, track: Track): void {
  const { verdict, features, audio } = track;
  context.fillStyle = background;
  context.fillRect(0, 0, 1200, 630);
  const tone = verdict?.label === 'HIT' ? '#76bdff' : '#ffa766';
  context.textBaseline = 'alphabetic';
  context.fillStyle = '#a4a9c9';
  context.font = `26px ${sans}`;
  const [first = '', ...more] = wrapped(context, title, 460);
  context.fillText(more.length > 0 ? `${first}…` : first, 56, 96);
  context.fillStyle = '#eef0ff';
  context.font = `64px ${serif}`;
  let y = 190;
  for (const line of wrapped(context, verdict ? headline(verdict) : 'Measured', 420)) {
    context.fillText(line, 54, y);
    y += 68;
  }
  if (verdict) {
    context.fillStyle = tone;
    context.font = `bold 28px ${sans}`;
    const mark = verdict.label === 'HIT' ? '▲' : '▽';
    context.fillText(`${mark} ${verdict.tier}`, 56, y + 4);
    context.fillStyle = '#eef0ff';
    context.font = `30px ${serif}`;
    const [low, high] = verdict.probability_interval;
    context.fillText(
      `${percent(verdict.probability)} probability, ${percent(low)} to ${percent(high)}`,
      56,
      y + 62,
    );
  }
  context.fillStyle = '#a4a9c9';
  context.font = `23px ${sans}`;
  const key =
    features.key === null || features.mode === null ? 'key unknown' : keyWords(features.key, features.mode);
  const facts = [
    features.tempo_bpm === null ? 'tempo unknown' : `${fixed(features.tempo_bpm, 1)} BPM`,
    key,
    features.integrated_lufs === null ? `loudness ${unknown}` : `${fixed(features.integrated_lufs, 1)} LUFS`,
    clock(audio.duration_s),
  ];
  context.fillText(facts.join('   '), 56, 530);
  context.font = `26px ${serif}`;
  context.fillStyle = '#eef0ff';
  context.fillText('hitscope', 56, 582);
}

// Twice as large, then shrunk: the seams between a thousand slim pieces would show.
function disc(dnaBytes: ArrayBuffer): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = 1200;
  canvas.height = 1200;
  const context = canvas.getContext('2d');
  if (context) {
    context.fillStyle = background;
    context.fillRect(0, 0, 1200, 1200);
    paintRing(context, decodeDna(dnaBytes), 1200, 1200);
  }
  return canvas;
}

export async function makeCard(dnaBytes: ArrayBuffer, title: string, track: Track): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = 1200;
  canvas.height = 630;
  const context = canvas.getContext('2d');
  if (!context) return null;
  drawWords(context, title, track);
  context.imageSmoothingQuality = 'high';
  context.drawImage(disc(dnaBytes), 580, 15, 600, 600);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
