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

/** Drops a file on the window, as from the desktop. */
export async function dropFile(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content).toString('base64');
  const data = await page.evaluateHandle<unknown>(`(() => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob('${bytes}'), (one) => one.charCodeAt(0));
    transfer.items.add(new File([bytes], ${JSON.stringify(name)}));
    return transfer;
  })()`);
  const target = page.locator('main');
  await target.dispatchEvent('dragenter', { dataTransfer: data });
  await page.getByText('Drop the list here').waitFor();
  await target.dispatchEvent('drop', { dataTransfer: data });
}

/** Chooses a file with the dialog that a button opens. */
export async function chooseFile(
  page: Page,
  button: string,
  file: { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await chooser).setFiles(file);
}
