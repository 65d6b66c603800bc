import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './console-window.ts';
import { pictureOf } from './pictures.ts';
import { startLargeChange } from './steps.ts';

/** The parts that docs/design-system.md shows, each for itself; that they are there is the test. */
for (const scheme of ['light', 'dark'] as const) {
  test(`the parts of the design system look as they are written down, in ${scheme}`, async ({ console: { page } }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Open the demo' }).click();
    const grid = page.getByRole('grid', { name: 'Devices' });
    await expect(grid).toHaveAttribute('aria-rowcount', '10001');
    await pictureOf(page.getByRole('navigation', { name: 'Main' }), `rail-${scheme}`);
    await page.getByRole('textbox', { name: 'Search devices' }).fill('nothing like it');
    await expect(page.getByText('No device matches', { exact: true })).toBeVisible();
    await pictureOf(page.locator('.grid-empty'), `empty-${scheme}`);
    await page.getByRole('textbox', { name: 'Search devices' }).fill('');
    await page.getByRole('button', { name: 'Select all 10,000' }).click();
    await pictureOf(page.locator('.toolbar'), `toolbar-${scheme}`);
    await pictureOf(page.locator('.page-foot'), `foot-${scheme}`);
    await page.getByRole('button', { name: 'Change …' }).click();
    await page.getByRole('radio', { name: /M2M 1 GB/ }).click();
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    await startLargeChange(page);
    await expect(page.getByText(/Confirmed [1-9]/)).toBeVisible();
    await page.waitForTimeout(2000);
    await pictureOf(page.locator('.run-chart'), `chart-${scheme}`);
    await expect(page.getByText('PARTIAL', { exact: true })).toBeVisible({ timeout: 60_000 });
    await pictureOf(page.locator('.stage-bar').first().locator('..'), `stages-${scheme}`);
    await pictureOf(page.getByText('confirmed, ').locator('..').locator('..'), `tiles-${scheme}`);
    await pictureOf(page.getByRole('grid', { name: 'Devices of this job' }), `statuses-${scheme}`);
    // Every word of a status has its one colour, readable on its tint.
    const { violations } = await new AxeBuilder({ page }).withRules(['color-contrast']).analyze();
    expect(violations).toEqual([]);
  });
}
