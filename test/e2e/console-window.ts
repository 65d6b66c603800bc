/** Opens the built console for a test: in Electron where its binary is on this machine, else in the stand-in host. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, chromium, test as base, type Page } from 'playwright/test';
import { electronBinary } from '../host/start.ts';
import { findBrowser } from '../host/find-browser.ts';

const root = join(import.meta.dirname, '../..');
const READY_LIMIT_MS = 60_000;

export interface ConsoleWindow {
  page: Page;
  /** The data folder. */
  home: string;
  /** Where the stand-in host saves files; in Electron a test answers the dialog instead. */
  savedFiles: () => string[];
  downloads: string;
  /** The console's own process; others of it are its children. */
  pid: number;
  /** Kills the console's process without warning, and leaves its data folder. */
  kill: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * @param home an existing data folder, to open it again
 * @param link opened with the console, as the system does it for a link that was clicked
 */
export async function openConsole(
  home = mkdtempSync(join(tmpdir(), 'rateplan-e2e-')),
  link: string[] = [],
): Promise<ConsoleWindow> {
  const downloads = join(home, 'downloads');
  const env = { ...process.env, RATEPLAN_HOME: home, RATEPLAN_HOST_DOWNLOADS: downloads };
  const savedFiles = (): string[] => readdirSync(downloads).map((name) => join(downloads, name));
  const binary = electronBinary();
  if (binary !== undefined) {
    const app = await _electron.launch({
      executablePath: binary,
      args: ['--no-sandbox', root, ...link],
      env: env,
    });
    await app.evaluate(({ dialog }, folder) => {
      dialog.showSaveDialog = (...args: unknown[]) => {
        const { defaultPath = 'file' } = args.at(-1) as { defaultPath?: string };
        return Promise.resolve({
          canceled: false,
          filePath: `${folder}/${defaultPath.split(/[\\/]/).at(-1) ?? 'file'}`,
        });
      };
      // Closing the window while a job runs asks first; a test that closes means it.
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
    }, downloads);
    return {
      page: await app.firstWindow(),
      home,
      downloads,
      savedFiles,
      pid: app.process().pid ?? 0,
      kill: async () => {
        app.process().kill('SIGKILL');
        await app.close().catch(() => undefined);
      },
      close: () => app.close(),
    };
  }
  const child = spawn(process.execPath, ['--import', './test/host/register.ts', 'out/main/index.js', ...link], {
    cwd: root,
    env: { ...env, RATEPLAN_HOST_HEADLESS: '1', RATEPLAN_HOST_DEBUG: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: killing it takes its browser along, as a crash of the machine would.
    detached: true,
  });
  const browser = await chromium.connectOverCDP(await devtoolsOf(child));
  const page = browser.contexts()[0]?.pages()[0];
  if (page === undefined) throw new Error('the stand-in host opened no page');
  return {
    page,
    home,
    downloads,
    savedFiles,
    pid: child.pid ?? 0,
    kill: () => end(child, 'SIGKILL'),
    close: () => end(child, 'SIGTERM'),
  };
}

async function devtoolsOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('the stand-in host did not open its window in time'));
    }, READY_LIMIT_MS);
    let seen = '';
    child.stdout?.on('data', (data: Buffer) => {
      seen += data.toString();
      const found = /host: devtools (ws:\S+)/.exec(seen);
      if (found?.[1] === undefined) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
    child.once('exit', (code) => {
      reject(new Error(`the stand-in host ended with code ${String(code)}`));
    });
  });
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (signal === 'SIGKILL') process.kill(-child.pid, signal);
  else child.kill(signal);
  await ended;
}

/** A test with a fresh console; skipped, with the reason, where no window can be opened at all. */
export const test = base.extend<{ console: ConsoleWindow }>({
  // Playwright wants the first argument to be a pattern, even an empty one.

  console: async ({}, use, testInfo) => {
    if (electronBinary() === undefined && (await findBrowser()) === undefined)
      testInfo.skip(true, 'neither Electron nor a Chromium is on this machine');
    const opened = await openConsole();
    await use(opened);
    await opened.close();
    rmSync(opened.home, { recursive: true, force: true });
  },
});
export { expect } from 'playwright/test';
