import { expect, test } from './console-window.ts';
import { startLargeChange } from './steps.ts';
import { picture } from './pictures.ts';

test('follows the system’s dark colours, also on a large screen', async ({ console: { page } }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  const grid = page.getByRole('grid', { name: 'Devices' });
  await expect(grid).toHaveAttribute('aria-rowcount', '10001');
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await picture(page, '14-devices-dark');
  await page.getByRole('button', { name: 'Select all 10,000' }).click();
  await page.getByRole('button', { name: 'Change …' }).click();
  await page.getByRole('radio', { name: /M2M 1 GB/ }).click();
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await startLargeChange(page);
  await expect(page.getByText(/Confirmed [1-9]/)).toBeVisible();
  await picture(page, '15-run-dark');
});
