/** What the window may ask for: one handler for each call of the contract. No Electron in here. */
import type { CallInput, CallName, CallOutput } from '../../src-preload/contract.ts';
import { deviceHandlers } from './devices.ts';
import { importHandlers } from './imports.ts';
import { jobHandlers } from './jobs.ts';
import { planHandlers } from './plans.ts';
import type { Desk } from './desk.ts';
import { providerHandlers } from './providers.ts';

/** A handler's input has passed its schema. */
export type Handler<N extends CallName> = (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>>;
export type Handlers<N extends CallName = CallName> = { [K in N]: Handler<K> };

export function createHandlers(desk: Desk): Handlers {
  return {
    'app.info': () => desk.info(),
    'app.ready': () => {
      desk.windowIsReady();
    },
    ...providerHandlers(desk),
    ...deviceHandlers(desk),
    ...planHandlers(desk),
    ...jobHandlers(desk),
    ...importHandlers(desk),
  };
}
