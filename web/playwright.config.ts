import { defineConfig } from '@playwright/test';

// Through the real server (HITSCOPE_PROGRAM) with Debian's Chromium. WebGL2 is drawn in software.
export default defineConfig({
  testDir: 'e2e',
  timeout: 120_000, // a guard against hanging, not a measure: the machine may be busy
  expect: { timeout: 45_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--enable-unsafe-swiftshader',
        '--use-gl=angle',
        '--use-angle=swiftshader',
        '--mute-audio',
      ],
    },
  },
});
