// A server for each file of tests, a visitor for each test, and no console error in any.
import { test as base, expect, type Page } from '@playwright/test';
import { Server } from './server';

export const test = base.extend<{ server: Server; quiet: string[] }, { shared: Server }>({
  shared: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use) => {
      const server = await new Server().start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  server: async ({ shared }, use) => use(shared),
  // What a page complains of. A test that expects a failed request empties it.
  quiet: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

export async function analyse(page: Page, server: Server, file: string): Promise<string> {
  await page.goto(`${server.url}/`);
  await page.getByTestId('files').setInputFiles(file);
  await expect(page.getByTestId('result')).toBeVisible();
  await expect(page.locator('[data-sound=ready]')).toBeAttached();
  return page.url().split('?')[0];
}
