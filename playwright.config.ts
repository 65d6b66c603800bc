import { defineConfig } from 'playwright/test';

export default defineConfig({
  testDir: 'test/e2e',
  // Takes the pictures of docs/design-system.md and proves nothing that the others do not.
  testIgnore: process.env['RATEPLAN_SCREENSHOTS'] === '1' ? [] : ['**/design-system.spec.ts'],
  // Each test starts a console of its own, with a real browser and engine; two cores carry one at a time.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  outputDir: 'test-results',
});
