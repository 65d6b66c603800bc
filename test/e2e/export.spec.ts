import { readFileSync } from 'node:fs';
import { readXlsx } from 'hucre/xlsx';
import type { Page } from 'playwright';
import { expect, test } from './console-window.ts';

test.beforeEach(async ({ console: { page } }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
});

/** What the first rows of the table show, cell by cell; the box for selecting has no text. */
async function shownRows(page: Page, rows: number): Promise<string[][]> {
  const grid = page.getByRole('grid', { name: 'Devices' });
  return Promise.all(
    Array.from({ length: rows }, async (_, index) => {
      const cells = await grid
        .locator(`[aria-rowindex="${String(index + 2)}"]`)
        .getByRole('gridcell')
        .allInnerTexts();
      return cells.slice(1).map((text) => text.trim());
    }),
  );
}

async function selectFirst(page: Page, rows: number): Promise<void> {
  await page.getByRole('grid', { name: 'Devices' }).focus();
  await page.keyboard.press('Space');
  for (let n = 1; n < rows; n++) await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText(`${String(rows)} devices selected`)).toBeVisible();
}

async function clipboard(page: Page): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  return page.evaluate<string>('navigator.clipboard.readText()');
}

test('a selection is exported as XLSX in the order and columns that are shown', async ({ console: opened }) => {
  const { page } = opened;
  await page.getByRole('grid').getByRole('button', { name: 'MDN' }).click();
  await expect(page.getByRole('columnheader', { name: 'MDN' })).toHaveAttribute('aria-sort', 'ascending');
  await selectFirst(page, 4);
  await page.getByRole('button', { name: 'Export …' }).click();
  await page.getByRole('radio', { name: 'The selected ones (4)' }).click();
  await page.getByRole('button', { name: 'Export 4' }).click();
  await expect(page.getByText('4 devices exported')).toBeVisible();

  const [file = ''] = opened.savedFiles();
  expect(file).toMatch(/devices\.xlsx$/);
  const { sheets } = await readXlsx(readFileSync(file));
  const [head, ...rows] = sheets[0]?.rows ?? [];
  const shown = await shownRows(page, 4);
  expect(head?.slice(0, 3)).toEqual(['ICCID', 'MDN', 'IMEI']);
  expect(rows.map((row) => row.slice(0, 3))).toEqual(shown.map((row) => row.slice(0, 3)));
});

test('the choice of the form is remembered, and a CSV for Excel guards its identifiers', async ({
  console: opened,
}) => {
  const { page } = opened;
  await page.getByRole('button', { name: 'Export …' }).click();
  await page.getByRole('radio', { name: 'CSV for Excel' }).click();
  await page.getByRole('radio', { name: /^All \(\d+\)$/ }).click();
  await page.getByRole('button', { name: 'Export 10,000' }).click();
  await expect(page.getByText('10,000 devices exported')).toBeVisible();
  const [file = ''] = opened.savedFiles();
  const [head = '', first = ''] = readFileSync(file, 'utf8').split('\r\n');
  expect(head).toContain('Rate plan code');
  expect(first).toMatch(/^"=""89\d{18}"""/);
  await page.reload();
  await page.getByRole('button', { name: 'Export …' }).click();
  await expect(page.getByRole('radio', { name: 'CSV for Excel' })).toBeChecked();
});

test('copies the selected rows with Ctrl+C, and cells and ICCIDs from the menu', async ({ console: { page } }) => {
  const grid = page.getByRole('grid', { name: 'Devices' });
  await selectFirst(page, 3);
  await page.keyboard.press('Control+c');
  await expect(page.getByText('3 rows copied')).toBeVisible();
  await expect(grid).toBeFocused();
  const shown = await shownRows(page, 3);
  const [head, ...rows] = (await clipboard(page)).split(/\r?\n/).map((line) => line.split('\t'));
  expect(head).toEqual(['ICCID', 'MDN', 'IMEI', 'Rate plan', 'State', 'Customer', 'Last connected']);
  expect(rows).toEqual(shown);

  await grid.locator('[aria-rowindex="5"]').getByRole('gridcell').nth(2).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Copy MDN' }).click();
  await expect(page.getByText('MDN copied')).toBeVisible();
  expect(await clipboard(page)).toBe((await shownRows(page, 4))[3]?.[1]);
  await expect(grid).toBeFocused();

  // With the keyboard alone: to a cell of the row, its menu, and the way back.
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Copy MDN' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(grid).toBeFocused();
  await expect(page.getByText('3 devices selected')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Copy ICCIDs of the selection' }).click();
  await expect(page.getByText('3 ICCIDs copied')).toBeVisible();
  expect((await clipboard(page)).split(/\r?\n/)).toEqual(shown.map(([iccid]) => iccid));
});

test('what nobody has selected is the row with the focus', async ({ console: { page } }) => {
  await page.getByRole('grid', { name: 'Devices' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+c');
  await expect(page.getByText('Row copied')).toBeVisible();
  const [, row = ''] = (await clipboard(page)).split(/\r?\n/);
  expect(row.split('\t')).toEqual((await shownRows(page, 2))[1]);
});
