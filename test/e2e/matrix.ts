/**
 * `npm run look [folder]`: pictures of every screen with 0, 1, 10,000 and 1,000,000 devices, in light and dark, on a small
 * and a large screen, to be looked at. Nothing is compared.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { App } from '../../src-main/app.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import { fillInventory } from '../bench/fill.ts';
import { openConsole } from './console-window.ts';

const SIZES = [0, 1, 10_000, 1_000_000];
/** Devices of the job that stands in the lists. */
const CHANGED = 5000;
const WINDOWS = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

const folder = process.argv[2] ?? join(tmpdir(), 'rateplan-look');
mkdirSync(folder, { recursive: true });
for (const devices of SIZES) {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-look-'));
  const { store, providerId } = fillInventory(home, devices);
  store.close();
  if (devices > 0) await runOneJob(home, providerId, devices);
  const { page, close } = await openConsole(home);
  await page.getByRole('grid', { name: 'Devices' }).waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const viewport of WINDOWS) {
      await page.setViewportSize(viewport);
      await everyScreen(page, devices, async (name) => {
        await page.waitForTimeout(500);
        const file = `${name}-${String(devices)}-${colorScheme}-${String(viewport.width)}.png`;
        await page.screenshot({ path: join(folder, file) });
      });
    }
  }
  await close();
  rmSync(home, { recursive: true, force: true });
}
console.log(`see ${folder}`);

async function runOneJob(home: string, providerId: number, devices: number): Promise<void> {
  const simulator = new Simulator({ devices });
  const baseUrl = await simulator.start();
  const app = new App({ home, vault: memoryVault(null), actor: 'dana' });
  const { accountName } = simulator.options;
  await app.accounts.update(providerId, { ...app.store.providers.get(providerId), baseUrl, accountName });
  await app.credentials.set(providerId, SIMULATOR_CREDENTIALS);
  app.startEngine();
  const job = app.bulkChanges.create(
    {
      providerId,
      selection: { deviceIds: app.store.devices.ids(providerId, {}).slice(0, CHANGED), identifiers: [] },
      order: { type: 'carrier-rate-plan', planCode: 'M2M150MB-A' },
      effectiveAt: null,
    },
    app.actor,
  );
  app.engine.startDue();
  await app.engine.whenEnded(job.id);
  await app.close();
  await simulator.stop();
}

async function everyScreen(page: Page, devices: number, shoot: (name: string) => Promise<void>): Promise<void> {
  const press = async (name: string | RegExp): Promise<void> => {
    await page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .click();
  };
  await page.keyboard.press('Control+1');
  if (devices > 0) await page.keyboard.press('Control+Shift+X');
  await shoot('devices');
  if (devices > 0) {
    await page.keyboard.press('Control+Shift+A');
    await page.getByText(/^[\d,]+ devices? selected$/).waitFor();
    await shoot('selected');
    await press('Change …');
    await page.getByRole('radio', { name: /M2M 1 GB/ }).click();
    await shoot('plan-choice');
    await press('Review');
    await page.getByText('From which plan to which').waitFor({ timeout: 120_000 });
    await shoot('review');
    await press('Back');
    await page.keyboard.press('Control+1');
    await page.getByRole('grid').getByRole('row').nth(1).click();
    await shoot('device');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  }
  await page.keyboard.press('Control+2');
  await shoot('plans');
  await page.keyboard.press('Control+3');
  await shoot('jobs');
  if (devices > 0) {
    await page.getByRole('grid').getByRole('row').nth(1).click();
    await shoot('job');
  }
  await page.keyboard.press('Control+,');
  await shoot('settings');
}
