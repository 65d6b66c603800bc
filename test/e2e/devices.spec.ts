import { readFileSync } from 'node:fs';
import { expect, test } from './console-window.ts';
import { picture } from './pictures.ts';

test.beforeEach(async ({ console: { page } }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
});

test('finds a device by the last digits, filters, sorts, and shows its story', async ({ console: { page } }) => {
  const grid = page.getByRole('grid', { name: 'Devices' });
  await page.keyboard.press('Control+f');
  await page.keyboard.type('0000123');
  await expect(grid).not.toHaveAttribute('aria-rowcount', '10001');
  await expect(grid.getByRole('row').nth(1)).toContainText('123');
  await page.getByRole('textbox', { name: 'Search devices' }).fill('');

  await page.getByRole('combobox', { name: 'Filter by state' }).click();
  await page.getByRole('option', { name: /^suspend/ }).click();
  await expect(page.getByText(/^\d+ match$/)).toBeVisible();
  await page.keyboard.press('Escape');
  await grid.getByRole('button', { name: 'Rate plan' }).click();
  await expect(grid.getByRole('columnheader', { name: 'Rate plan' })).toHaveAttribute('aria-sort', 'ascending');
  await grid.getByRole('row').nth(1).click();
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText('Read from the carrier')).toBeVisible();
  await expect(drawer.getByText('suspend', { exact: true })).toBeVisible();
  await picture(page, '11-device');
});

test('is worked with the keyboard: arrows, Space, Shift ranges, Ctrl+A, and the last row', async ({
  console: { page },
}) => {
  const grid = page.getByRole('grid', { name: 'Devices' });
  await grid.focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('1 device selected')).toBeVisible();
  for (let n = 0; n < 4; n++) await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText('5 devices selected')).toBeVisible();
  await page.keyboard.press('End');
  await expect(grid.locator('[aria-rowindex="10001"]')).toBeVisible();
  await expect(grid.locator('[aria-rowindex="10001"]')).toContainText('8914');
  await page.keyboard.press('Control+a');
  await expect(page.getByText('10,000 devices selected')).toBeVisible();
});

