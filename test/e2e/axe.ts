/** Axe's rules for WCAG 2.2 AA on what is on the screen. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from 'playwright/test';

/** `openDelay` in src-renderer/styles/theme.ts: what is under the mouse speaks after it. */
const TOOLTIP_DELAY_MS = 300;

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.map(
    (one) =>
      `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).join(', ')}`,
  );
}

/** What is on the screen now is clean; named, so that a failure says where. */
export async function clean(page: Page, what: string): Promise<void> {
  // What is on its way is half transparent; with reduced motion only the console's own delays are left to wait for.
  await page.waitForTimeout(TOOLTIP_DELAY_MS + 200);
  await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined)))');
  expect.soft([what, await violations(page)]).toEqual([what, []]);
}
