// Addresses instead of files. Fetching itself is the server's own business and tested with it; here stands
// what the page makes of it, by a stand-in for the fetching alone (fetching.ts).
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Fetching, type Job } from './fetching';
import { analyse, test as base, expect } from './fixtures';
import { demo } from './server';

const test = base.extend<{ fetching: Fetching }>({
  fetching: async ({ server }, use) => {
    const fetching = await new Fetching(server.url).start();
    await use(fetching);
    await fetching.stop();
  },
});

const failure = (page: Page) => page.getByTestId('failure');

async function listen(page: Page, fetching: Fetching, address: string): Promise<void> {
  await page.goto(fetching.url);
  await page.getByLabel('Or the address of one').fill(address);
  await page.getByRole('button', { name: 'Listen' }).click();
}

test('fetching: bytes, rate, share, cancel', async ({ page, fetching }) => {
  await listen(page, fetching, 'https://music.example/song');
  await expect(page.locator('[data-testid=listening][data-stage=fetching]')).toBeVisible();
  await expect(page.getByTestId('stages').locator('[aria-current=step]')).toContainText('Fetch');
  const [job] = fetching.jobs;
  let got = 0;
  await expect(async () => {
    got += 100_000;
    fetching.fetched(job, got, null);
    await expect(page.getByTestId('fetched')).toHaveText(/^[\d.]+ [kM]B, [\d.]+ [kM]B\/s$/, { timeout: 300 });
  }).toPass();
  await expect(async () => {
    fetching.fetched(job, 3_000_000, 4_000_000);
    await expect(page.getByTestId('fetched')).toContainText('3.0 MB of 4.0 MB', { timeout: 300 });
  }).toPass();
  await expect(page.getByTestId('listening')).toContainText('75 %');
  await page.getByRole('button', { name: 'Cancel and forget' }).click();
  await expect(page).toHaveURL(`${fetching.url}/`);
  expect(fetching.deleted).toEqual([job.id]);
});

const cases = [
  ['url-unreachable', 'The address did not answer usefully.', 'Open it in a browser', true],
  ['url-needs-login', 'The site wants cookies or an account.', 'Download the audio yourself', false],
  ['url-blocked', 'This address may not be fetched.', 'Use a public http or https address', false],
  ['too-long', 'The audio is too long.', 'Give the address of one track', false],
  ['too-large', 'The audio is too large.', 'Send an MP3 or a FLAC', false],
  ['timeout', 'It took too long.', 'Try again when it is less busy', true],
  ['unsupported-format', 'There is no audio.', 'rather than of a page about it', false],
] as const;
for (const [type, title, next, again] of cases) {
  test(`${type}: cause, next step, request id`, async ({ page, fetching }) => {
    fetching.begin = (job) => fetching.fail(job, { type, title, detail: 'HTTP status 404' });
    await listen(page, fetching, 'https://music.example/song');
    await expect(failure(page)).toHaveAttribute('data-type', type);
    await expect(failure(page).getByRole('heading')).toHaveText(title);
    await expect(failure(page)).toContainText(next);
    await expect(failure(page)).toContainText('Detail: HTTP status 404');
    await expect(failure(page)).toContainText('Request id: fetchStandInReq1');
    await expect(failure(page).getByRole('button', { name: 'Try again' })).toHaveCount(again ? 1 : 0);
    const hint = failure(page).getByText('cookies of a browser');
    await expect(hint).toHaveCount(type === 'url-needs-login' ? 1 : 0);
  });
}

test('a second try that works out differently', async ({ page, fetching }) => {
  fetching.begin = (job) => fetching.fail(job, { type: 'url-unreachable', title: 'Nobody there.' });
  await listen(page, fetching, 'https://music.example/song');
  await expect(failure(page)).toBeVisible();
  fetching.begin = () => {};
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('[data-testid=listening][data-stage=fetching]')).toBeVisible();
  expect(fetching.jobs.map(({ url }) => url)).toEqual(Array(2).fill('https://music.example/song'));
});

