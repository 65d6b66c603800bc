/** What several specs do in the same way. */
import type { Page } from 'playwright/test';

/** Starts the change that is under review, and types how many devices it concerns. @returns that number */
export async function startLargeChange(page: Page, verb = 'Change'): Promise<string> {
  const start = page.getByRole('button', { name: new RegExp(`^${verb} \\d,\\d+ devices$`) });
  const number = /\d,\d+/.exec((await start.textContent()) ?? '')?.[0] ?? '';
  await start.click();
  await page.getByRole('textbox', { name: /Type the number of devices/ }).fill(number);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `${verb} ${number} devices` })
    .click();
  return number;
}
