import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from './console-window.ts';
import { startLargeChange } from './steps.ts';
import { picture } from './pictures.ts';

test('devices are suspended and get custom fields, with a priority, from the same screens', async ({
  console: { page },
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  await page.getByRole('textbox', { name: 'Search devices' }).fill('Halvorsen');
  await expect(page.getByText(/match$/)).toBeVisible();
  await page.getByRole('button', { name: /^Select all \d/ }).click();
  await page.getByRole('button', { name: 'Change …' }).click();
  await page.getByText('Suspend', { exact: true }).click();
  await expect(page.getByText('A suspended device has no service')).toBeVisible();
  await picture(page, '20-suspend');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByText('will be brought to the state')).toBeVisible();
  await page.getByText('High', { exact: true }).click();
  await picture(page, '21-suspend-review');
  await startLargeChange(page, 'Suspend');
  const heading = page.getByRole('heading', { name: /Job 1/ });
  await expect(heading.getByText(/PROCESSED|PARTIAL/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/^Suspend [\d,]+ devices/)).toBeVisible();

  await page.getByRole('button', { name: 'Devices' }).first().click();
  await page.getByRole('combobox', { name: 'Filter by state' }).click();
  await page.getByRole('option', { name: /^suspend/ }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Select all \d/ }).click();
  await page.getByRole('button', { name: 'Change …' }).click();
  await page.getByText('Custom fields', { exact: true }).click();
  await expect(page.getByRole('button', { name: 'Review', exact: true })).toBeDisabled();
  await page.getByRole('textbox', { name: 'CustomField2' }).fill('returned');
  await picture(page, '22-custom-fields');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await startLargeChange(page);
  await expect(page.getByRole('heading', { name: /Job 2/ }).getByText('PROCESSED')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('CustomField2=returned').first()).toBeVisible();
  await picture(page, '23-custom-fields-job');
});

test('a plan that was changed elsewhere shows after a sync and in the review, and can be marked as seen', async ({
  console: { page, home },
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  await page.getByRole('button', { name: 'Select all 10,000' }).click();
  const db = new Database(join(home, 'console.db'), { readonly: true });
  const address = db.prepare<[], string>('SELECT base_url FROM service_provider').pluck().get() ?? '';
  const iccid = db.prepare<[], string>("SELECT iccid FROM device WHERE plan_code = 'M2M5GB-T' LIMIT 1").pluck().get();
  db.close();
  const answer = await fetch(`${address}/simulator/device`, {
    method: 'POST',
    body: JSON.stringify({ iccid, plan: 'M2M1MB-S' }),
  });
  expect(answer.ok).toBe(true);
  await page.getByRole('button', { name: 'Sync' }).click();
  await expect(page.getByText('1 device has a plan that was changed elsewhere')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Show them' }).click();
  await expect(page.getByRole('img', { name: 'changed elsewhere' })).toBeVisible();
  await picture(page, '24-drift');
  await page.getByRole('button', { name: 'Change …' }).click();
  await page.getByRole('radio', { name: /M2M 1 GB Aggregate/ }).click();
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByText(/The plan of 1 device was changed elsewhere/)).toBeVisible();
  await picture(page, '25-drift-review');
  await page.getByRole('button', { name: 'Devices' }).first().click();
  await page.getByRole('button', { name: 'Mark as seen' }).click();
  await expect(page.getByText('1 device has a plan that was changed elsewhere')).toBeHidden();
});
