// The picture and its player.
import { chromium } from '@playwright/test';
import { analyse, expect, test } from './fixtures';
import { demo } from './server';

const canvas = '[data-testid=dna] [role=slider] canvas';

// How different the pixels of the picture are: 0 where it is blank.
async function variety(page: import('@playwright/test').Page): Promise<number> {
  const shot = (await page.locator(canvas).screenshot()).toString('base64');
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const flat = document.createElement('canvas');
    flat.width = 120;
    flat.height = 60;
    const context = flat.getContext('2d');
    if (!context) return 0;
    context.drawImage(image, 0, 0, 120, 60);
    const { data } = context.getImageData(0, 0, 120, 60);
    return new Set(
      Array.from(
        { length: 7200 },
        (_, i) => `${data[4 * i] >> 4},${data[4 * i + 1] >> 4},${data[4 * i + 2] >> 4}`,
      ),
    ).size;
  }, shot);
}

test('all three views draw something of their own', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  for (const [key, name] of [
    ['1', 'Helix'],
    ['2', 'Ring'],
    ['3', 'Lanes'],
  ]) {
    await page.keyboard.press(key);
    await expect(page.getByRole('radio', { name })).toHaveAttribute('aria-checked', 'true');
    await page.waitForTimeout(300);
    expect(await variety(page)).toBeGreaterThan(30);
  }
  await expect(page.locator(canvas)).not.toHaveAttribute('data-fallback', 'canvas');
});

test('the sound plays and the playhead follows', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  await expect(page.locator('[data-sound=ready]')).toBeAttached();
  const slider = page.getByRole('slider', { name: 'Position in the track' });
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect.poll(async () => Number(await slider.getAttribute('aria-valuenow'))).toBeGreaterThan(1);
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
});

test('keys move, loop and zoom; the address remembers', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  const slider = page.getByRole('slider', { name: 'Position in the track' });
  const at = () => slider.getAttribute('aria-valuenow').then(Number);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect.poll(at).toBe(10);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(at).toBe(9);
  await page.keyboard.press('[');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press(']');
  await expect(page.getByRole('button', { name: /0:09.0 to 0:14.0/ })).toBeVisible();
  await page.keyboard.press('2');
  await expect(page).toHaveURL(/view=ring/);
  await expect(page).toHaveURL(/loop=9\.00-14\.00/);
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Ring' })).toHaveAttribute('aria-checked', 'true');
  await expect(page.getByRole('button', { name: /0:09.0 to 0:14.0/ })).toBeVisible();
  await expect.poll(at).toBe(14);
  await page.keyboard.press('Home');
  await expect.poll(at).toBe(0);
});

test('the pointer scrubs, loops with Shift and shows exact values', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  await page.keyboard.press('3');
  const field = page.getByRole('slider', { name: 'Position in the track' });
  await field.scrollIntoViewIfNeeded();
  const box = await field.boundingBox();
  if (!box) throw new Error('no picture');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await expect(page.getByText(/\d dBFS/)).toBeVisible();
  await page.mouse.down();
  await page.mouse.up();
  await expect.poll(async () => Number(await field.getAttribute('aria-valuenow'))).toBeCloseTo(15.5, 0);
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 50);
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await expect(page.getByRole('button', { name: /0:07\.\d to 0:15\.\d/ })).toBeVisible();
});

