/** Composition root 1: the desktop app. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app as electronApp, dialog, type BrowserWindow } from 'electron';
import { App } from './app.ts';
import type { HandlerContext } from './ipc/handler-context.ts';
import { createHandlers } from './ipc/handlers/index.ts';
import { resumeDemo } from './demo.ts';
import { systemClock } from './domain/clock.ts';
import type { AppInfo } from '../src-preload/contract/index.ts';
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
electronApp.enableSandbox();
// What is written is for this user of the computer only.
process.umask(0o077);
// Electron refuses a folder that is not there. What is wrong with one is said when Electron is ready.
try {
  mkdirSync(join(home, 'window'), { recursive: true, mode: 0o700 });
  electronApp.setPath('userData', join(home, 'window'));
} catch {
  // checkDataFolder has the words for it.
}

const forbidden = electronApp.isPackaged
  ? dangerousSwitch((name) => electronApp.commandLine.hasSwitch(name))
  : undefined;
if (forbidden !== undefined) {
  dialog.showErrorBox(
    'The console does not start like this',
    `It was started with --${forbidden}, which would open its window to others. Start it without that switch.`,
  );
  electronApp.exit(1);
} else if (electronApp.requestSingleInstanceLock()) {
  void electronApp
    .whenReady()
    .then(run)
    .catch((error: unknown) => {
      dialog.showErrorBox('The console cannot start', explain(error));
      electronApp.exit(1);
    });
} else {
  electronApp.quit();
}

async function run(): Promise<void> {
  await checkDataFolder(home);
  const log = openLog(home);
  // What nobody has foreseen is written down, without secrets; everything that matters is on disk, so the window stays.
  for (const what of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(what, (error: unknown) => {
      log.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  const app = new App({ home, vault: await openVault(home) });
  app.opened('window');
  let started: EngineStart = { interrupted: [], readOnly: null, olderStore: false };
  limitPermissions();
  serveApp(join(here, '../renderer'));
  const startedAt = process.hrtime.bigint();
  const context: HandlerContext = {
    app,
    demo: undefined,
    info: () => ({
      version: electronApp.getVersion(),
      host: hostName(),
      home,
      vault: { backend: app.vault.backend, library: app.vault.library, notice: app.vault.notice },
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
        defaultPath: join(electronApp.getPath('downloads'), suggestedName),
      });
      return filePath === '' ? undefined : filePath;
    },
    takeEngine: async () => {
      started = await takeEngine(app);
      tellWindow(window, 'engine.started', {});
    },
    onSyncProgress: (progress) => {
      if (app.access.sees(progress.providerId)) tellWindow(window, 'sync.progress', progress);
    },
    onExportProgress: (progress) => {
      tellWindow(window, 'export.progress', progress);
    },
  };
  serveCalls(app, createHandlers(context), (message) => {
    log.error(message);
  });
  const window = openWindow(
    app.store.settings,
    join(here, '../preload/index.cjs'),
    join(here, '../../resources/icon.png'),
  );
  buildMenu((command) => {
    tellWindow(window, 'menu.command', { command });
  }, home);
  followLinks((jobId) => {
    tellWindow(window, 'link.opened', { jobId });
  });
  followEngine(app, window, log);
  lockWhenNobodyIsThere(app.access);
  app.access.listen(() => {
    tellWindow(window, 'session.changed', app.access.view());
  });
  electronApp.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  askBeforeQuitting(context, window);
  // The window reads already while a large store is looked through.
  started = await takeEngine(app);
  if (started.readOnly === null) context.demo ??= await resumeDemo(app);
  tellWindow(window, 'engine.started', {});
  log.info(`console ${electronApp.getVersion()} started on ${home}`);
}

/** Electron's types promise a version; under the stand-in host there is none. */
function hostName(): string {
  const version = (process.versions as Partial<NodeJS.ProcessVersions>)['electron'];
  return version === undefined ? 'stand-in host (browser)' : `Electron ${version}`;
}

type EngineStart = Pick<AppInfo, 'interrupted' | 'readOnly' | 'olderStore'>;

/** Without the engine lock the window can still read everything. */
async function takeEngine(app: App): Promise<EngineStart> {
  try {
    return { ...(await app.startEngineInBackground()), readOnly: null, olderStore: false };
  } catch (error) {
    if (error instanceof ConsoleError && (error.code === 'busy' || error.code === 'store'))
      return {
        interrupted: [],
        readOnly: explain(error),
        olderStore: (await app.auditService.checkAnchor()) !== undefined,
      };
    throw error;
  }
}

function followEngine(app: App, window: BrowserWindow, log: Logger): void {
  const lastTold = new Map<number, number>();
  app.engine.listen((event) => {
    switch (event.kind) {
      case 'progress': {
        const progress = app.progress.update(event);
        showTaskbarProgress(window, progress.counts.open === 0 ? undefined : progress.share);
        if (!mayBeTold(app, event.jobId)) return;
        const now = Date.now();
        if (progress.counts.open > 0 && now - (lastTold.get(event.jobId) ?? 0) < PROGRESS_EVERY_MS) return;
        lastTold.set(event.jobId, now);
        tellWindow(window, 'job.progress', progress);
        return;
      }
      case 'job': {
        const job = app.store.jobs.get(event.jobId);
        log.info(`job ${String(job.id)} is ${job.state}`);
        stayAwake(app.store.jobs.inState('running').length > 0);
        if (job.state === 'running') app.progress.reset(job.id);
        if (mayBeTold(app, job.id)) tellWindow(window, 'job.changed', { jobId: job.id, state: job.state });
        if (job.state === 'finished')
          notify(window, 'Rate plan change finished', mayBeTold(app, job.id) ? job.title : `Job ${String(job.id)}`);
        return;
      }
      case 'alert':
        log.info(`alert${event.jobId === null ? '' : ` for job ${String(event.jobId)}`}: ${event.message}`);
        if (event.jobId === null) {
          tellWindow(window, 'alert', { jobId: null, message: event.message });
          notify(window, 'Rate Plan Console', event.message);
          return;
        }
        if (mayBeTold(app, event.jobId)) tellWindow(window, 'alert', { jobId: event.jobId, message: event.message });
        notify(
          window,
          `Job ${String(event.jobId)}`,
          mayBeTold(app, event.jobId) ? event.message : 'It needs attention. Sign in to see why.',
        );
    }
  });
}

/** A locked window, and an operator of other service providers, learns nothing of a job but its number. */
function mayBeTold(app: App, jobId: number): boolean {
  return app.access.sees(app.store.jobs.get(jobId).providerId);
}

/** A job that runs is not ended by a slip of the hand; what is under way is written down before the process ends. */
function askBeforeQuitting(context: HandlerContext, window: BrowserWindow): void {
  let closing = false;
  const close = async (): Promise<void> => {
    closing = true;
    // What a silent carrier still owes is on disk as sent, and is read back at the next start.
    await Promise.race([context.app.close(), systemClock.sleep(LONGEST_GOODBYE_MS)]);
    await context.demo?.simulator.stop();
    electronApp.exit(0);
  };
  window.on('close', (event) => {
    if (closing) return;
    event.preventDefault();
    if (!context.app.engine.isRunning()) {
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
  electronApp.on('window-all-closed', () => undefined);
}
