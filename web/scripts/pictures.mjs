// Makes docs/pictures: the dashboard as it is, through the real server, with songs of the product's own
// generator. `npm run pictures`, after `npm run build`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demo } from '../e2e/server.ts';
import { song } from '../e2e/songs.ts';
import { analysed, through } from './browser.mjs';

const out = process.env.PICTURES ?? fileURLToPath(new URL('../../docs/pictures', import.meta.url));
mkdirSync(out, { recursive: true });
// As WebP, by the browser itself: a tenth of what the same picture takes as PNG.
const quality = 0.75;
let total = 0;

async function keep(encoder, name, png) {
  const webp = await encoder.evaluate(
    async ([base64, quality]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality).split(',')[1];
    },
    [png.toString('base64'), quality],
  );
  const bytes = Buffer.from(webp, 'base64');
  total += bytes.length;
  writeFileSync(join(out, `${name}.webp`), bytes);
}

async function takeAll(server, browser) {
  const encoder = await browser.newPage();
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 1.25,
    colorScheme: 'dark',
  });
  const page = await context.newPage();
  const save = async (name, what = page) => keep(encoder, name, await what.screenshot());
  const settle = () => page.waitForTimeout(1500);
  const top = () => page.evaluate(() => window.scrollTo(0, 0));

  await page.goto(server.url);
  await settle();
  await save('start-dark');

  const analyse = (file) => analysed(page, server, file);
  const flop = await analyse(demo('winter-harbour'));
  await analyse(demo('night-transit'));
  const maybe = await analyse(song('Copper Tide'));
  const hit = await analyse(song('Glass Meridian'));
  await top();
  await settle();
  await save('track-dark');

  for (const view of ['helix', 'ring', 'lanes']) {
    await page.goto(`${hit}?view=${view}&t=72`);
    await page.locator('[data-sound=ready]').waitFor({ state: 'attached' });
    await settle();
    await save(`dna-${view}`, page.getByTestId('dna'));
  }

  await page.goto(hit);
  await page.getByTestId('what-if').waitFor();
  await page.evaluate(() => {
    const why = document.querySelector('[data-testid=waterfall]');
    window.scrollTo(0, why.getBoundingClientRect().top + window.scrollY - 40);
  });
  await settle();
  await save('why-dark');

  const id = (url) => new URL(url).pathname.split('/')[2];
  await page.goto(`${server.url}/compare?a=${id(hit)}&b=${id(maybe)}`);
  await page.getByTestId('pair').waitFor();
  await settle();
  await save('compare-dark');

  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(server.url);
  await settle();
  await save('start-light');
  await page.goto(flop);
  await settle();
  await save('track-light');
  await page.goto(hit);
  await page.getByTestId('key').waitFor();
  await page.evaluate(() => {
    const card = document.querySelector('[data-testid=tempo]');
    window.scrollTo(0, card.getBoundingClientRect().top + window.scrollY - 90);
  });
  await settle();
  await save('measured-light');
  await page.goto(`${server.url}/lab`);
  await page.getByTestId('scores').waitFor();
  await settle();
  await save('lab-light');
  const cookies = await context.cookies();
  await context.close();

  const phone = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 1.5,
    colorScheme: 'dark',
    isMobile: true,
    hasTouch: true,
  });
  await phone.addCookies(cookies);
  const small = await phone.newPage();
  await small.goto(`${hit}?view=ring&t=72`);
  await small.getByTestId('headline').waitFor();
  await small.waitForTimeout(1500);
  await save('phone-track', small);
  await small.evaluate(() => document.querySelector('[data-testid=dna]').scrollIntoView());
  await small.waitForTimeout(1500);
  await save('phone-dna', small);
  await small.goto(server.url);
  await small.waitForTimeout(1500);
  await save('phone-start', small);
}

await through(takeAll);
console.log(`${Math.round(total / 1000)} kB in ${out}`);
