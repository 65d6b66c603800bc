/** Screenshots for the documentation: `npm run screenshots` renews them, an ordinary test run leaves them alone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright/test';

const folder = join(import.meta.dirname, '../../docs/screenshots');

export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['RATEPLAN_SCREENSHOTS'] !== '1') return;
  mkdirSync(folder, { recursive: true });
  // Notifications slide in and out; a picture shows the page at rest.
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** One part of a page, for docs/design-system.md. */
export async function pictureOf(part: Locator, name: string): Promise<void> {
  await part.waitFor();
  if (process.env['RATEPLAN_SCREENSHOTS'] !== '1') return;
  await part.screenshot({ path: join(folder, 'parts', `${name}.png`), animations: 'disabled' });
}
