import { readFileSync } from 'node:fs';
import { readXlsx } from 'hucre/xlsx';
import { expect, test } from './console-window.ts';
import { picture } from './pictures.ts';

test('a newcomer changes 10,000 devices and saves the failure report, using only what is on the screen', async ({
  console: opened,
}) => {
  const { page } = opened;
  const startedAt = Date.now();
  let interactions = 0;
  const click = async (locator: ReturnType<typeof page.getByRole>): Promise<void> => {
    interactions++;
    await locator.click();
  };
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(page.getByRole('heading', { name: /Change the rate plan of many devices/ })).toBeVisible();
  await picture(page, '01-welcome');

  await click(page.getByRole('button', { name: 'Open the demo' }));
  await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
  await click(page.getByRole('button', { name: 'Select all 10,000' }));
  await expect(page.getByText('10,000 devices selected')).toBeVisible();
  await picture(page, '02-devices');

  await click(page.getByRole('button', { name: 'Change …' }));
  await click(page.getByRole('radio', { name: /M2M 150 MB Aggregate, \$4\.75/ }));
  await picture(page, '03-rate-plan');

  await click(page.getByRole('button', { name: 'Review', exact: true }));
  const start = page.getByRole('button', { name: /^Change \d,\d+ devices$/ });
  await expect(start).toBeEnabled();
  await expect(page.getByText('Skipped: on this plan already')).toBeVisible();
  await picture(page, '04-review');

  await click(start);
  const dialog = page.getByRole('dialog');
  const confirm = dialog.getByRole('button', { name: /^Change \d,\d+ devices$/ });
  await expect(confirm).toBeDisabled();
  interactions++;
  await dialog.getByRole('textbox').fill(/\d,\d+/.exec((await confirm.textContent()) ?? '')?.[0] ?? '');
  await picture(page, '34-confirm');
  await click(confirm);
  await expect(page.getByRole('heading', { name: /Job 1/ })).toBeVisible();
  await expect(page.getByRole('progressbar', { name: 'Changes with an outcome' })).toBeVisible();
  await page.waitForTimeout(4000);
  await picture(page, '05-run');
  await expect(page.getByText('PARTIAL', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('The device is not active (suspended or deactivated).').first()).toBeVisible();

  await click(page.getByRole('button', { name: 'Save failure report' }));
  await expect(page.getByText('Failure report saved')).toBeVisible();
  const seconds = (Date.now() - startedAt) / 1000;
  console.log(
    `newcomer: ${String(interactions)} interactions, ${seconds.toFixed(1)} s from the first window to the saved report`,
  );
  expect(interactions).toBeLessThanOrEqual(12);
  await page.getByRole('alert').getByRole('button').first().click();
  await picture(page, '06-job-done');

  const [file = ''] = opened.savedFiles();
  const { sheets } = await readXlsx(readFileSync(file));
  const [head, ...rows] = sheets[0]?.rows ?? [];
  expect(head?.slice(0, 3)).toEqual(['ICCID', 'IMEI', 'MDN']);
  expect(rows.length).toBeGreaterThan(30);
  const stages = new Set(rows.map((row) => row[head?.indexOf('Stage') ?? 0]));
  expect([...stages].filter((stage) => !['rejected', 'failed', 'unconfirmed'].includes(String(stage)))).toEqual([]);

  // The reason leads to the devices, a device to its log.
  await page.getByRole('button', { name: 'Show devices' }).first().click();
  await page.getByRole('grid', { name: 'Devices of this job' }).getByRole('row').nth(1).click();
  await expect(page.getByText('What to do:')).toBeVisible();
  await page
    .getByText(/Request and answer \(HTTP 400\)/)
    .first()
    .click();
  await expect(page.getByText(/"errorCode":"UnifiedWebService\.INPUT_INVALID\.DeviceState\.Invalid"/)).toBeVisible();
  await picture(page, '07-device-log');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Jobs', exact: false }).first().click();
  await expect(page.getByRole('grid', { name: 'Jobs' }).getByText('PARTIAL')).toBeVisible();
  await picture(page, '08-jobs');
  await page.getByRole('button', { name: 'Rate plans' }).click();
  await expect(page.getByRole('textbox', { name: 'Price of M2M 1 GB Aggregate' })).toHaveValue('9.50');
  await picture(page, '09-rate-plans');
  await page.getByRole('button', { name: 'Settings' }).click();
  await picture(page, '10-settings');
});
