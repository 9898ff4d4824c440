// Every page: without a barrier, without overflow, without a mouse.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { analyse, expect, test } from './fixtures';
import { demo } from './server';
import { hasSynth, song } from './songs';

async function visited(page: Page, server: { url: string }): Promise<[string, string][]> {
  const a = new URL(await analyse(page, server as never, demo('neon-avenue'))).pathname;
  const b = new URL(await analyse(page, server as never, demo('winter-harbour'))).pathname;
  const [idA, idB] = [a, b].map((path) => path.split('/')[2]);
  return [
    ['start', '/'],
    ['helix', `${a}?view=helix`],
    ['ring', `${a}?view=ring`],
    ['lanes', `${a}?view=lanes`],
    ['gone', '/t/AAAAAAAAAAAAAAAAAAAAAA'],
    ['nowhere', '/nowhere'],
    ['compare', `/compare?a=${idA}&b=${idB}`],
    ['batch', '/batch'],
    ['history', '/history'],
    ['lab', '/lab'],
    ['about', '/about'],
  ];
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ page, server, quiet }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const [name, path] of await visited(page, server)) {
      await page.goto(server.url + path);
      await page.getByRole('heading', { level: 1 }).or(page.getByTestId('failure')).first().waitFor();
      await page.waitForTimeout(500);
      const { violations } = await new AxeBuilder({ page }).analyze();
      found.push(
        ...violations.map(
          ({ id, nodes }) =>
            `${name}: ${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`,
        ),
      );
    }
    expect(found).toEqual([]);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    quiet.length = 0; // pages that are not there answer 404
  });
}

