// Sizes after gzip, out of Vite's own manifest: what the first page loads, and what a track adds to it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
export const limits = { initial: 120_000, track: 110_000, css: 15_000 };

const packed = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

// The chunk and what it imports at once, not what it may import later.
function withImports(manifest, key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) withImports(manifest, next, seen);
  return seen;
}

export function sizes() {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8'));
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
  const first = withImports(manifest, entry);
  const track = [...withImports(manifest, 'src/track/TrackPage.tsx')].filter((key) => !first.has(key));
  // Motion's features come after the first paint, but they come on every page.
  const later = [...withImports(manifest, 'src/kit/motion_features.ts')].filter(
    (key) => !first.has(key) && !track.includes(key),
  );
  const sum = (keys) => keys.reduce((total, key) => total + packed(manifest[key].file), 0);
  const styles = new Set(Object.values(manifest).flatMap((chunk) => chunk.css ?? []));
  return {
    initial: sum([...first]) + packed('early.js'),
    track: sum(track) + sum(later),
    css: [...styles].reduce((total, file) => total + packed(file), 0),
  };
}
