/** What the window may ask for: one handler for each call of the contract. No Electron in here. */
import { checkOutputFile } from '../../store/output-place.ts';
import { auditHandlers } from './audit.ts';
import { deviceHandlers } from './devices.ts';
import { exportHandlers } from './exports.ts';
import { importHandlers } from './imports.ts';
import { jobHandlers } from './jobs.ts';
import { operatorHandlers } from './operators.ts';
import { planHandlers } from './plans.ts';
import type { HandlerContext, Handlers } from '../handler-context.ts';
import { providerHandlers } from './accounts.ts';

/**
 * A save dialog can stand open for hours: who chose the file is asked again before anything is written to it. A place that
 * cannot be written is refused before anything is written down about it.
 */
function askingAgain(context: HandlerContext): HandlerContext {
  return {
    ...context,
    askWhereToSave: async (suggestedName) => {
      const file = await context.askWhereToSave(suggestedName);
      if (file === undefined) return undefined;
      context.app.askAgain();
      await checkOutputFile(file);
      return file;
    },
  };
}

export function createHandlers(host: HandlerContext): Handlers {
  const context = askingAgain(host);
  return {
    'app.info': () => context.info(),
    'app.ready': () => {
      context.windowIsReady();
    },
    'app.windowFailed': ({ details }) => {
      context.windowHasFailed(details);
    },
    'app.saveDiagnostics': async () => {
      const file = (await context.askWhereToSave('diagnostics.json')) ?? null;
      if (file === null) return { file };
      const { version, host, vault } = context.info();
      await context.app.saveDiagnostics(file, {
        version,
        host,
        vault: vault.library === null ? vault.backend : `${vault.backend} (${vault.library})`,
      });
      return { file };
    },
    ...operatorHandlers(context),
    // What it keeps, the demo, is the host's.
    ...providerHandlers(host),
    ...deviceHandlers(context),
    ...planHandlers(context),
    ...jobHandlers(context),
    ...auditHandlers(context),
    ...exportHandlers(context),
    ...importHandlers(context),
  };
}
