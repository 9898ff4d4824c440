// Every state a track can be in, reached through the real server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { analyse, expect, test } from './fixtures';
import { longTrack } from './long_track';
import { demo, hasShared, odd, Server } from './server';

async function throttle(page: Page, bytesPerSecond: number): Promise<() => Promise<void>> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const set = (upload: number) =>
    cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: upload < 0 ? 0 : 40,
      downloadThroughput: -1,
      uploadThroughput: upload,
    });
  await set(bytesPerSecond);
  return async () => {
    await set(-1);
  };
}

const failure = (page: Page) => page.getByTestId('failure');

async function send(
  page: Page,
  server: Server,
  file: string | { name: string; mimeType: string; buffer: Buffer },
) {
  await page.goto(`${server.url}/`);
  await page.getByTestId('files').setInputFiles(file);
}

test('empty: nothing heard yet', async ({ page, server }) => {
  await page.goto(`${server.url}/history`);
  await expect(page.getByText('Nothing heard yet.')).toBeVisible();
  await page.goto(`${server.url}/batch`);
  await expect(page.getByRole('heading', { name: 'A whole shelf at once' })).toBeVisible();
  await page.goto(`${server.url}/compare`);
  await expect(page.getByText('It takes two finished analyses.')).toBeVisible();
});

test('uploading on a slow network: bytes, rate, cancel, again', async ({ page, server }) => {
  await page.goto(server.url);
  const fast = await throttle(page, 400_000);
  await page.getByTestId('files').setInputFiles(demo('neon-avenue'));
  await expect(page.getByTestId('sending')).toContainText(/of 3\.8 MB/);
  await expect(page.getByTestId('sending')).toContainText(/kB\/s/);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(failure(page)).toHaveAttribute('data-type', 'cancelled');
  await fast();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('result')).toBeVisible();
});

test('queued with its place, analysing by true stages, votes one by one', async ({ page }) => {
  const server = await new Server(['--workers', '1']).start();
  try {
    await page.goto(server.url);
    await page
      .getByTestId('files')
      .setInputFiles([longTrack(1200, 1), longTrack(1200, 2), longTrack(1200, 3)]);
    await expect(page.getByTestId('batch')).toContainText(/place \d in line/);
    await expect(page.getByTestId('batch')).toContainText(/measuring, \d+:\d\d of 20:00/);
    const waiting = page
      .getByRole('row', { name: /in line/ })
      .getByRole('link')
      .last();
    await waiting.click();
    await expect(page.getByTestId('listening')).toBeVisible();
    await expect(page.getByTestId('stages')).toContainText(/next in line|place \d in line/);
    await expect(page.locator('[data-testid=listening][data-stage=measuring]')).toBeVisible();
    await expect(page.getByTestId('stages')).toContainText(/\d+:\d\d of 20:00/);
    await expect(page.getByTestId('result')).toBeVisible();
    await page.getByText('Event log').click();
    await expect(page.getByTestId('log')).toContainText('Measured');
    await expect(page.getByTestId('log')).toContainText('XGBoost votes');
    await page.goto(`${server.url}/batch`);
    await expect(page.getByTestId('tally')).toHaveText('3 of 3 done');
  } finally {
    await server.stop();
  }
});

test('cancel while it waits', async ({ page, quiet }) => {
  const server = await new Server(['--workers', '1']).start();
  try {
    await page.goto(server.url);
    await page.getByTestId('files').setInputFiles([longTrack(1200, 4), longTrack(1200, 5)]);
    await page
      .getByRole('row', { name: /in line/ })
      .getByRole('link')
      .last()
      .click();
    await page.getByRole('button', { name: 'Cancel and forget' }).click();
    await expect(page).toHaveURL(`${server.url}/`);
    await page.goto(`${server.url}/history`);
    await expect(page.locator('tbody tr')).toHaveCount(1);
    quiet.length = 0; // the batch asked once more for what was gone
  } finally {
    await server.stop();
  }
});

test('deleted in another window while it waits and while it is measured', async ({ page, quiet }) => {
  const server = await new Server(['--workers', '1']).start();
  try {
    const other = await page.context().newPage();
    await page.goto(server.url);
    await other.goto(server.url);
    const deleteElsewhere = () =>
      other.evaluate(
        (path) => fetch(path, { method: 'DELETE' }),
        new URL(page.url()).pathname.replace('t', 'v1/analyses'),
      );
    await page.getByTestId('files').setInputFiles(longTrack(3600)); // long enough for all that follows
    await expect(page.locator('[data-testid=listening][data-stage=measuring]')).toBeVisible();
    const measured = page.url();
    await send(page, server, demo('neon-avenue'));
    await expect(page.getByTestId('stages')).toContainText('next in line');
    await deleteElsewhere();
    await expect(failure(page)).toHaveAttribute('data-type', 'not-found');
    await page.goto(measured);
    await expect(page.locator('[data-testid=listening][data-stage=measuring]')).toBeVisible();
    await deleteElsewhere();
    await expect(failure(page)).toHaveAttribute('data-type', 'not-found');
    quiet.length = 0;
  } finally {
    await server.stop();
  }
});

