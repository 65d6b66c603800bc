/** A console's desk without a window: its calls are answered, and files are saved without asking. */
import { join } from 'node:path';
import type { App } from '../../src-main/app.ts';
import type { HandlerContext } from '../../src-main/ipc/handler-context.ts';

/** @param savedTo the folder for saved files; undefined for somebody who always thinks better of it */
export function deskOf(app: App, savedTo?: string): HandlerContext {
  return {
    app,
    demo: undefined,
    info: () => ({
      version: '0',
      host: 'test',
      home: app.home,
      vault: { backend: 'memory', library: null, notice: null },
      interrupted: [],
      readOnly: null,
      olderStore: false,
      openedLink: null,
    }),
    windowIsReady: () => undefined,
    windowHasFailed: () => undefined,
    askWhereToSave: (name) => Promise.resolve(savedTo === undefined ? undefined : join(savedTo, name)),
    takeEngine: async () => {
      await app.startEngineInBackground();
    },
    onSyncProgress: () => undefined,
    onExportProgress: () => undefined,
  };
}
