// A long track made here: a beat, a bass and a chord that changes, 16 bit mono at 22 050 Hz. Real audio, really
// measured; its length is what is wanted.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rate = 22050;
const block = 1024;

// Four bars, over and over: 120 BPM, another chord every bar. Worked out once: there are millions of samples.
const roots = [220, 174.61, 261.63, 196];
const bars = Float32Array.from({ length: 8 * rate }, (_, i) => {
  const t = i / rate;
  const beat = (t * 2) % 1;
  const root = roots[Math.floor(t / 2)];
  const kick = Math.sin(2 * Math.PI * 55 * beat) * Math.exp(-9 * beat);
  const chord = [1, 1.26, 1.5].reduce((sum, step) => sum + Math.sin(2 * Math.PI * root * step * t), 0) / 9;
  return 0.5 * kick + chord;
});
const hat = Float32Array.from(
  { length: Math.round(rate / 4) },
  (_, i) => 0.2 * Math.exp((-40 * 4 * i) / rate),
);

export function longTrack(seconds: number, seed = 1): string {
  const path = join(tmpdir(), `hitscope-long-${seconds}-${seed}.wav`);
  if (existsSync(path)) return path;
  const count = Math.round(seconds * rate);
  const wav = Buffer.from(new ArrayBuffer(44 + 2 * count));
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + 2 * count, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(2 * rate, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(2 * count, 40);
  const samples = new Int16Array(wav.buffer, wav.byteOffset + 44, count); // little-endian, as all that runs this
  let noise = seed * 2654435761;
  for (let begin = 0; begin < count; begin += block) {
    const loud = 26000 * (0.6 + 0.4 * Math.sin((2 * Math.PI * begin) / rate / 40)); // swells
    const end = Math.min(count, begin + block);
    for (let i = begin; i < end; i += 1) {
      noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
      samples[i] = loud * (bars[i % bars.length] + (noise / 2 ** 31) * hat[i % hat.length]);
    }
  }
  // Whole or not at all: another worker may be looking for it.
  const part = `${path}.${process.pid}`;
  writeFileSync(part, wav);
  renameSync(part, path);
  return path;
}
