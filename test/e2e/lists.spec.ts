import { writeXlsx, type WriteSheet } from 'hucre/xlsx';
import { clean } from './axe.ts';
import { expect, test } from './console-window.ts';
import { picture } from './pictures.ts';
import { chooseFile, dropFile } from './steps.ts';

const TEXT = 'text/csv';
/** Well-formed, and of no device of the demo. */
const UNKNOWN = '89148000099999999991';

function workbook(...sheets: WriteSheet[]): Promise<Uint8Array> {
  return writeXlsx({ sheets });
}

test.beforeEach(async ({ console: { page } }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
});

test('a dropped XLSX goes straight to its result; a line is mended, the unknown is left out, and the review says so', async ({
  console: { page },
}) => {
  const file = await workbook({
    name: 'Trucks',
    rows: [
      ['Depot West, November'],
      ['Truck', 'ICCID'],
      ['Truck 1', '89148000000000000001'],
      ['Truck 2', '8914800000000000O019'],
      ['Truck 3', UNKNOWN],
      ['Truck 4', '89148000000000000001'],
    ],
  });
  await dropFile(page, 'depot-west.xlsx', file);
  const dialog = page.getByRole('dialog', { name: 'Select from list' });
  await expect(dialog.getByText('depot-west.xlsx')).toBeVisible();
  await expect(dialog.getByText('XLSX workbook · sheet “Trucks” · 4 rows')).toBeVisible();
  const tally = dialog.getByRole('group', { name: 'Lines by what they are' });
  await expect(tally).toContainText('1 found');
  await expect(tally).toContainText('1 not in the inventory');
  await expect(tally).toContainText('1 repeated');
  await expect(dialog.getByText(/the letter O \(not a zero\)/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Select 1 device' })).toBeVisible();

  await dialog.getByRole('textbox', { name: 'Line 4' }).fill('89148000000000000019');
  await page.keyboard.press('Enter');
  await expect(tally).toContainText('2 found');
  await tally.getByRole('button', { name: /repeated/ }).click();
  await expect(dialog.getByRole('grid')).toHaveAttribute('aria-rowcount', '2');
  await clean(page, 'the result of a list');
  await picture(page, '34-dropped-workbook');
  await dialog.getByRole('button', { name: 'Select 2 devices' }).click();
  await expect(page.getByText('2 devices selected')).toBeVisible();

  await page.getByRole('button', { name: 'Change …' }).click();
  await page.getByRole('radio', { name: /M2M 5 GB/ }).click();
  await expect(page.getByText('1 not in the inventory: left out')).toBeVisible();
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByText(/1 device of the list is not in the inventory and left out/)).toBeVisible();
  await clean(page, 'a review that leaves some out');
  await picture(page, '35-review-left-out');
  await page.getByRole('checkbox', { name: 'Send 1 unknown identifier to the carrier' }).check();
  await expect(page.getByText(/1 device is not in the inventory. It is read at the carrier before/)).toBeVisible();
});

test('a workbook with identifiers in two sheets asks which one is meant', async ({ console: { page } }) => {
  const file = await workbook(
    { name: 'North', rows: [['ICCID'], ['89148000000000000001']], rowDefs: new Map([[1, { hidden: true }]]) },
    { name: 'South', rows: [['ICCID'], ['89148000000000000019'], ['89148000000000000027']] },
    { name: 'Notes', rows: [['Nothing here']] },
  );
  await dropFile(page, 'depots.xlsx', file);
  const dialog = page.getByRole('dialog', { name: 'Select from list' });
  await expect(dialog.getByRole('radio')).toHaveCount(2);
  await clean(page, 'the question for a sheet');
  await dialog.getByRole('radio', { name: 'South' }).check();
  await dialog.getByRole('button', { name: 'Read this sheet' }).click();
  await expect(dialog.getByText('sheet “South”')).toBeVisible();
  // Another one, without choosing the file again.
  await dialog.getByRole('combobox', { name: 'Sheet' }).click();
  await page.getByRole('option', { name: 'North' }).click();
  await expect(dialog.getByText('sheet “North” · 1 row')).toBeVisible();
  await expect(dialog.getByText(/^One row is hidden in the workbook/)).toBeVisible();
  await picture(page, '36-another-sheet');
  await dialog.getByRole('button', { name: /^Select \d devices?$/ }).click();
  await expect(page.getByText(/^\d devices? selected$/)).toBeVisible();
});

test('a list without a column that says what it is asks which one names the devices', async ({ console: { page } }) => {
  await dropFile(
    page,
    'yard.csv',
    'Lot,Unit,Tag\n7,forklift,SN-89148000000000000001\n8,crane,SN-89148000000000000019\n',
  );
  const dialog = page.getByRole('dialog', { name: 'Select from list' });
  await expect(dialog.getByText('Which columns name the devices?')).toBeVisible();
  await expect(dialog.getByRole('checkbox')).toHaveCount(3);
  await clean(page, 'the question for a column');
  await picture(page, '37-which-column');
  await dialog.getByRole('checkbox', { name: 'Tag' }).check();
  await dialog.getByRole('button', { name: 'Read this column' }).click();
  await expect(dialog.getByText(/the letter S, the letter N/).first()).toBeVisible();
  await picture(page, '38-column-chosen');
});

test('a file that is no list says what it is, and another one is taken in its place', async ({ console: { page } }) => {
  await dropFile(page, 'invoice.pdf', '%PDF-1.7 and so on');
  await expect(page.getByText('invoice.pdf cannot be used')).toBeVisible();
  await expect(page.getByText(/The file is a PDF\..*Ask for the list as CSV or XLSX\./)).toBeVisible();
  await chooseFile(page, 'Choose a file …', {
    name: 'müller.csv',
    mimeType: TEXT,
    buffer: Buffer.from('ICCID;Fahrer\n89148000000000000001;J\u00fcrgen\n', 'latin1'),
  });
  await expect(page.getByText('Read as Windows-1252: check names with accents.')).toBeVisible();
  await page.getByRole('button', { name: 'Import devices and customers instead' }).click();
  await expect(page.getByRole('dialog', { name: 'Import devices and customers' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Column B, Fahrer' })).toHaveValue('Ignored');
});

test('an import shows what each column is and what would change before anything is written', async ({
  console: { page },
}) => {
  await page.getByRole('button', { name: 'Import devices' }).click();
  await chooseFile(page, 'Choose a file …', {
    name: 'customers.csv',
    mimeType: TEXT,
    buffer: Buffer.from(
      'ICCID;Driver;Remark\n89148000000000000001;New One;a\n8.91E+19;Other;b\n89148000099999999991;New Two;c\n',
    ),
  });
  const dialog = page.getByRole('dialog', { name: 'Import devices and customers' });
  const tally = dialog.getByRole('group', { name: 'Rows by what they would do' });
  await expect(tally).toContainText('0 changed');
  await dialog.getByRole('combobox', { name: 'Column B, Driver' }).click();
  await page.getByRole('option', { name: 'Customer' }).click();
  await expect(tally).toContainText('1 changed');
  await expect(tally).toContainText('1 new');
  await expect(dialog.getByText(/"8\.91E\+19" was turned into a number/)).toBeVisible();
  const go = dialog.getByRole('button', { name: 'Import 2 devices' });
  await expect(go).toBeDisabled();
  await dialog.getByRole('checkbox', { name: 'Leave out 1 row that cannot be taken' }).check();
  await clean(page, 'what an import would change');
  await picture(page, '36-import-preview');
  await go.click();
  await expect(
    page.getByText('1 new device. 2 devices have their customer from this file. 1 row was left out.'),
  ).toBeVisible();
  await page.getByRole('textbox', { name: 'Search devices' }).fill('New One');
  await expect(page.getByText('1 match')).toBeVisible();
});

test('prices with a comma are not taken before somebody says what it is', async ({ console: { page } }) => {
  await page.keyboard.press('Control+2');
  const price = page.getByRole('textbox', { name: 'Price of M2M 5 GB' });
  await expect(price).toBeVisible();
  await page.getByRole('button', { name: 'Import prices' }).click();
  await chooseFile(page, 'Choose a file …', {
    name: 'prices.csv',
    mimeType: TEXT,
    buffer: Buffer.from('Plan code;Monthly price;Currency\nM2M5GB-T;31,25;EUR\n'),
  });
  const dialog = page.getByRole('dialog', { name: 'Import plan prices' });
  await expect(dialog.getByText('What is the comma in 31,25?')).toBeVisible();
  const go = dialog.getByRole('button', { name: /^Import \d prices?$/ });
  await expect(go).toBeDisabled();
  await clean(page, 'the question for the comma');
  await dialog.getByRole('radio', { name: /A decimal comma/ }).check();
  await expect(go).toBeEnabled();
  await expect(dialog.getByRole('grid')).toContainText('€31.25');
  await picture(page, '37-prices-comma');
  await go.click();
  await expect(page.getByText('1 plan has its price from this file.')).toBeVisible();
  await expect(price).toHaveValue('31.25');
});
