import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const web = fileURLToPath(new URL('..', import.meta.url));

function files(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

it('the client is the one that docs/api/openapi.yaml makes (npm run client)', () => {
  const out = mkdtempSync(join(tmpdir(), 'hitscope-client-'));
  try {
    execFileSync(process.execPath, [join(web, 'node_modules/@hey-api/openapi-ts/bin/run.js')], {
      cwd: web,
      env: { ...process.env, HITSCOPE_CLIENT_OUT: out },
      stdio: 'pipe',
    });
    expect(files(out)).toEqual(files(join(web, 'src/api/generated')));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}, 60_000);