test('nothing audible in what was chosen: said until the page is left', async ({ page, server }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hitscope-e2e-'));
  writeFileSync(join(folder, 'cover.jpg'), 'no sound');
  try {
    await page.goto(server.url);
    await page.getByTestId('folder').setInputFiles(folder);
    const words = page.getByRole('main').getByText('There is no audio file in that.');
    await expect(words).toBeVisible();
    await page.getByRole('link', { name: 'About', exact: true }).click();
    await expect(words).toBeHidden();
    await expect(page.getByRole('heading', { level: 1 })).not.toContainText('Will it find');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.getByRole('link', { name: 'Analyse', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible();
    await expect(words).toBeHidden();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what if, and nobody answers: no number, until someone does', async ({ page, quiet }) => {
  const server = await new Server().start();
  try {
    await analyse(page, server, demo('neon-avenue'));
    const whatIf = page.getByTestId('what-if');
    const number = page.getByTestId('what-if-probability');
    const measured = (await number.textContent()) ?? '';
    await server.kill();
    await whatIf.getByLabel('Tempo').press('PageUp');
    await expect(whatIf).toContainText('The server could not be asked');
    await expect(whatIf).toContainText('unknown');
    await expect(number).toHaveText('?');
    await expect(whatIf).not.toContainText(/points|of 5 for HIT/);
    await whatIf.getByRole('button', { name: 'As measured' }).click();
    await expect(number).toHaveText(measured);
    await whatIf.getByLabel('Tempo').press('PageUp');
    await expect(number).toHaveText('?');
    await server.start();
    await expect(whatIf).toContainText('points'); // it is asked again by itself
    quiet.length = 0;
  } finally {
    await server.stop();
  }
});

test('known from before: at once', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  await analyse(page, server, demo('neon-avenue'));
  await expect(page.getByText('yes, the same bytes were known')).toBeVisible();
});

test('partly done: one that fails stops nobody', async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId('files').setInputFiles(demo('neon-avenue'));
  await expect(page.getByTestId('result')).toBeVisible();
  const broken = join(tmpdir(), 'hitscope-e2e-broken.wav');
  writeFileSync(broken, '<html>no music</html>');
  await page.goto(`${server.url}/batch`);
  await page.getByTestId('batch-files').setInputFiles([demo('paper-lanterns'), broken]);
  await expect(page.getByTestId('tally')).toHaveText(/2 of 3 done, 1 failed|1 of 2 done, 1 failed/);
  await expect(page.locator('[data-status=failed]')).toContainText('!');
});

test.describe('errors', () => {
  const cases: [string, string][] = [
    ['unsupported-format', 'random_bytes.mp3'],
    ['corrupt', 'trunc_header_only.flac'],
    ['too-short', 'one_sample.wav'],
    ['no-signal', 'silence.flac'],
  ];
  for (const [type, file] of cases) {
    test(`${type}: cause, next step, request id`, async ({ page, server, quiet }) => {
      test.skip(!hasShared, 'needs the reference audio');
      await send(page, server, odd(file));
      await expect(failure(page)).toBeVisible();
      await expect(failure(page)).toHaveAttribute('data-type', type);
      await expect(failure(page)).toContainText('Request id');
      quiet.length = 0;
    });
  }

  test('too-large and too-long', async ({ page, quiet }) => {
    const server = await new Server(['--max-upload', '3MB', '--max-seconds', '20']).start();
    try {
      await send(page, server, demo('neon-avenue'));
      await expect(failure(page)).toHaveAttribute('data-type', 'too-large');
      await send(page, server, demo('winter-harbour'));
      await expect(failure(page)).toHaveAttribute('data-type', 'too-long');
      quiet.length = 0;
    } finally {
      await server.stop();
    }
  });

  test('busy', async ({ page, quiet }) => {
    const server = await new Server(['--workers', '1', '--queue', '1']).start();
    try {
      await send(page, server, longTrack(3600)); // long enough for all that follows
      await expect(page.locator('[data-testid=listening][data-stage=measuring]')).toBeVisible();
      await send(page, server, demo('winter-harbour'));
      await expect(page.getByTestId('stages')).toContainText(/next in line|place 1 in line/);
      await send(page, server, demo('neon-avenue'));
      await expect(failure(page)).toHaveAttribute('data-type', 'busy');
      await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
      await page.goto(server.url);
      await page.getByTestId('files').setInputFiles([demo('night-transit'), demo('paper-lanterns')]);
      await expect(page.getByTestId('batch')).toContainText('The queue is full');
      quiet.length = 0;
    } finally {
      await server.stop();
    }
  });

  test('timeout', async ({ page, quiet }) => {
    const server = await new Server(['--job-timeout', '0.2']).start();
    try {
      await send(page, server, longTrack(1200, 1));
      await expect(failure(page)).toHaveAttribute('data-type', 'timeout');
      quiet.length = 0;
    } finally {
      await server.stop();
    }
  });

  test('addresses: malformed, blocked', async ({ page, server, quiet }) => {
    await page.goto(server.url);
    await page.getByLabel('Or the address of one').fill('example.org/track.mp3');
    await page.getByRole('button', { name: 'Listen' }).click();
    await expect(page.getByText('An address begins with')).toBeVisible();
    await page.getByLabel('Or the address of one').fill('http://169.254.169.254/latest/track.mp3');
    await page.getByRole('button', { name: 'Listen' }).click();
    await expect(failure(page)).toHaveAttribute('data-type', 'url-blocked');
    quiet.length = 0;
  });

  test('deleted, or another visitor’s', async ({ page, server, browser, quiet }) => {
    const url = await analyse(page, server, demo('paper-lanterns'));
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(url);
    await expect(failure(stranger)).toHaveAttribute('data-type', 'not-found');
    await page.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('alertdialog')).toBeVisible();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page).toHaveURL(`${server.url}/history`);
    await page.goto(url);
    await expect(failure(page)).toHaveAttribute('data-type', 'not-found');
    quiet.length = 0;
  });
});

