// Measures what issue 7 promises: sizes, largest paint, layout shift, interaction to paint, and the visualiser.
// Prints one line a figure and ends with 1 where one is over its limit. `npm run budget`, after `npm run build`.
//
// WebGL2 is drawn in software here, so frames a second say nothing; the script's own time for a frame does.
import { longTrack } from '../e2e/long_track.ts';
import { demo } from '../e2e/server.ts';
import { analysed, launchWithoutWebgl, through } from './browser.mjs';
import { limits, sizes } from './sizes.mjs';

let over = 0;
function report(name, value, limit, unit) {
  const bad = value > limit;
  if (bad) over += 1;
  const shown = Number.isInteger(value) ? value : value.toFixed(2);
  console.log(`${bad ? 'OVER' : 'ok  '}  ${name}: ${shown} ${unit} (limit ${limit})`);
}

const percentile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

const { initial, track, css } = sizes();
report('initial JavaScript, gzip', initial / 1000, limits.initial / 1000, 'kB');
report('track page, more', track / 1000, limits.track / 1000, 'kB');
report('CSS, all of it', css / 1000, limits.css / 1000, 'kB');

// Four times slower, on a fast 4G network (as DevTools has it).
async function slow(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 165,
    downloadThroughput: (9_000_000 / 8) * 0.9,
    uploadThroughput: (1_500_000 / 8) * 0.9,
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

async function paints(page, url) {
  await page.addInitScript(() => {
    window.seen = { lcp: 0, cls: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.seen.lcp = entry.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.cls += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(url);
  await page.waitForTimeout(4000);
  return page.evaluate(() => window.seen);
}

// Key or click to the next paint, slowest of each: [milliseconds, what].
async function interactions(server, where) {
  const context = await where.newContext({ viewport: { width: 1280, height: 800 } });
  const hands = await context.newPage();
  await analysed(hands, server, demo('neon-avenue'));
  await hands.waitForTimeout(1500);
  await hands.evaluate(() => {
    window.keys = [];
    window.waits = new Map();
    window.addEventListener('keydown', ({ key, timeStamp }) => window.keys.push({ key, timeStamp }), true);
    new PerformanceObserver((list) => {
      for (const { name, startTime, duration } of list.getEntries()) {
        const pressed = window.keys.find(({ timeStamp }) => Math.abs(timeStamp - startTime) < 2);
        const what = `${name} ${pressed?.key ?? ''}`.trim();
        window.waits.set(what, Math.max(duration, window.waits.get(what) ?? 0));
      }
    }).observe({ type: 'event', durationThreshold: 16 });
  });
  const slider = hands.getByTestId('what-if').getByLabel('Tempo');
  await slider.focus();
  for (let i = 0; i < 10; i += 1) await slider.press('ArrowRight');
  for (const key of ['2', '3', '1', 'ArrowRight', '[', ']']) {
    await hands.waitForTimeout(1500);
    await hands.keyboard.press(key);
  }
  await hands.waitForTimeout(1500);
  await hands.getByRole('radio', { name: /XGBoost/ }).check();
  await hands.getByRole('link', { name: 'History' }).click();
  await hands.waitForTimeout(500);
  const waits = await hands.evaluate(() => [...window.waits].map(([what, ms]) => [ms, what]));
  await context.close();
  return waits.sort(([a], [b]) => b - a);
}

// The visualiser over ten minutes of track, in a small window: it is the script that is measured, and a small
// picture lets it run often enough to be compiled as it is for someone who watches.
async function visualiser(server, browser) {
  const context = await browser.newContext({ viewport: { width: 320, height: 480 } });
  const page = await context.newPage();
  await page.goto(`${server.url}/?measure`);
  const url = await analysed(page, server, longTrack(600));
  const frames = () => page.evaluate(() => performance.getEntriesByName('dna-frame').length);
  const framesFrom = async (count) => {
    while ((await frames()) < count) await page.waitForTimeout(100);
  };
  for (const view of ['helix', 'ring', 'lanes']) {
    await page.goto(`${url}?view=${view}&measure`);
    await page.locator('[data-sound=ready]').waitFor({ state: 'attached' });
    await page.evaluate(() => window.scrollTo(0, document.querySelector('[data-testid=dna]').offsetTop));
    await page.keyboard.press('+');
    await page.keyboard.press('Space');
    await framesFrom(400);
    const cdp = await context.newCDPSession(page);
    await cdp.send('HeapProfiler.enable');
    await cdp.send('HeapProfiler.startSampling', {
      samplingInterval: 64,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    await page.evaluate(() => performance.clearMeasures('dna-frame'));
    await framesFrom(200);
    const times = await page.evaluate(() =>
      performance.getEntriesByName('dna-frame').map(({ duration }) => duration),
    );
    const { profile } = await cdp.send('HeapProfiler.stopSampling');
    await cdp.detach();
    const made = { drawing: 0, frame: 0 };
    const walk = ({ callFrame, selfSize, children = [] }, drawing, frame) => {
      const { functionName, lineNumber, columnNumber } = callFrame;
      const inDraw = drawing || functionName === 'draw' || functionName === 'begin';
      const inFrame = frame || functionName === 'frame';
      if (inDraw) made.drawing += selfSize;
      if (inFrame) made.frame += selfSize;
      if (inFrame && process.env.VERBOSE && selfSize)
        console.log('  ', functionName, lineNumber, columnNumber, (selfSize / times.length).toFixed(1));
      for (const child of children) walk(child, inDraw, inFrame);
    };
    walk(profile.head, false, false);
    const canvas = page.locator('[data-testid=dna] [role=slider] canvas');
    report(`${view}: script time a frame, p95 of ${times.length}`, percentile(times, 0.95), 4, 'ms');
    report(`${view}: draw calls, most of a frame`, Number(await canvas.getAttribute('data-calls')), 6, '');
    report(`${view}: made by drawing, a frame`, made.drawing / times.length, 16, 'bytes');
    // The clock of the audio, the words of the time and the measuring itself make numbers and texts.
    report(`${view}: made by all of the frame's script`, made.frame / times.length, Infinity, 'bytes');
    await page.keyboard.press('Space');
  }
  await context.close();
}

async function largestPaints(server, browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const trackUrl = await analysed(page, server, demo('neon-avenue'));
  await slow(page);
  for (const [name, url] of [
    ['start', `${server.url}/`],
    ['track', trackUrl],
  ]) {
    const { lcp, cls } = await paints(page, url);
    report(`${name}: largest paint, 4x CPU, fast 4G`, lcp / 1000, 2.0, 's');
    report(`${name}: layout shift`, cls, 0.05, '');
  }
  await context.close();
}

async function allInteractions(server, browser) {
  const plain = await launchWithoutWebgl();
  // Where a program stands in for the graphics processor, it puts the whole page together, too, and one waits for
  // it after every key: told, not held. Browsers draw so only when they are asked to; else they give the canvas.
  for (const [name, where, limit] of [
    ['plain canvas', plain, 200],
    ['WebGL2 in software', browser, Number.POSITIVE_INFINITY],
  ]) {
    const waits = await interactions(server, where);
    const [duration, what] = waits[0];
    report(`interaction to paint, slowest, ${name} (${what})`, duration, limit, 'ms');
    if (process.env.VERBOSE) for (const [ms, each] of waits) console.log('  ', each, ms);
  }
  await plain.close();
}

// A word asks for one part alone.
const parts = { paints: largestPaints, interactions: allInteractions, visualiser };
const [wanted] = process.argv.slice(2);
await through(async (server, browser) => {
  for (const [name, part] of Object.entries(parts)) {
    if (!wanted || wanted === name) await part(server, browser);
  }
});
process.exitCode = over > 0 ? 1 : 0;
