/**
 * `npm run bench ui [devices]`: the built window on a large inventory, with a real browser engine; prints a table. Build
 * first (`npm run build`). Without Electron's binary it runs under the stand-in host: then the way between window and
 * main process goes through the browser's debugging protocol, which is slower than Electron's own.
 */
import { readdirSync, readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { openConsole } from '../e2e/console-window.ts';
import { fillInventory } from './fill.ts';
import { printTable } from './table.ts';

const FRAMES = 300;
const KEYS = 40;
const PASTED = 100_000;

export async function benchUi(devices: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-ui-'));
  const { store, fleet } = fillInventory(home, devices);
  store.close();
  const rows: string[][] = [];
  // The first start after the fill writes SQLite's log back; people meet the second one.
  await (await openConsole(home)).close();
  const began = performance.now();
  const { page, pid, close } = await openConsole(home);
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(error.message));
  try {
    const grid = page.getByRole('grid', { name: 'Devices' });
    await grid.getByText(fleet.iccid(0)).waitFor();
    rows.push(['first usable view after start', ms(performance.now() - began), 'with the start of the browser']);
    const paint = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0",
    );
    rows.push(['of it, first paint after the page began', ms(paint), '']);
    await page.waitForTimeout(1000);

    for (const [what, step] of [
      ['scroll, 3 rows a frame', 96],
      ['scroll, a page a frame', 640],
      ['scroll, 1,000 rows a frame', 32_000],
    ] as const) {
      const { intervals, work } = await scroll(page, step);
      rows.push([
        what,
        `p95 ${ms(at(intervals, 0.95))}`,
        `median ${ms(at(intervals, 0.5))}, script and layout of a frame p95 ${ms(at(work, 0.95))}`,
      ]);
    }
    const toEnd = performance.now();
    await grid.focus();
    await page.keyboard.press('End');
    await grid
      .locator(`[aria-rowindex="${String(devices + 1)}"]`)
      .getByText(/^\d{19,20}$/)
      .waitFor();
    rows.push(['last row on the screen', ms(performance.now() - toEnd), `row ${devices.toLocaleString('en-US')}`]);
    await page.keyboard.press('Home');
    await page.waitForTimeout(300);

    rows.push(['arrow key to paint', ...(await keys(page, () => page.keyboard.press('ArrowDown')))]);
    rows.push(['Space (select) to paint', ...(await keys(page, () => page.keyboard.press('Space')))]);
    await page.getByRole('textbox', { name: 'Search devices' }).focus();
    const digits = fleet.iccid(Math.floor(devices / 3)).slice(-8);
    rows.push([
      'key of a search to paint',
      ...(await keys(page, (n) => page.keyboard.press(n % 9 === 8 ? 'Control+A' : (digits[n % 9] ?? '0')))),
    ]);
    await page.getByRole('textbox', { name: 'Search devices' }).fill(digits);
    await page.waitForTimeout(500);
    rows.push([
      'search of 8 digits, there and back',
      ms(await median(9, () => search(page, digits))),
      'with the way to the main process',
    ]);
    await page.getByRole('textbox', { name: 'Search devices' }).fill('');

    const list = Array.from({ length: Math.min(PASTED, devices) }, (_, n) =>
      fleet.iccid(n * Math.max(1, Math.floor(devices / PASTED))),
    ).join('\n');
    await page.getByRole('button', { name: 'Select from list' }).click();
    await page.getByRole('textbox', { name: /ICCIDs, IMEIs or MDNs/ }).waitFor();
    await page.evaluate(`globalThis.benchList = ${JSON.stringify(list)}`);
    const pasted = performance.now();
    await page.evaluate(`(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', globalThis.benchList);
      document.querySelector('textarea').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    })()`);
    await page.getByRole('button', { name: /^Select [\d,]+ devices$/ }).waitFor();
    rows.push([
      `${PASTED.toLocaleString('en-US')} pasted ICCIDs matched`,
      ms(performance.now() - pasted),
      'from the paste to the verdict',
    ]);
    await page.keyboard.press('Escape');

    const all = performance.now();
    await page.getByRole('button', { name: `Select all ${devices.toLocaleString('en-US')}` }).click();
    await page.getByText(`${devices.toLocaleString('en-US')} devices selected`).waitFor();
    rows.push(['all selected', ms(performance.now() - all), '']);
    await page.keyboard.press('Control+Shift+X');
    await page.getByText('No device selected').waitFor();

    await page.waitForTimeout(5000);
    rows.push(['idle memory, all processes', ...memory(pid)]);
  } finally {
    await close();
    rmSync(home, { recursive: true, force: true });
  }
  console.log(`${devices.toLocaleString('en-US')} devices in the window`);
  printTable(['what', 'time', 'remark'], rows);
  if (pageErrors.length > 0) console.log(`errors in the page: ${pageErrors.join('; ')}`);
}

