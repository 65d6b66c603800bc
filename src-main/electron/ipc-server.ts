/** The window's calls arrive here: only its own pages may ask, and `ipc/dispatch.ts` does the rest. */
import { ipcMain, type BrowserWindow } from 'electron';
import {
  CALLS,
  type CallAnswer,
  type CallName,
  type EventName,
  type EventPayload,
} from '../../src-preload/contract/index.ts';
import type { App } from '../app.ts';
import { dispatch, refusal } from '../ipc/dispatch.ts';
import type { Handlers } from '../ipc/handler-context.ts';
import { isOwnPage } from './protocol.ts';

export function serveCalls(app: App, handlers: Handlers, log: (message: string) => void): void {
  for (const name of Object.keys(CALLS) as CallName[]) {
    ipcMain.handle(name, async (event, input: unknown): Promise<CallAnswer<unknown>> => {
      // Only the main frame of the window's own page: a frame in it is somebody else's.
      const { senderFrame } = event;
      if (senderFrame === null || senderFrame !== event.sender.mainFrame || !isOwnPage(senderFrame.url))
        return refusal('refused', 'Only the console’s own window may ask.');
      return dispatch(app, handlers, name, input, log);
    });
  }
}

/** Tells the window; a window that is closing hears nothing more. */
export function tellWindow<N extends EventName>(window: BrowserWindow, name: N, payload: EventPayload<N>): void {
  if (!window.isDestroyed()) window.webContents.send(name, payload);
}
