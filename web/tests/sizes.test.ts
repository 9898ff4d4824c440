import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error a script without types
import { limits, sizes } from '../scripts/sizes.mjs';

// Only where web/dist was built before: `npm run build`.
it.skipIf(!existsSync(new URL('../dist/.vite/manifest.json', import.meta.url)))(
  'what is loaded stays small',
  () => {
    const { initial, track, css } = sizes();
    expect(initial).toBeLessThanOrEqual(limits.initial);
    expect(track).toBeLessThanOrEqual(limits.track);
    expect(css).toBeLessThanOrEqual(limits.css);
  },
);
