/** What the window may ask for: one handler for each call of the contract. No Electron in here. */
import { auditHandlers } from './audit.ts';
import { deviceHandlers } from './devices.ts';
import { importHandlers } from './imports.ts';
import { jobHandlers } from './jobs.ts';
import { operatorHandlers } from './operators.ts';
import { planHandlers } from './plans.ts';
import type { Desk, Handlers } from './desk.ts';
import { providerHandlers } from './providers.ts';

export function createHandlers(desk: Desk): Handlers {
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
      await desk.console.saveDiagnostics(file, { version, host, vault: vault.backend });
      return { file };
    },
    ...operatorHandlers(desk),
    ...providerHandlers(desk),
    ...deviceHandlers(desk),
    ...planHandlers(desk),
    ...jobHandlers(desk),
    ...auditHandlers(desk),
    ...importHandlers(desk),
  };
}
