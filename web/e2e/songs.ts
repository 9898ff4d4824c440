// Songs by the product's own generator, beside the program: long and loud enough to find votes.
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { program } from './server.ts';

const synth = join(dirname(program), 'hitscope-synth');
export const hasSynth = existsSync(synth);

const songs = {
  'Glass Meridian': [
    '--style',
    'house',
    '--tempo',
    '126',
    '--key',
    'G',
    '--mode',
    'major',
    '--duration',
    '208',
    '--level',
    '-7',
    '--seed',
    '5',
  ],
  'Copper Tide': [
    '--style',
    'rock',
    '--tempo',
    '128',
    '--key',
    'D',
    '--mode',
    'major',
    '--duration',
    '236',
    '--level',
    '-8',
    '--seed',
    '8',
  ],
};
export type Song = keyof typeof songs;

export function song(title: Song): string {
  const path = join(tmpdir(), `hitscope-${title.toLowerCase().replace(' ', '-')}.flac`);
  if (existsSync(path)) return path;
  const part = path.replace('.flac', `.${process.pid}.flac`);
  execFileSync(synth, ['-o', part, '--arranged', '--title', title, ...songs[title]]);
  renameSync(part, path); // whole or not at all: another worker may be looking for it
  return path;
}
