import type { Page } from 'playwright/test';
import { clean } from './axe.ts';
import { expect, test } from './console-window.ts';
import { startLargeChange } from './steps.ts';

async function overlay(page: Page, what: string, open: () => Promise<void>): Promise<void> {
  await open();
  await clean(page, what);
  await page.keyboard.press('Escape');
  await page.waitForTimeout(300);
}

for (const scheme of ['light', 'dark'] as const) {
  test(`every screen and dialog is free of axe violations in ${scheme}`, async ({ console: { page } }) => {
    test.setTimeout(600_000);
    const press = async (name: string | RegExp): Promise<void> => {
      await page
        .getByRole('button', { name, exact: typeof name === 'string' })
        .first()
        .click();
    };
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await expect(page.getByRole('button', { name: 'Open the demo' })).toBeVisible();
    await clean(page, 'welcome');
    await press('Open the demo');
    const grid = page.getByRole('grid', { name: 'Devices' });
    await expect(grid).toHaveAttribute('aria-rowcount', '10001');
    await press('Select all 10,000');
    await clean(page, 'devices');
    await overlay(page, 'palette', () => page.keyboard.press('Control+k'));
    await overlay(page, 'shortcuts', () => page.keyboard.press('Control+/'));
    await overlay(page, 'columns', () => press('Columns'));
    await overlay(page, 'more filters', () => press('More filters'));
    await overlay(page, 'composition', () => press('What are they?'));
    await overlay(page, 'views', () => press('Views'));
    await overlay(page, 'import', () => press('Import devices'));
    await overlay(page, 'device', () => grid.getByRole('row').nth(3).click());
    await overlay(page, 'list', async () => {
      await press('Select from list');
      await page.getByRole('textbox', { name: /ICCIDs/ }).fill('89148000000000000001\nnone\n89148000099999999998');
      await clean(page, 'paste');
      await press('Check');
      await expect(page.getByRole('group', { name: 'Lines by what they are' })).toContainText('1 found');
    });
    await page.getByRole('textbox', { name: 'Search devices' }).fill('nothing like it');
    await expect(page.getByText('No device matches', { exact: true })).toBeVisible();
    await clean(page, 'no device');
    await press('Change …');
    await page.getByRole('radio', { name: /M2M 5 GB/ }).click();
    await clean(page, 'plan choice');
    await page.getByText('Suspend', { exact: true }).click();
    await clean(page, 'suspend');
    await page.getByText('Custom fields', { exact: true }).first().click();
    await clean(page, 'custom fields');
    await page.getByText('Rate plan', { exact: true }).first().click();
    await press('Review');
    await expect(page.getByText('From which plan to which')).toBeVisible();
    await clean(page, 'review');
    await overlay(page, 'confirmation', () => press(/^Change \d,\d+ devices$/));
    await startLargeChange(page);
    await expect(page.getByRole('img', { name: /Devices a second/ })).toBeVisible();
    await clean(page, 'running job');
    await expect(page.getByText('PARTIAL', { exact: true })).toBeVisible({ timeout: 60_000 });
    await clean(page, 'finished job');
    await overlay(page, 'change', () => page.getByRole('grid').getByRole('row').nth(1).click());
    await overlay(page, 'job menu', () => press('More actions'));
    await overlay(page, 'undo', async () => {
      await press('More actions');
      await page.getByRole('menuitem', { name: 'Undo …' }).click();
      await expect(page.getByText('Each device goes back')).toBeVisible();
    });
    for (const screen of ['Jobs', 'Rate plans', 'Audit log', 'Settings']) {
      await press(screen);
      await clean(page, screen);
    }
    await press('Show endpoints, batches and limits');
    await clean(page, 'all settings');
  });
}

test('at 200 % zoom everything is still there and can be reached', async ({ console: { page } }) => {
  // What 200 % makes of a window of 1280 by 800.
  await page.setViewportSize({ width: 640, height: 400 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  const grid = page.getByRole('grid', { name: 'Devices' });
  await expect(grid).toHaveAttribute('aria-rowcount', '10001');
  const wide = 'document.scrollingElement.scrollWidth > innerWidth';
  expect(await page.evaluate(wide)).toBe(false);
  await page.getByRole('button', { name: 'Select all 10,000' }).click();
  await page.getByRole('button', { name: 'Change …' }).click();
  await page.getByRole('radio', { name: /M2M 5 GB/ }).click();
  expect(await page.evaluate(wide)).toBe(false);
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByText('From which plan to which')).toBeVisible();
  await startLargeChange(page);
  await expect(page.getByText('PARTIAL', { exact: true })).toBeVisible({ timeout: 60_000 });
  expect(await page.evaluate(wide)).toBe(false);
  await page.getByRole('button', { name: 'Save failure report' }).click();
  await expect(page.getByText('Failure report saved')).toBeVisible();
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  expect(await page.evaluate(wide)).toBe(false);
});

test('the whole way is gone with the keyboard alone', async ({ console: { page } }) => {
  const tabTo = async (name: string): Promise<void> => {
    await expect(page.getByRole('button', { name, exact: true }).first()).toBeEnabled();
    for (let n = 0; n < 60; n++) {
      if ((await page.evaluate<string>("document.activeElement?.textContent ?? ''")) === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await tabTo('Open the demo');
  await page.keyboard.press('Enter');
  const grid = page.getByRole('grid', { name: 'Devices' });
  await expect(grid).toHaveAttribute('aria-rowcount', '10001');
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(page.getByText('1 device selected')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('radio', { name: /M2M 5 GB/ }).focus();
  await page.keyboard.press('Space');
  await tabTo('Review');
  await page.keyboard.press('Enter');
  await tabTo('Change 1 device');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /Job 1/ }).getByText(/PROCESSED|ERROR/)).toBeVisible({
    timeout: 30_000,
  });
});
