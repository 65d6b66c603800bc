import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, openConsole, test } from './console-window.ts';
import { picture } from './pictures.ts';

test('connects an account: settings, credentials that cannot be read back, a refused and a working connection', async ({
  console: { page },
}) => {
  const simulator = new Simulator({ devices: 120 });
  const url = await simulator.start();
  try {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByLabel('Name', { exact: false }).first().fill('Acme production');
    await page.getByLabel(/Account name/).fill(simulator.options.accountName);
    await page.getByRole('button', { name: 'Show endpoints, batches and limits' }).click();
    await page.getByLabel('Base address').fill('http://thingspace.example');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByText('Credentials', { exact: true })).toBeVisible();

    const fill = async (password: string): Promise<void> => {
      await page.getByLabel('API key').fill(SIMULATOR_CREDENTIALS.key);
      await page.getByLabel('API secret').fill(SIMULATOR_CREDENTIALS.secret);
      await page.getByLabel(/^User/).fill(SIMULATOR_CREDENTIALS.username);
      await page.getByLabel(/^Password/).fill(password);
      await page.getByRole('button', { name: 'Store credentials' }).click();
      await expect(page.getByLabel('API key')).toHaveValue('');
    };
    await fill('not-the-password');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText(/is not protected by TLS/)).toBeVisible();

    await page.getByRole('button', { name: 'Show endpoints, batches and limits' }).click();
    await page.getByLabel('Base address').fill(url);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('are saved.').last()).toBeVisible();
    // Secrets are for the address for which they were entered.
    await expect(page.getByText(/They were entered for another address/)).toBeVisible();
    await fill('not-the-password');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText(/The carrier refused the login of user "demo-user"/)).toBeVisible();
    await expect(page.getByText('1 login was refused in a row')).toBeVisible();
    await picture(page, '13-refused-login');
    expect(await page.content()).not.toContain('not-the-password');

    await fill(SIMULATOR_CREDENTIALS.password);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText(/Connected in .* the account has 8 rate plans/)).toBeVisible();
    expect(simulator.stats().failedLogins).toBe(0);
    // The carrier's answer is the only copy of a new password: without a keychain it is not asked for one.
    if (await page.getByText('in memory until the console ends').isVisible())
      await expect(page.getByRole('button', { name: 'Change password at the carrier' })).toBeDisabled();

    await page.getByRole('button', { name: 'Devices', exact: true }).click();
    await page.getByRole('button', { name: 'Sync now' }).click();
    await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '121');
  } finally {
    await simulator.stop();
  }
});

test('credentials that the keychain does not give back are asked for again, and everything else is still there', async ({
  console: first,
}) => {
  const { page } = first;
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByLabel('Name', { exact: false }).first().fill('Acme production');
  await page.getByLabel(/Account name/).fill('0000123456-00001');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  for (const field of [/^API key/, /^API secret/, /^User/, /^Password/]) await page.getByLabel(field).fill('x-y-z-1');
  await page.getByRole('button', { name: 'Store credentials' }).click();
  await expect(page.getByLabel('API key')).toHaveValue('');
  await first.close();
  // Without a keychain, as on this test's computer, they were in memory only; with one, somebody empties it.
  const db = new Database(join(first.home, 'console.db'));
  db.exec("UPDATE service_provider SET id = 77, secrets_backend = coalesce(secrets_backend, 'keychain')");
  db.close();
  const second = await openConsole(first.home);
  try {
    await second.page.setViewportSize({ width: 1280, height: 800 });
    await expect(second.page.getByText('The credentials of Acme production cannot be read any more')).toBeVisible();
    await second.page.getByRole('link', { name: 'Enter them again' }).click();
    await expect(second.page.getByText('The credentials have to be entered again')).toBeVisible();
    await picture(second.page, '38-credentials-gone');
  } finally {
    await second.close();
    rmSync(first.home, { recursive: true, force: true });
  }
});