test('a playlist is offered as a batch, or one of it', async ({ page, fetching }) => {
  const list = 'https://music.example/list';
  const entries = [1, 2, 3].map((i) => ({ url: `https://music.example/${i}`, title: `Track ${i}` }));
  const nobody = { type: 'url-unreachable', title: 'Nobody there.' };
  fetching.begin = (job: Job) =>
    fetching.fail(
      job,
      job.url === list ? { type: 'url-playlist', title: 'This is a list.', entries } : nobody,
    );
  await listen(page, fetching, list);
  await expect(failure(page)).toHaveAttribute('data-type', 'url-playlist');
  await expect(page.getByTestId('playlist').getByRole('listitem')).toHaveText(
    entries.map(({ title }) => title),
  );
  await page.getByTestId('playlist').getByRole('button', { name: 'Track 2' }).click();
  await expect(failure(page)).toHaveAttribute('data-type', 'url-unreachable');
  expect(fetching.jobs.at(-1)?.url).toBe(entries[1].url);
  await listen(page, fetching, list);
  await page.getByRole('button', { name: 'Analyse all 3 as a batch' }).click();
  await expect(page).toHaveURL(/\/batch$/);
  await expect
    .poll(() =>
      fetching.jobs
        .slice(-3)
        .map(({ url }) => url)
        .sort(),
    )
    .toEqual(entries.map(({ url }) => url));
});

test('no barrier and no overflow on the way, on an error and on a playlist', async ({ page, fetching }) => {
  const entries = Array.from({ length: 40 }, (_, i) => ({ url: `https://music.example/${i}`, title: null }));
  const states: [string, Fetching['begin']][] = [
    ['listening', (job) => fetching.fetched(job, 1_000_000, 4_000_000)],
    ['failure', (job) => fetching.fail(job, { type: 'url-needs-login', title: 'A login is wanted.' })],
    ['playlist', (job) => fetching.fail(job, { type: 'url-playlist', title: 'This is a list.', entries })],
  ];
  await page.setViewportSize({ width: 360, height: 740 });
  for (const [testId, begin] of states) {
    fetching.begin = begin;
    await listen(page, fetching, `https://music.example/${'a-long-name-'.repeat(12)}`);
    await expect(page.getByTestId(testId)).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), testId).toBeLessThanOrEqual(360);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${testId}: ${id}: ${nodes[0].html}`)).toEqual([]);
    }
  }
});

test('several pasted addresses become a batch', async ({ page, fetching }) => {
  await page.goto(fetching.url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'https://music.example/1\nhttps://music.example/2');
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  });
  await expect(page).toHaveURL(/\/batch$/);
  await expect(page.getByTestId('batch').locator('tbody tr')).toHaveCount(2);
  await expect(page.getByTestId('batch')).toContainText('fetching');
});

test('what the page behind the address said is shown, and nothing of it is loaded', async ({
  page,
  server,
}) => {
  const url = await analyse(page, server, demo('winter-harbour'));
  const path = `/v1/analyses/${new URL(url).pathname.split('/')[2]}`;
  // The real result, with the source of a fetched one.
  await page.route(`**${path}`, async (route) => {
    const answer = await route.fetch();
    const analysis = await answer.json();
    const address = 'https://music.example/watch?v=1';
    const site = {
      title: 'Winter, at Sea',
      artist: '<b>The Harbour</b>',
      page: address,
      thumbnail: 'https://pictures.example/cover.jpg',
      site: 'example',
    };
    Object.assign(analysis.source, { kind: 'url', url: address, site });
    Object.assign(analysis.result.source, { kind: 'url', title: site.title });
    await route.fulfill({ response: answer, json: analysis });
  });
  const elsewhere: string[] = [];
  page.on('request', (asked) => {
    if (!asked.url().startsWith(server.url) && !/^(blob|data):/.test(asked.url()))
      elsewhere.push(asked.url());
  });
  await page.goto(url);
  await expect(page.getByTestId('result')).toContainText('Winter, at Sea by <b>The Harbour</b>');
  const picture = page.getByRole('link', { name: 'pictures.example' });
  await expect(picture).toHaveAttribute('href', 'https://pictures.example/cover.jpg');
  await expect(picture).toHaveAttribute('rel', /noreferrer/);
  await expect(page.getByRole('link', { name: 'https://music.example/watch?v=1' })).toBeVisible();
  expect(elsewhere).toEqual([]);
});
