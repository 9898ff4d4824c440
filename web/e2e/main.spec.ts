// The main path: a real track in, its verdict and its picture out.
import { readFileSync } from 'node:fs';
import { analyse, expect, test } from './fixtures';
import { demo } from './server';

test('a dropped track shows its verdict and its DNA', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page).toHaveTitle('hitscope');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Will it find');
  const bytes = readFileSync(demo('neon-avenue')).toString('base64');
  const transfer = await page.evaluateHandle((base64) => {
    const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([data], 'neon-avenue.flac', { type: 'audio/flac' }));
    return transfer;
  }, bytes);
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: transfer });
  await expect(page.getByText('Let go to listen')).toBeVisible();
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await expect(page.getByTestId('result')).toBeVisible();
  await expect(page).toHaveURL(/\/t\/[\w-]{22}/);
  await expect(page.getByTestId('headline')).toHaveText(/[0-5] of 5 models say (HIT|FLOP)/);
  await expect(page.getByTestId('tier')).toHaveText(/ULTRA HIT|POTENTIAL|RISKY|TOTAL FLOP/);
  await expect(page.getByTestId('vote')).toHaveCount(6);
  await expect(page.getByTestId('tempo')).toContainText('124.0');
  await expect(page.getByTestId('key')).toContainText('A minor');
  await expect(page.getByTestId('loudness')).toContainText('turn it down by 4.0 dB');
  await expect(page.getByTestId('dna').locator('canvas').first()).toBeVisible();
  await expect(page.getByTestId('announcer')).toContainText('models say');
});

test('the address of a track: what it needs is asked for before the program is there, and once', async ({
  page,
  server,
}) => {
  const url = await analyse(page, server, demo('neon-avenue'));
  await page.route(/\/assets\/index-[\w-]+\.js$/, async (route) => {
    await new Promise((done) => setTimeout(done, 1000));
    await route.continue();
  });
  await page.goto(url);
  await expect(page.getByTestId('result')).toBeVisible();
  const asked = await page.evaluate(() =>
    performance.getEntriesByType('resource').map((entry) => {
      const { name, initiatorType, startTime } = entry as PerformanceResourceTiming;
      return { path: new URL(name).pathname, initiatorType, startTime };
    }),
  );
  const program = asked.find(({ path }) => /^\/assets\/index-.*js$/.test(path));
  for (const wanted of [
    /^\/v1\/analyses\/[\w-]{22}$/,
    /^\/assets\/TrackPage-.*js$/,
    /^\/assets\/TrackPage-.*css$/,
  ]) {
    const requests = asked.filter(({ path }) => wanted.test(path));
    expect(requests.map(({ initiatorType }) => initiatorType)).toEqual([expect.not.stringMatching('fetch')]);
    expect(requests[0].startTime).toBeLessThan((program?.startTime ?? 0) + 1000);
  }
});

test('every number on the page is the one the server gave', async ({ page, server }) => {
  const url = await analyse(page, server, demo('winter-harbour'));
  const id = new URL(url).pathname.split('/')[2];
  const analysis = await page.evaluate(async (id) => (await fetch(`/v1/analyses/${id}`)).json(), id);
  const { verdict, features } = analysis.result;
  await expect(page.getByTestId('probability')).toContainText(String(Math.round(verdict.probability * 100)));
  for (const vote of verdict.votes) {
    await expect(page.locator(`[data-testid=vote][data-model=${vote.model}]`)).toContainText(
      `${Math.round(vote.probability * 100)}`,
    );
  }
  await expect(page.getByTestId('tempo')).toContainText(features.tempo_bpm.toFixed(1));
  await expect(page.getByTestId('key')).toContainText(features.camelot);
  await expect(page.getByTestId('loudness')).toContainText(
    features.integrated_lufs.toFixed(1).replace('-', '−'),
  );
  await expect(page.getByTestId('waterfall').locator('[data-sign]')).toHaveCount(verdict.explanation.length);
});

test('choosing one model shows its own verdict, and stays chosen', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  await page.getByRole('radio', { name: /Nearest neighbours/ }).check();
  await expect(page.getByTestId('headline')).toContainText('Nearest neighbours alone says');
  await page.reload();
  await expect(page.getByTestId('headline')).toContainText('Nearest neighbours alone says');
});

test('what-if asks the server again', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  const number = page.getByTestId('what-if-probability');
  const before = await number.textContent();
  const asked = page.waitForResponse((answer) => answer.url().endsWith('/v1/predictions') && answer.ok());
  const slider = page.getByTestId('what-if').getByLabel('Duration');
  await slider.focus();
  for (let i = 0; i < 15; i += 1) await slider.press('PageUp');
  await asked;
  await expect(number).not.toHaveText(before ?? '');
  await expect(page.getByTestId('what-if')).toContainText('points');
  await page.getByRole('button', { name: 'As measured' }).click();
  await expect(number).toHaveText(before ?? '');
});

test('the demo tracks are one click away', async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Night Transit' }).click();
  await expect(page.getByTestId('result')).toBeVisible();
  await expect(page.getByText('Night Transit').first()).toBeVisible();
});

test('pictures and data can be taken away', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  await expect(page.getByTestId('card')).toBeEnabled();
  const take = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  const picture = await take('Picture');
  expect(picture.name).toBe('Neon-Avenue.png');
  expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(picture.bytes.readUInt32BE(16)).toBe(1200);
  const json = JSON.parse((await take('JSON')).bytes.toString());
  expect(json.verdict.votes).toHaveLength(5);
  const csv = (await take('CSV')).bytes.toString().split('\r\n');
  expect(csv[0]).toContain('tempo_bpm');
  expect(csv[1]).toContain('A minor');
});