test('selects by a pasted column and accounts for every line', async ({ console: { page } }) => {
  await page.getByRole('button', { name: 'Select from list' }).click();
  await page
    .getByRole('textbox', { name: /ICCIDs, IMEIs or MDNs/ })
    .fill(
      '89148000000000000001\n89148000000000000019\n89148000000000000019\n8.91480000008008E+19\n89148000099999999998',
    );
  await page.getByRole('button', { name: 'Check' }).click();
  const tally = page.getByRole('group', { name: 'Lines by what they are' });
  await expect(tally).toContainText('2 found');
  await expect(tally.getByRole('button', { name: /1 damaged by a spreadsheet/ })).toBeVisible();
  await expect(page.getByText(/Format the column as text in the source file/)).toBeVisible();
  // Nobody knows it, and its check digit does not fit: it is not sent unless somebody says so.
  const send = page.getByRole('checkbox', { name: 'Send 1 unknown identifier to the carrier' });
  await expect(send).not.toBeChecked();
  await expect(page.getByText('Its check digit does not fit: most likely a typing mistake.')).toBeVisible();
  await picture(page, '12-paste');
  await page.getByRole('button', { name: 'Select 2 devices' }).click();
  await expect(page.getByText('2 devices selected')).toBeVisible();
  await expect(page.getByText('1 not in the inventory: left out')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Send it to the carrier' }).check();
  await expect(page.getByText('3 devices selected')).toBeVisible();
  await expect(page.getByText('1 not in the inventory: sent to the carrier')).toBeVisible();
});

test('filters of all kinds become a view that is there again later', async ({ console: { page } }) => {
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('combobox', { name: 'Last connected' }).click();
  await page.getByRole('option', { name: 'In the last 7 days' }).click();
  await page.getByRole('combobox', { name: 'Group' }).click();
  await page.getByRole('option', { name: /Metering/ }).click();
  await picture(page, '26-more-filters');
  await page.keyboard.press('Escape');
  const match = page.getByText(/^[\d,]+ match$/);
  await expect(match).toBeVisible();
  const matching = (await match.textContent()) ?? '';
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save this view …' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Meters alive');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'All devices' }).click();
  await expect(match).toBeHidden();
  await page.getByRole('button', { name: 'Views' }).click();
  await picture(page, '27-views');
  await page.getByRole('menuitem', { name: 'Meters alive' }).click();
  await expect(page.getByText(matching, { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('button', { name: 'Delete the view Meters alive' }).click();
  await expect(page.getByRole('menuitem', { name: 'Meters alive' })).toBeHidden();
  await page.keyboard.press('Escape');
  await page.getByRole('grid', { name: 'Devices' }).focus();
  await page.keyboard.press('Control+z');
  await page.getByRole('button', { name: 'Views' }).click();
  await expect(page.getByRole('menuitem', { name: 'Meters alive' })).toBeVisible();
});

test('columns are chosen, moved and made wider, and stay so', async ({ console: { page } }) => {
  const grid = page.getByRole('grid', { name: 'Devices' });
  const heads = async (): Promise<string[]> =>
    (await grid.getByRole('columnheader').allInnerTexts()).map((text) => text.trim()).filter((text) => text !== '');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Group' }).check();
  await page.getByRole('checkbox', { name: 'IMEI' }).uncheck();
  await page.getByRole('button', { name: 'Move State left' }).click();
  await page.getByRole('textbox', { name: 'Width of Customer' }).fill('310');
  await picture(page, '31-columns');
  await page.keyboard.press('Escape');
  await expect.poll(heads).toEqual(['ICCID', 'MDN', 'State', 'Rate plan', 'Customer', 'Last connected', 'Group']);
  const customer = grid.getByRole('columnheader', { name: 'Customer' });
  expect((await customer.boundingBox())?.width).toBeCloseTo(310, 0);

  // The same by dragging: the head to another place, its edge to another width.
  await grid.getByRole('columnheader', { name: 'Group' }).dragTo(grid.getByRole('columnheader', { name: 'MDN' }));
  await expect.poll(async () => (await heads()).slice(0, 3)).toEqual(['ICCID', 'Group', 'MDN']);
  const edge = await customer.locator('.grid-resize').boundingBox();
  if (edge === null) throw new Error('no edge');
  await page.mouse.move(edge.x + 4, edge.y + 5);
  await page.mouse.down();
  await page.mouse.move(edge.x - 56, edge.y + 5, { steps: 5 });
  await page.mouse.up();
  expect((await customer.boundingBox())?.width).toBeCloseTo(250, -1);

  await page.reload();
  // The heads stand only once the console has answered.
  await expect.poll(async () => (await heads()).slice(0, 3)).toEqual(['ICCID', 'Group', 'MDN']);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('button', { name: 'As they came' }).click();
  await expect.poll(async () => (await heads()).slice(0, 3)).toEqual(['ICCID', 'MDN', 'IMEI']);
});

test('a range reaches over rows that were never loaded, and the selection says what it is made of', async ({
  console: { page },
}) => {
  const grid = page.getByRole('grid', { name: 'Devices' });
  await grid.getByRole('row').nth(1).getByRole('checkbox').click();
  await grid.hover();
  await page.mouse.wheel(0, 7000 * 32);
  const row = grid.locator('[aria-rowindex="7002"]');
  await expect(row).toContainText('8914');
  await row.getByRole('checkbox').click({ modifiers: ['Shift'] });
  await expect(page.getByText('7,001 devices selected')).toBeVisible();
  await page.getByRole('textbox', { name: 'Search devices' }).fill('no such device');
  await expect(page.getByText('No device matches', { exact: true })).toBeVisible();
  await expect(page.getByText('7,001 devices selected')).toBeVisible();
  await page.getByRole('button', { name: 'What are they?' }).click();
  const parts = page.getByRole('dialog', { name: 'What are they?' });
  await expect(parts.getByText('active', { exact: true })).toBeVisible();
  await picture(page, '32-composition');
});

test('lines of a list are mended where they stand, left out, and saved', async ({ console: { page, savedFiles } }) => {
  await page.getByRole('button', { name: 'Select from list' }).click();
  await page
    .getByRole('textbox', { name: /ICCIDs, IMEIs or MDNs/ })
    .fill('89148000000000000001\n8.91480000008008E+19\n89148000099999999998\nsim of the truck');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByRole('textbox', { name: 'Line 2' }).fill('89148000000000000019');
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: 'Send 1 unknown identifier to the carrier' }).check();
  await expect(page.getByRole('button', { name: 'Select 3 devices' })).toBeVisible();
  await page.getByRole('button', { name: 'Leave out line 3' }).click();
  await expect(page.getByRole('button', { name: 'Select 2 devices' })).toBeVisible();
  await picture(page, '33-mended-list');
  await page.getByRole('button', { name: 'Save these lines' }).click();
  await page.getByRole('menuitem', { name: 'CSV', exact: true }).click();
  await expect(page.getByText('Lines saved')).toBeVisible();
  const lines = readFileSync(savedFiles()[0] ?? '', 'utf8')
    .trim()
    .split('\r\n');
  expect(lines[0]).toContain('Line,Text,What it is,Explanation');
  expect(lines[1]).toBe('2,89148000000000000019,found,');
  expect(lines[2]).toContain('Left out by a person.');
  expect(lines[3]).toContain('sim of the truck,names no device');
  await page.getByRole('button', { name: 'Select 2 devices' }).click();
  await expect(page.getByText('2 devices selected')).toBeVisible();
});
