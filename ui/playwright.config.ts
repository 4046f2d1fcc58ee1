import { defineConfig } from '@playwright/test';

/** One worker a core would starve the servers under test: each test has a real one of its own. */
export default defineConfig({
  testDir: 'tests',
  workers: 2,
  fullyParallel: false,
  retries: 1, // told as flaky; pages, servers and the browser share two cores
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  outputDir: '../build/ui/test-results',
  use: {
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
    actionTimeout: 10_000,
    viewport: { width: 1280, height: 800 },
    trace: 'off',
    screenshot: 'only-on-failure',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  },
});
