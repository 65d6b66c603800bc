/** Screenshots for the documentation: `npm run screenshots` renews them, an ordinary test run leaves them alone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';

const folder = join(import.meta.dirname, '../../docs/screenshots');

export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['RATEPLAN_SCREENSHOTS'] !== '1') return;
  mkdirSync(folder, { recursive: true });
  // Notifications slide in and out; a picture shows the page at rest.
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