test('a killed server: said, waited for, and gone on from', async ({ page, quiet }) => {
  test.setTimeout(180_000);
  const server = await new Server().start();
  try {
    await page.goto(server.url);
    await page
      .getByTestId('files')
      .setInputFiles([longTrack(1200, 1), longTrack(1200, 2), longTrack(1200, 3)]);
    await expect(page.getByTestId('batch')).toContainText(/measuring/);
    await server.kill();
    await expect(page.getByTestId('connection')).toContainText('does not answer');
    await server.start();
    await page
      .getByRole('button', { name: 'Try now' })
      .click({ timeout: 2000 })
      .catch(() => undefined);
    await expect(page.getByTestId('connection')).toBeHidden();
    await expect(page.getByTestId('tally')).toHaveText('3 of 3 done', { timeout: 120_000 });
    quiet.length = 0;
  } finally {
    await server.stop();
  }
});

test('interrupted: the server was stopped and the audio is gone', async ({ page, quiet }) => {
  const server = await new Server(['--workers', '1']).start();
  try {
    await page.goto(server.url);
    await page.getByTestId('files').setInputFiles([longTrack(1200, 1), longTrack(1200, 2)]);
    await page
      .getByRole('row', { name: /in line/ })
      .getByRole('link')
      .last()
      .click();
    await expect(page.getByTestId('listening')).toBeVisible();
    await server.kill();
    await expect(page.getByTestId('connection')).toContainText('does not answer');
    rmSync(join(server.data, 'spool'), { recursive: true });
    await server.start();
    await expect(failure(page)).toHaveAttribute('data-type', 'interrupted');
    await expect(failure(page)).toContainText('The server was stopped before it was done.');
    await expect(failure(page)).toContainText('Send it again.');
    await expect(failure(page)).toContainText('Request id');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByTestId('listening')).toBeVisible(); // the browser still has the file
    quiet.length = 0;
  } finally {
    await server.stop();
  }
});

test('sending while the server is away', async ({ page, quiet }) => {
  const server = await new Server().start();
  try {
    await page.goto(server.url);
    await page.waitForTimeout(500);
    await server.kill();
    await page.getByTestId('files').setInputFiles(demo('neon-avenue'));
    await expect(failure(page)).toHaveAttribute('data-type', 'unreachable');
    await expect(page.getByTestId('connection')).toBeVisible();
    await server.start();
    await expect(page.getByTestId('connection')).toBeHidden();
    await expect(page.getByTestId('result')).toBeVisible(); // it went on by itself
    quiet.length = 0;
  } finally {
    await server.stop();
  }
});

test('offline: said, and what is on the screen stays', async ({ page, server, quiet }) => {
  await analyse(page, server, demo('neon-avenue'));
  await page.context().setOffline(true);
  await expect(page.getByTestId('connection')).toContainText('offline');
  await expect(page.getByTestId('headline')).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByTestId('connection')).toBeHidden();
  quiet.length = 0;
});
