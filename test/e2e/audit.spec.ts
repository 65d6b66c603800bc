import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from './console-window.ts';
import { picture } from './pictures.ts';

test('the audit log is read, checked and exported; a rewritten entry is named', async ({
  console: { page, home, downloads },
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  const grid = page.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', '10001');
  await page.keyboard.press('Control+4');
  await expect(grid.getByText('inventory.synced')).toBeVisible();
  await page.getByRole('textbox', { name: 'Search the audit log' }).fill('credentials.set');
  await expect(page.getByText('1 entry', { exact: true })).toBeVisible();
  await grid.getByRole('row').nth(1).click();
  await expect(page.getByRole('dialog').getByText('"backend"')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Search the audit log' }).fill('');

  await page.getByRole('button', { name: 'Export with signatures' }).click();
  await expect(page.getByText(/entries exported/)).toBeVisible();
  const check = execFileSync(process.execPath, [join(downloads, 'verify-audit.mjs'), join(downloads, 'audit.jsonl')], {
    encoding: 'utf8',
  });
  const entries = /SOUND: (\d+) entries/.exec(check)?.[1] ?? '';
  expect(readFileSync(join(downloads, 'audit.jsonl'), 'utf8')).toContain('"action":"audit.exported"');
  await page.getByRole('button', { name: 'Check the log' }).click();
  await expect(page.getByText(`${entries} entries, all sound`)).toBeVisible();
  await expect(page.getByText(/Nothing is signed: that takes an OS keychain/)).toBeVisible();
  await picture(page, '37-audit');

  await page.getByRole('button', { name: 'Seal old entries …' }).click();
  await page.getByRole('textbox', { name: 'Months to keep in the store' }).fill('4');
  await picture(page, '43-seal');
  await page.getByRole('button', { name: 'Seal', exact: true }).click();
  // Nothing here is old enough: what happened lately stays.
  await expect(page.getByText('No entry is that old.')).toBeVisible();

  // As somebody with the file could, behind the console's back.
  const db = new Database(join(home, 'console.db'));
  db.exec("DROP TRIGGER audit_is_append_only_u; UPDATE audit SET actor = 'nobody'");
  db.close();
  await page.getByRole('button', { name: 'Check the log' }).click();
  await expect(page.getByText(/Entry \d+ is bad: its content was changed/)).toBeVisible();
});
