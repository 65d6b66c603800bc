import { rmSync } from 'node:fs';
import { expect, openConsole, test } from './console-window.ts';
import { picture } from './pictures.ts';

test.beforeEach(async ({ console: { page } }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
});

test('the palette finds commands, devices and accounts, and says why something cannot be done', async ({
  console: { page },
}) => {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await expect(
    palette.getByRole('option', { name: /Change the selected devices.*Select devices first/ }),
  ).toBeDisabled();
  await picture(page, '28-palette');
  await page.keyboard.type('rate plans');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Rate plans' })).toBeVisible();

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('textbox', { name: 'Find a command, job or device' })).toBeFocused();
  await page.keyboard.type('0000123');
  await palette
    .getByRole('option', { name: /^8914.*123/ })
    .first()
    .click();
  await expect(page.getByRole('dialog', { name: 'Device' }).getByText('Read from the carrier')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('no such thing');
  await expect(palette.getByText('Nothing is called “no such thing”.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
});

test('keys do what the sheet of shortcuts says', async ({ console: { page } }) => {
  await page.keyboard.press('Control+/');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Select a range')).toBeVisible();
  await picture(page, '29-shortcuts');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('Control+Shift+A');
  await expect(page.getByText('10,000 devices selected')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: 'Change devices' })).toBeVisible();
  await page.keyboard.press('Control+3');
  await expect(page.getByRole('heading', { name: 'Jobs', exact: true })).toBeVisible();
  await page.keyboard.press('Control+1');
  await page.keyboard.press('F5');
  await expect(page.getByText(/10,000 devices read/)).toBeVisible();
  await page.getByRole('grid', { name: 'Devices' }).focus();
  await page.keyboard.press('Escape');
  await expect(page.getByText('No device selected')).toBeVisible();
});

test('selecting and filtering can be taken back and done again', async ({ console: { page } }) => {
  const grid = page.getByRole('grid', { name: 'Devices' });
  await page.getByRole('button', { name: 'Select all 10,000' }).click();
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(page.getByText('No device selected')).toBeVisible();
  await grid.focus();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('10,000 devices selected')).toBeVisible();
  await expect(page.getByText('deselect 10,000 devices')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('No device selected')).toBeVisible();
  await page.keyboard.press('Control+Shift+z');
  await expect(page.getByText('10,000 devices selected')).toBeVisible();

  // Typing is one step; inside of the field the keys belong to its text.
  await page.getByRole('textbox', { name: 'Search devices' }).fill('0000123');
  await expect(grid).not.toHaveAttribute('aria-rowcount', '10001');
  await grid.focus();
  await page.keyboard.press('Control+z');
  await expect(grid).toHaveAttribute('aria-rowcount', '10001');
  await expect(page.getByRole('textbox', { name: 'Search devices' })).toHaveValue('');
});

test('the first steps follow what a person does, and can be seen again', async ({ console: { page } }) => {
  const tour = page.getByRole('region', { name: 'First steps' });
  await expect(tour.getByText('Filter or search the list')).toBeVisible();
  await picture(page, '30-first-steps');
  await page.getByRole('button', { name: 'Select all 10,000' }).click();
  await expect(tour.getByText('Press “Change …”')).toBeVisible();
  await tour.getByRole('button', { name: 'Skip' }).click();
  await expect(tour).toBeHidden();
  await page.reload();
  await expect(page.getByRole('grid', { name: 'Devices' })).toBeVisible();
  await expect(tour).toBeHidden();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('tour');
  await page.keyboard.press('Enter');
  await expect(tour).toBeVisible();
});

test('a link leads to its job, also when the console is started by it', async ({ console: first }) => {
  const { page } = first;
  await page.getByRole('grid', { name: 'Devices' }).getByRole('row').nth(2).getByRole('checkbox').click();
  await page.getByRole('button', { name: 'Change …' }).click();
  await page.getByRole('radio', { name: /M2M 5 GB/ }).click();
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await page.getByRole('button', { name: 'Change 1 device' }).click();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Copy link to this job' }).click();
  await expect(page.getByText('rateplan-console://job/1')).toBeVisible();
  await expect(page.getByRole('heading', { name: /Job 1/ }).getByText(/PROCESSED|ERROR/)).toBeVisible({
    timeout: 30_000,
  });
  await first.kill();
  const second = await openConsole(first.home, ['rateplan-console://job/1']);
  try {
    await expect(second.page.getByRole('heading', { name: /Job 1/ })).toBeVisible();
  } finally {
    await second.close();
    rmSync(first.home, { recursive: true, force: true });
  }
});
