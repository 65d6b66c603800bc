/** What the window may ask for: one handler for each call of the contract. No Electron in here. */
import { checkOutputFile } from '../../store/output-place.ts';
import { auditHandlers } from './audit.ts';
import { deviceHandlers } from './devices.ts';
import { exportHandlers } from './exports.ts';
import { importHandlers } from './imports.ts';
import { jobHandlers } from './jobs.ts';
import { operatorHandlers } from './operators.ts';
import { planHandlers } from './plans.ts';
import type { Desk, Handlers } from '../handler-context.ts';
import { providerHandlers } from './accounts.ts';

/**
 * A save dialog can stand open for hours: who chose the file is asked again before anything is written to it. A place that
 * cannot be written is refused before anything is written down about it.
 */
function askingAgain(desk: Desk): Desk {
  return {
    ...desk,
    askWhereToSave: async (suggestedName) => {
      const file = await desk.askWhereToSave(suggestedName);
      if (file === undefined) return undefined;
      desk.console.askAgain();
      await checkOutputFile(file);
      return file;
    },
  };
}

export function createHandlers(host: Desk): Handlers {
  const desk = askingAgain(host);
  return {
    'app.info': () => desk.info(),
    'app.ready': () => {
      desk.windowIsReady();
    },
    'app.windowFailed': ({ details }) => {
      desk.windowHasFailed(details);
    },
    'app.saveDiagnostics': async () => {
      const file = (await desk.askWhereToSave('diagnostics.json')) ?? null;
      if (file === null) return { file };
      const { version, host, vault } = desk.info();
      await desk.console.saveDiagnostics(file, {
        version,
        host,
        vault: vault.library === null ? vault.backend : `${vault.backend} (${vault.library})`,
      });
      return { file };
    },
    ...operatorHandlers(desk),
    // What it keeps, the demo, is the host's.
    ...providerHandlers(host),
    ...deviceHandlers(desk),
    ...planHandlers(desk),
    ...jobHandlers(desk),
    ...auditHandlers(desk),
    ...exportHandlers(desk),
    ...importHandlers(desk),
  };
}