/** Scrolls in every frame. @returns sorted milliseconds between frames, and of script, style and layout in each */
async function scroll(page: Page, step: number): Promise<{ intervals: number[]; work: number[] }> {
  const result = await page.evaluate(`new Promise((done) => {
    const grid = document.querySelector('[role=grid]');
    grid.scrollTop = 0;
    const intervals = [], work = [];
    let last = performance.now();
    const frame = (now) => {
      intervals.push(now - last);
      last = now;
      if (intervals.length > ${String(FRAMES)}) { done({ intervals: intervals.slice(1), work }); return; }
      const begin = performance.now();
      grid.scrollTop += ${String(step)};
      grid.dispatchEvent(new Event('scroll'));
      // After the frame's own rendering: what it took is between the two.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { work.push(performance.now() - begin); };
      requestAnimationFrame(frame);
      channel.port2.postMessage(null);
    };
    requestAnimationFrame(frame);
  })`);
  const { intervals, work } = result as { intervals: number[]; work: number[] };
  return { intervals: intervals.sort((a, b) => a - b), work: work.sort((a, b) => a - b) };
}

/** From a key to the next paint, by the browser's own Event Timing (which counts in steps of 8 ms). */
async function keys(page: Page, press: (n: number) => Promise<void>): Promise<[string, string]> {
  await page.evaluate(`globalThis.benchKeys = []; globalThis.benchObserver?.disconnect();
    globalThis.benchObserver = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === 'keydown') globalThis.benchKeys.push(entry.duration);
    });
    globalThis.benchObserver.observe({ type: 'event', durationThreshold: 16 });`);
  for (let n = 0; n < KEYS; n++) {
    await press(n);
    await page.waitForTimeout(60);
  }
  await page.waitForTimeout(300);
  // Keys that were painted in under 16 ms are not reported at all.
  const slow = await page.evaluate<number[]>('globalThis.benchKeys');
  const durations = [...Array.from({ length: Math.max(0, KEYS - slow.length) }, () => 16), ...slow].sort(
    (a, b) => a - b,
  );
  return [
    `p95 ${ms(at(durations, 0.95))}`,
    `median ${ms(at(durations, 0.5))} or less, slowest ${ms(at(durations, 1))}`,
  ];
}

async function search(page: Page, digits: string): Promise<number> {
  return await page.evaluate<number>(`(async () => {
    const begin = performance.now();
    await consoleBridge.call('devices.page', {
      providerId: 1, filter: { search: ${JSON.stringify(digits)} }, sort: { by: 'iccid', descending: false }, offset: 0, limit: 200,
    });
    return performance.now() - begin;
  })()`);
}

async function median(times: number, measure: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) all.push(await measure());
  return at(
    all.sort((a, b) => a - b),
    0.5,
  );
}

/** Proportional set size of a process and everything below it: shared pages count once. Linux only. */
function memory(root: number): [string, string] {
  if (process.platform !== 'linux') return ['—', 'read on Linux only'];
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended since the folder was read.
    }
  }
  const below = (pid: number): boolean => pid === root || (parents.has(pid) && below(parents.get(pid) ?? 0));
  const family = [...parents.keys()].filter((pid) => pid > 1 && below(pid));
  const kb = family.reduce((sum, pid) => {
    const found = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8'));
    return sum + Number(found?.[1] ?? 0);
  }, 0);
  return [`${(kb / 1024).toFixed(0)} MB`, `PSS of ${String(family.length)} processes`];
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}