test('axe finds nothing on a HIT either', async ({ page, server }) => {
  test.skip(!hasSynth, 'needs hitscope-synth beside the program');
  await analyse(page, server, song('Glass Meridian'));
  await expect(page.locator('html')).toHaveAttribute('data-tier', /ULTRA HIT|POTENTIAL/);
  await expect(page.getByTestId('headline')).toHaveText(/[345] of 5 models say HIT/);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(300);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' | ')}`),
    ).toEqual([]);
  }
});

test('nothing overflows at 360 pixels', async ({ page, server, quiet }) => {
  test.setTimeout(120_000);
  const paths = await visited(page, server);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const [name, path] of paths) {
    await page.goto(server.url + path);
    await page.getByRole('heading', { level: 1 }).or(page.getByTestId('failure')).first().waitFor();
    await page.waitForTimeout(400);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, name).toBeLessThanOrEqual(360);
  }
  quiet.length = 0;
});

test('the whole main path by keyboard alone', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible();
  const focused = () =>
    page.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.matches('a, button') ? (activeElement.textContent ?? '') : '';
    });
  const tabTo = async (text: string) => {
    for (let i = 0; i < 80; i += 1) {
      await page.keyboard.press('Tab');
      if ((await focused()).includes(text)) return;
    }
    throw new Error(`no way by Tab to ${text}`);
  };
  await page.keyboard.press('Tab');
  expect(await focused()).toContain('Skip to the content');
  await tabTo('Choose files');
  const chooser = page.waitForEvent('filechooser');
  await page.waitForTimeout(500); // until the browser hands choosers over instead of opening them
  await page.keyboard.press('Enter');
  await (await chooser).setFiles(demo('neon-avenue'));
  await expect(page.getByTestId('result')).toBeVisible();
  await expect(page.locator('main')).toBeFocused();
  await expect(page.getByRole('radio', { name: 'Lanes' })).toBeVisible(); // the drawing comes after the verdict
  await page.keyboard.press('3');
  await expect(page.getByRole('radio', { name: 'Lanes' })).toHaveAttribute('aria-checked', 'true');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await page.keyboard.press('Space');
  await page.keyboard.press('c');
  await expect(page).toHaveURL(/\/compare\?a=/);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('an unknown address: a page that says so, and the way back', async ({ page, server, quiet }) => {
  const answer = await page.goto(`${server.url}/nowhere/at-all?q=1`);
  expect(answer?.status()).toBe(server.fronted ? 200 : 404); // the stand-in front knows no addresses
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No such page');
  await expect(page.getByTestId('nowhere')).toContainText('/nowhere/at-all');
  await expect(page).toHaveTitle('No such page · hitscope');
  await page.getByRole('link', { name: 'Analyse a track' }).click();
  await expect(page).toHaveURL(`${server.url}/`);
  await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible();
  quiet.length = 0;
});

test('colours follow the system, or the visitor', async ({ page, server }) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(server.url);
  const dark = await paper();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await paper();
  expect(light).not.toBe(dark);
  await page.getByRole('button', { name: /Colours/ }).click();
  await page.getByRole('button', { name: /Colours/ }).click();
  expect(await paper()).toBe(dark);
  await page.reload();
  expect(await paper()).toBe(dark);
});

test('history searches, compares and deletes', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  await analyse(page, server, demo('winter-harbour'));
  await page.goto(`${server.url}/history`);
  await expect(page.locator('tbody tr')).toHaveCount(2);
  await page.getByLabel('Search by name').fill('HARBOUR');
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await page.getByLabel('Search by name').fill('nothing like this');
  await expect(page.getByText('Nothing fits.')).toBeVisible();
  await page.getByLabel('Search by name').fill('');
  await page.getByLabel('Choose neon-avenue.flac').check();
  await page.getByLabel('Choose winter-harbour.flac').check();
  await page.getByRole('button', { name: 'Compare two' }).click();
  await expect(page.getByTestId('pair')).toBeVisible();
  await expect(page.getByTestId('differences').locator('tbody tr')).toHaveCount(14);
  await page.getByLabel('Only differences').check();
  await expect(page.getByTestId('differences').locator('[data-differs=false]')).toHaveCount(0);
  await page.goto(`${server.url}/history`);
  await page.getByLabel('Choose neon-avenue.flac').check();
  await page.getByLabel('Choose winter-harbour.flac').check();
  await expect(page.getByRole('button', { name: 'Compare two' })).toBeEnabled();
  await page.getByRole('button', { name: 'Delete neon-avenue.flac' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Compare two' })).toBeDisabled(); // one of them is no more
});

test('compare says of each track where its sound is not', async ({ page, server, browser }) => {
  const ids: string[] = [];
  for (const name of ['neon-avenue', 'winter-harbour'])
    ids.push(new URL(await analyse(page, server, demo(name))).pathname.split('/')[2]);
  const address = `${server.url}/compare?a=${ids[0]}&b=${ids[1]}`;
  await page.goto(address);
  const pair = page.getByTestId('pair');
  await expect(pair.locator('[data-sound=ready]')).toHaveCount(2);
  await expect(pair).not.toContainText('silently');

  const other = await browser.newContext({ viewport: { width: 360, height: 740 } });
  await other.addCookies(await page.context().cookies());
  const elsewhere = await other.newPage();
  await elsewhere.goto(address);
  const words = elsewhere.getByText('The sound is not on this device: it runs silently.');
  await expect(words).toHaveCount(2);
  await expect(words.first()).toBeVisible();
  await expect(words.last()).toBeHidden();
  await elsewhere.getByRole('button', { name: 'Hear the second' }).click();
  await expect(words.last()).toBeVisible();
  expect(await elsewhere.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const chooser = elsewhere.waitForEvent('filechooser');
  await elsewhere.getByRole('button', { name: 'Choose the file' }).click();
  await (await chooser).setFiles(demo('winter-harbour'));
  await expect(words).toHaveCount(1);
  await expect(words).toBeHidden(); // the first is still silent, but not heard
  await other.close();
});

test('a folder becomes a batch that sorts, filters and exports', async ({ page, server }) => {
  await page.goto(server.url);
  await page
    .getByTestId('files')
    .setInputFiles(['neon-avenue', 'night-transit', 'paper-lanterns', 'winter-harbour'].map(demo));
  await expect(page.getByTestId('tally')).toHaveText('4 of 4 done');
  await page.getByRole('button', { name: 'Tempo' }).click();
  const tempi = async () => (await page.locator('tbody tr td:nth-child(4)').allTextContents()).map(Number);
  expect(await tempi()).toEqual([...(await tempi())].sort((a, b) => a - b));
  await page.getByLabel('Filter by name').fill('harbour');
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await page.getByLabel('Filter by name').fill('');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('hitscope-batch.csv');
  await page.reload();
  await expect(page.getByTestId('tally')).toHaveText('4 of 4 done');
});

test('the lab shows what the bundle measured, and sorts it', async ({ page, server }) => {
  await page.goto(`${server.url}/lab`);
  await expect(page.getByTestId('scores')).toBeVisible();
  const bundle = await page.evaluate(async () => (await (await fetch('/v1/models')).json()).models[0]);
  const { tables } = bundle.card.metrics;
  const [first] = Object.keys(tables);
  const row = page.getByTestId('scores').getByRole('row', { name: /^Random forest/ });
  await expect(row).toContainText(tables[first].models.random_forest.auc.toFixed(3));
  await page.getByTestId('scores').getByRole('button', { name: 'Recall' }).click();
  await expect(page.getByTestId('scores').getByRole('columnheader', { name: 'Recall' })).toHaveAttribute(
    'aria-sort',
    'ascending',
  );
  const last = Object.keys(tables).at(-1) ?? '';
  await page.getByLabel('Judged on').selectOption(last);
  await expect(row).toContainText(tables[last].models.random_forest.auc.toFixed(3));
});
