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
  await page.getByRole('button', { name: 'Paste ICCIDs' }).click();
  await page
    .getByRole('textbox', { name: /ICCIDs, IMEIs or MDNs/ })
    .fill(
      '89148000000000000001\n89148000000000000019\n89148000000000000019\n8.91480000008008E+19\n89148000099999999998',
    );
  await page.getByRole('button', { name: 'Check' }).click();
  await expect(page.getByText('2 found')).toBeVisible();
  await expect(page.getByText('1 mangled by a spreadsheet')).toBeVisible();
  await expect(page.getByText(/Format the column as text in the source file/)).toBeVisible();
  await picture(page, '12-paste');
  await page.getByRole('button', { name: 'Select 3 devices' }).click();
  await expect(page.getByText('3 devices selected')).toBeVisible();
  await expect(page.getByText('1 of them are not in the inventory')).toBeVisible();
});

test('imports customers from a CSV file, or nothing at all when a line is bad', async ({ console: { page } }) => {
  const choose = async (content: string): Promise<void> => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file …' }).click();
    await (await chooser).setFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });
  };
  await page.getByRole('button', { name: 'Import CSV' }).click();
  await choose('ICCID;Customer\n89148000000000000001;New One\n8.91E+19;Other\n');
  await expect(page.getByText(/line 3: "8\.91E\+19" was turned into a number/)).toBeVisible();
  await choose('ICCID;Customer\n89148000000000000001;New One\n');
  await expect(page.getByText('1 lines: 0 devices are new, 1 have another customer.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Search devices' }).fill('New One');
  await expect(page.getByText('1 match')).toBeVisible();
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
  await page.getByRole('button', { name: 'Paste ICCIDs' }).click();
  await page
    .getByRole('textbox', { name: /ICCIDs, IMEIs or MDNs/ })
    .fill('89148000000000000001\n8.91480000008008E+19\n89148000099999999998\nsim of the truck');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByRole('textbox', { name: 'Line 2' }).fill('89148000000000000019');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Leave line 3 out' }).click();
  await expect(page.getByRole('button', { name: 'Select 2 devices' })).toBeVisible();
  await picture(page, '33-mended-list');
  await page.getByRole('button', { name: 'Save these lines' }).click();
  await expect(page.getByText('Lines saved')).toBeVisible();
  const lines = readFileSync(savedFiles()[0] ?? '', 'utf8')
    .trim()
    .split('\r\n');
  expect(lines[0]).toContain('Line,Text,What it is,Explanation');
  expect(lines[1]).toBe('2,89148000000000000019,found,');
  expect(lines[2]).toContain('Left out by a person.');
  expect(lines[3]).toContain('sim of the truck,not an identifier');
  await page.getByRole('button', { name: 'Select 2 devices' }).click();
  await expect(page.getByText('2 devices selected')).toBeVisible();
});

test('a list that is dropped on the window selects devices', async ({ console: { page } }) => {
  const data = await page.evaluateHandle<unknown>(`(() => {
    const transfer = new DataTransfer();
    const lines = ['ICCID', '89148000000000000001', '89148000000000000019'].join(String.fromCharCode(10));
    transfer.items.add(new File([lines], 'trucks.csv', { type: 'text/csv' }));
    return transfer;
  })()`);
  const grid = page.getByRole('grid', { name: 'Devices' });
  await grid.dispatchEvent('dragenter', { dataTransfer: data });
  await expect(page.getByText('Drop the list here')).toBeVisible();
  await grid.dispatchEvent('drop', { dataTransfer: data });
  await page.getByRole('button', { name: 'Select these devices' }).click();
  await page.getByRole('button', { name: 'Check trucks.csv' }).click();
  await page.getByRole('button', { name: 'Select 2 devices' }).click();
  await expect(page.getByText('2 devices selected')).toBeVisible();
});
