/** Composition root 1: the desktop app. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, dialog, type BrowserWindow } from 'electron';
import { Console } from './app.ts';
import type { Desk } from './ipc/handler-context.ts';
import { createHandlers } from './ipc/handlers/index.ts';
import { resumeDemo } from './demo.ts';
import { systemClock } from './domain/clock.ts';
import type { AppInfo } from '../src-preload/contract.ts';
import { ConsoleError, explain } from './domain/errors.ts';
import { dataFolder } from './data-folder.ts';
import { openLog, type Logger } from './monitor/log.ts';
import { openVault } from './security/vault.ts';
import { lockWhenNobodyIsThere } from './electron/idle-lock.ts';
import { serveCalls, tellWindow } from './electron/ipc-server.ts';
import { followLinks, linkAmong } from './electron/links.ts';
import { buildMenu } from './electron/menu.ts';
import { notify, showTaskbarProgress } from './electron/notifications.ts';
import { limitPermissions } from './electron/permissions.ts';
import { stayAwake } from './electron/power.ts';
import { dangerousSwitch } from './electron/switches.ts';
import { registerAppScheme, serveApp } from './electron/protocol.ts';
import { checkDataFolder } from './store/data-folder.ts';
import { openWindow } from './electron/window.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const home = dataFolder();
/** How long closing waits for answers that are on their way. */
const LONGEST_GOODBYE_MS = 10_000;
/** The window is told this often at most; a person sees no difference, and the renderer stays free. */
const PROGRESS_EVERY_MS = 150;

registerAppScheme();
// Every process of Chromium's, also one that nobody thought of.
app.enableSandbox();
// What is written is for this user of the computer only.
process.umask(0o077);
// Electron refuses a folder that is not there. What is wrong with one is said when Electron is ready.
try {
  mkdirSync(join(home, 'window'), { recursive: true, mode: 0o700 });
  app.setPath('userData', join(home, 'window'));
} catch {
  // checkDataFolder has the words for it.
}

const forbidden = app.isPackaged ? dangerousSwitch((name) => app.commandLine.hasSwitch(name)) : undefined;
if (forbidden !== undefined) {
  dialog.showErrorBox(
    'The console does not start like this',
    `It was started with --${forbidden}, which would open its window to others. Start it without that switch.`,
  );
  app.exit(1);
} else if (app.requestSingleInstanceLock()) {
  void app
    .whenReady()
    .then(run)
    .catch((error: unknown) => {
      dialog.showErrorBox('The console cannot start', explain(error));
      app.exit(1);
    });
} else {
  app.quit();
}