test('a loop dragged past the end ends with the track and is repeated', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  await page.keyboard.press('3');
  const field = page.getByRole('slider', { name: 'Position in the track' });
  const at = () => field.getAttribute('aria-valuenow').then(Number);
  await field.scrollIntoViewIfNeeded();
  const box = await field.boundingBox();
  if (!box) throw new Error('no picture');
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + box.width / 2, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 12, box.y + 50, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const duration = Number(await field.getAttribute('aria-valuemax'));
  const loop = page.getByRole('button', { name: /clear the loop/ });
  await expect(loop).toContainText(/0:15\.\d to 0:3[01]\.\d/);
  await expect(page).toHaveURL(/loop=15\.\d\d-3[01]\.\d\d/);
  const end = Number(/loop=[\d.]+-([\d.]+)/.exec(page.url())?.[1]);
  expect(Math.abs(end - duration)).toBeLessThan(0.06);
  const words = await loop.textContent();
  await page.reload();
  await expect(loop).toHaveText(words ?? '');
  await expect(page.locator('[data-sound=ready]')).toBeAttached();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(at).toBeGreaterThan(29);
  await page.keyboard.press('Space');
  await expect.poll(at, { intervals: [100] }).toBeLessThan(20); // begun again
  expect(await at()).toBeGreaterThan(14);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('a network that goes and comes takes neither the place nor the sound', async ({
  page,
  server,
  quiet,
}) => {
  const url = await analyse(page, server, demo('neon-avenue'));
  const id = new URL(url).pathname.split('/')[2];
  const field = page.getByRole('slider', { name: 'Position in the track' });
  const at = () => field.getAttribute('aria-valuenow').then(Number);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect.poll(at).toBe(10);
  const frames: string[] = [];
  page.on('request', (request) => request.url().endsWith('/dna') && frames.push(request.url()));
  await page.context().setOffline(true);
  await expect(page.getByTestId('connection')).toContainText('offline');
  const asked = page.waitForResponse((answer) => answer.url().endsWith(`/v1/analyses/${id}`) && answer.ok());
  await page.context().setOffline(false);
  await expect(page.getByTestId('connection')).toBeHidden();
  await asked; // what may have changed is asked anew; the frames may not have
  await page.keyboard.press('Space');
  await expect.poll(at).toBeGreaterThan(10);
  await expect(page.locator('[data-sound=ready]')).toBeAttached();
  expect(frames).toEqual([]);
  quiet.length = 0;
});

test('the sound is still there after a reload, and is asked for where it is not', async ({
  page,
  server,
  browser,
}) => {
  const url = await analyse(page, server, demo('neon-avenue'));
  await page.waitForTimeout(500);
  await page.reload();
  await expect(page.locator('[data-sound=ready]')).toBeAttached();
  const cookies = await page.context().cookies();
  const other = await browser.newContext();
  await other.addCookies(cookies);
  const elsewhere = await other.newPage();
  await elsewhere.goto(url);
  await expect(elsewhere.getByText('The sound is not on this device')).toBeVisible();
  const chooser = elsewhere.waitForEvent('filechooser');
  await elsewhere.getByRole('button', { name: 'Choose the file' }).click();
  await (await chooser).setFiles(demo('winter-harbour'));
  await expect(elsewhere.getByText('another file')).toBeVisible();
  const again = elsewhere.waitForEvent('filechooser');
  await elsewhere.getByRole('button', { name: 'Choose the file' }).click();
  await (await again).setFiles(demo('neon-avenue'));
  await expect(elsewhere.locator('[data-sound=ready]')).toBeAttached();
  await other.close();
});

test('the frames can be read as a table and in words', async ({ page, server }) => {
  await analyse(page, server, demo('neon-avenue'));
  await expect(page.getByText('Spectral DNA: 0:31 long, A minor, 124 BPM')).toBeVisible();
  await page.getByText('The numbers behind the picture').click();
  await expect(page.getByRole('region', { name: 'Frames as a table' }).locator('tbody tr')).toHaveCount(24);
});

test('other frames, another picture', async ({ page, server }) => {
  const first = await analyse(page, server, demo('neon-avenue'));
  const second = await analyse(page, server, demo('winter-harbour'));
  const picture = async (url: string) => {
    await page.goto(`${url}?view=ring`);
    await page.locator(canvas).waitFor();
    await page.waitForTimeout(400);
    return (await page.locator(canvas).screenshot()).toString('base64');
  };
  const one = await picture(first);
  expect(await picture(first)).toBe(one);
  expect(await picture(second)).not.toBe(one);
});

test('without WebGL2 a plain canvas draws the same frames', async ({ server, quiet }) => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-3d-apis'],
  });
  const page = await browser.newPage();
  await analyse(page, server, demo('neon-avenue'));
  await expect(page.locator(`${canvas}[data-fallback=canvas]`)).toBeVisible();
  for (const key of ['1', '2', '3']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(300);
    expect(await variety(page)).toBeGreaterThan(20);
  }
  await browser.close();
  quiet.length = 0;
});

test('who wants stillness gets it', async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await analyse(page, server, demo('neon-avenue'));
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const axis = page.locator('[data-tick]').first();
  const before = await axis.textContent();
  await page.keyboard.press('Space');
  await page.waitForTimeout(1200);
  expect(await axis.textContent()).toBe(before); // nothing scrolls by itself
});
