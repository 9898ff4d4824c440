// Links through the real server: yt-dlp, confined, fetches from a site of the tests on loopback
// (tests/e2e/music_site.py), the only address that the server is allowed to go to.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { test as base, expect } from './fixtures';
import { demo, Server } from './server';

const siteProgram = fileURLToPath(new URL('../../tests/e2e/music_site.py', import.meta.url));

async function startSite(): Promise<{ site: ChildProcess; address: string }> {
  const site = spawn('python3', [siteProgram, demo('paper-lanterns')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((found, lost) => {
    site.stdout?.once('data', (said: Buffer) => found(said.toString().trim()));
    site.once('exit', (code) => lost(new Error(`the site ended with ${code}`)));
  });
  return { site, address };
}

const test = base.extend<
  { open: (path: string) => Promise<void> },
  { music: { server: Server; address: string } }
>({
  music: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
    async ({}, use) => {
      const { site, address } = await startSite();
      const server = await new Server([
        '--network',
        'allow-list',
        '--network-allow',
        new URL(address).host,
      ]).start();
      await use({ server, address });
      await server.stop();
      site.stdin?.end();
    },
    { scope: 'worker' },
  ],
  open: async ({ page, music }, use) => {
    await use(async (path) => {
      await page.goto(music.server.url);
      await page.getByLabel('Or the address of one').fill(`${music.address}${path}`);
      await page.getByRole('button', { name: 'Listen' }).click();
    });
  },
});

const failure = (page: Page) => page.getByTestId('failure');

for (const path of ['/song.mp3', '/page.html', '/hls/list.m3u8', '/redirect/4', '/feed.xml']) {
  test(`${path}: its verdict and where it came from`, async ({ page, open }) => {
    await open(path);
    await expect(page).toHaveURL(/\/t\//);
    await expect(page.getByTestId('headline')).toHaveText(/[0-5] of 5 models say (HIT|FLOP)/);
    await expect(page.getByText('Paper Lanterns').first()).toBeVisible(); // the file's own tag comes first
    await expect(page.getByRole('link', { name: /127\.0\.0\.1/ }).first()).toBeVisible();
  });
}

test('bytes are shown as they come, and cancelling ends it', async ({ page, open, music, quiet }) => {
  await open('/slow');
  await expect(page.locator('[data-testid=listening][data-stage=fetching]')).toBeVisible();
  await expect(page.getByTestId('fetched')).toContainText(/[kM]B of [\d.]+ MB/);
  await page.getByRole('button', { name: 'Cancel and forget' }).click();
  await expect(page).toHaveURL(`${music.server.url}/`);
  quiet.length = 0; // the page asked once more for what was gone
});

for (const [path, type] of [
  ['/status/404', 'url-unreachable'],
  ['/status/401', 'url-needs-login'],
  ['/redirect-to?u=http://10.0.0.1/', 'url-blocked'],
  ['/text.mp3', 'unsupported-format'],
  ['/huge', 'too-large'],
] as const) {
  test(`${type}: from a real site`, async ({ page, open, quiet }) => {
    await open(path);
    await expect(failure(page)).toHaveAttribute('data-type', type);
    await expect(failure(page)).toContainText('Request id');
    quiet.length = 0;
  });
}

test('a feed of three becomes a batch of three', async ({ page, open }) => {
  await open('/feed3.xml');
  await expect(page.getByTestId('playlist').getByRole('listitem')).toHaveText([
    'Night 1',
    'Night 2',
    'Night 3',
  ]);
  await page.getByRole('button', { name: 'Analyse all 3 as a batch' }).click();
  await expect(page).toHaveURL(/\/batch$/);
  await expect(page.getByRole('row').filter({ hasText: /HIT|FLOP/ })).toHaveCount(3, { timeout: 60_000 });
});