async function run(): Promise<void> {
  await checkDataFolder(home);
  const log = openLog(home);
  // What nobody has foreseen is written down, without secrets; everything that matters is on disk, so the window stays.
  for (const what of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(what, (error: unknown) => {
      log.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  const console = new Console({ home, vault: await openVault(home) });
  console.opened('window');
  let started: EngineStart = { interrupted: [], readOnly: null, olderStore: false };
  limitPermissions();
  serveApp(join(here, '../renderer'));
  const startedAt = process.hrtime.bigint();
  const desk: Desk = {
    console,
    demo: undefined,
    info: () => ({
      version: app.getVersion(),
      host: hostName(),
      home,
      vault: { backend: console.vault.backend, library: console.vault.library, notice: console.vault.notice },
      ...started,
      openedLink: linkAmong(process.argv),
    }),
    windowIsReady: () => {
      log.info(`window ready after ${String((process.hrtime.bigint() - startedAt) / 1_000_000n)} ms`);
    },
    windowHasFailed: (details) => {
      log.error(`the window failed: ${details}`);
    },
    askWhereToSave: async (suggestedName) => {
      const { filePath } = await dialog.showSaveDialog(window, {
        defaultPath: join(app.getPath('downloads'), suggestedName),
      });
      return filePath === '' ? undefined : filePath;
    },
    takeEngine: async () => {
      started = await takeEngine(console);
      tellWindow(window, 'engine.started', {});
    },
    onSyncProgress: (progress) => {
      if (console.access.sees(progress.providerId)) tellWindow(window, 'sync.progress', progress);
    },
    onExportProgress: (progress) => {
      tellWindow(window, 'export.progress', progress);
    },
  };
  serveCalls(console, createHandlers(desk), (message) => {
    log.error(message);
  });
  const window = openWindow(
    console.store.settings,
    join(here, '../preload/index.cjs'),
    join(here, '../../resources/icon.png'),
  );
  buildMenu((command) => {
    tellWindow(window, 'menu.command', { command });
  }, home);
  followLinks((jobId) => {
    tellWindow(window, 'link.opened', { jobId });
  });
  followEngine(console, window, log);
  lockWhenNobodyIsThere(console.access);
  console.access.listen(() => {
    tellWindow(window, 'session.changed', console.access.view());
  });
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  askBeforeQuitting(desk, window);
  // The window reads already while a large store is looked through.
  started = await takeEngine(console);
  if (started.readOnly === null) desk.demo ??= await resumeDemo(console);
  tellWindow(window, 'engine.started', {});
  log.info(`console ${app.getVersion()} started on ${home}`);
}

/** Electron's types promise a version; under the stand-in host there is none. */
function hostName(): string {
  const version = (process.versions as Partial<NodeJS.ProcessVersions>)['electron'];
  return version === undefined ? 'stand-in host (browser)' : `Electron ${version}`;
}

type EngineStart = Pick<AppInfo, 'interrupted' | 'readOnly' | 'olderStore'>;

/** Without the engine lock the window can still read everything. */
async function takeEngine(console: Console): Promise<EngineStart> {
  try {
    return { ...(await console.startEngineBeside()), readOnly: null, olderStore: false };
  } catch (error) {
    if (error instanceof ConsoleError && (error.code === 'busy' || error.code === 'store'))
      return { interrupted: [], readOnly: explain(error), olderStore: (await console.checkAnchor()) !== undefined };
    throw error;
  }
}

function followEngine(console: Console, window: BrowserWindow, log: Logger): void {
  const lastTold = new Map<number, number>();
  console.engine.listen((event) => {
    switch (event.kind) {
      case 'progress': {
        const progress = console.progress.update(event);
        showTaskbarProgress(window, progress.counts.open === 0 ? undefined : progress.share);
        if (!mayBeTold(console, event.jobId)) return;
        const now = Date.now();
        if (progress.counts.open > 0 && now - (lastTold.get(event.jobId) ?? 0) < PROGRESS_EVERY_MS) return;
        lastTold.set(event.jobId, now);
        tellWindow(window, 'job.progress', progress);
        return;
      }
      case 'job': {
        const job = console.store.jobs.get(event.jobId);
        log.info(`job ${String(job.id)} is ${job.state}`);
        stayAwake(console.store.jobs.inState('running').length > 0);
        if (job.state === 'running') console.progress.reset(job.id);
        if (mayBeTold(console, job.id)) tellWindow(window, 'job.changed', { jobId: job.id, state: job.state });
        if (job.state === 'finished')
          notify(window, 'Rate plan change finished', mayBeTold(console, job.id) ? job.title : `Job ${String(job.id)}`);
        return;
      }
      case 'alert':
        log.info(`alert${event.jobId === null ? '' : ` for job ${String(event.jobId)}`}: ${event.message}`);
        if (event.jobId === null) {
          tellWindow(window, 'alert', { jobId: null, message: event.message });
          notify(window, 'Rate Plan Console', event.message);
          return;
        }
        if (mayBeTold(console, event.jobId))
          tellWindow(window, 'alert', { jobId: event.jobId, message: event.message });
        notify(
          window,
          `Job ${String(event.jobId)}`,
          mayBeTold(console, event.jobId) ? event.message : 'It needs attention. Sign in to see why.',
        );
    }
  });
}

/** A locked window, and an operator of other service providers, learns nothing of a job but its number. */
function mayBeTold(console: Console, jobId: number): boolean {
  return console.access.sees(console.store.jobs.get(jobId).providerId);
}

/** A job that runs is not ended by a slip of the hand; what is under way is written down before the process ends. */
function askBeforeQuitting(desk: Desk, window: BrowserWindow): void {
  let closing = false;
  const close = async (): Promise<void> => {
    closing = true;
    // What a silent carrier still owes is on disk as sent, and is read back at the next start.
    await Promise.race([desk.console.close(), systemClock.sleep(LONGEST_GOODBYE_MS)]);
    await desk.demo?.simulator.stop();
    app.exit(0);
  };
  window.on('close', (event) => {
    if (closing) return;
    event.preventDefault();
    if (!desk.console.engine.isRunning()) {
      void close();
      return;
    }
    void dialog
      .showMessageBox(window, {
        type: 'warning',
        message: 'A job is running.',
        detail: 'If you quit, nothing new is sent and the job can be resumed later. Nothing is lost.',
        buttons: ['Keep running', 'Quit'],
        defaultId: 0,
        cancelId: 0,
      })
      .then(({ response }) => (response === 1 ? close() : undefined));
  });
  app.on('window-all-closed', () => undefined);
}
