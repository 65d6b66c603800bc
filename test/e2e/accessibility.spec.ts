import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { expect, test } from './console-window.ts';

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

for (const scheme of ['light', 'dark'] as const) {
  test(`every screen is free of axe violations in ${scheme}`, async ({ console: { page } }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await expect(page.getByRole('button', { name: 'Open the demo' })).toBeVisible();
    expect.soft(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Open the demo' }).click();
    await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
    await page.getByRole('button', { name: 'Select all 10,000' }).click();
    expect.soft(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Change …' }).click();
    await page.getByRole('radio', { name: /M2M 5 GB/ }).click();
    expect.soft(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    await expect(page.getByText('From which plan to which')).toBeVisible();
    expect.soft(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: /^Change \d,\d+ devices$/ }).click();
    await expect(page.getByText('PARTIAL')).toBeVisible({ timeout: 60_000 });
    expect.soft(await violations(page)).toEqual([]);
    for (const screen of ['Jobs', 'Rate plans', 'Settings']) {
      await page.getByRole('button', { name: screen }).first().click();
      await page.waitForTimeout(300);
      expect.soft([screen, await violations(page)]).toEqual([screen, []]);
    }
  });
}
