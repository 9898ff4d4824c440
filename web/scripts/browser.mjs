// What both scripts stand on: the real server, Debian's Chromium with WebGL2 in software, and a track in it.
import { chromium } from '@playwright/test';
import { Server } from '../e2e/server.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const always = ['--no-sandbox', '--mute-audio'];
const software = ['--enable-unsafe-swiftshader', '--use-gl=angle', '--use-angle=swiftshader'];

export const launch = (...more) =>
  chromium.launch({ executablePath, args: [...always, ...software, ...more] });
export const launchWithoutWebgl = () =>
  chromium.launch({ executablePath, args: [...always, '--disable-3d-apis'] });

// Hands a server and a browser to `work`, and ends both whatever happens.
export async function through(work, ...more) {
  const server = await new Server().start();
  const browser = await launch(...more);
  try {
    await work(server, browser);
  } finally {
    await browser.close();
    await server.stop();
  }
}

// Sends a file from the start page; gives the address of its track.
export async function analysed(page, server, file) {
  await page.goto(`${server.url}/${new URL(page.url(), server.url).search}`);
  await page.getByTestId('files').setInputFiles(file);
  await page.getByTestId('result').waitFor({ timeout: 120_000 });
  await page.locator('[data-sound=ready]').waitFor({ state: 'attached' });
  return page.url().split('?')[0];
}
