/** Answers the window's calls: checks who asks and what, runs the handler, and turns errors into words. */
import { ipcMain, type BrowserWindow } from 'electron';
import {
  CALLS,
  type CallAnswer,
  type CallError,
  type CallName,
  type EventName,
  type EventPayload,
} from '../../src-preload/contract.ts';
import type { Handlers } from '../desktop/desk.ts';
import { ConsoleError, storageProblem } from '../domain/errors.ts';
import { redact } from '../security/redaction.ts';
import { CarrierError } from '../thingspace/carrier-error.ts';
import { isOwnPage } from './protocol.ts';

export function serveCalls(handlers: Handlers, log: (message: string) => void): void {
  for (const name of Object.keys(CALLS) as CallName[]) {
    ipcMain.handle(name, async (event, input: unknown): Promise<CallAnswer<unknown>> => {
      if (!isOwnPage(event.senderFrame?.url ?? '')) return refusal('refused', 'Only the console’s own window may ask.');
      const parsed = CALLS[name].input.safeParse(input);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        return refusal(
          'bad-input',
          `${issue?.message ?? 'The input is not right.'}${issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')})`}`,
        );
      }
      try {
        // The schema that was just passed is the one that types the handler's input.
        const handler = handlers[name] as (checked: unknown) => unknown;
        return { ok: true, value: await handler(parsed.data) };
      } catch (error) {
        const answer = describe(error);
        if (answer.code === 'defect')
          log(
            `call ${name} failed: ${redact(error instanceof Error ? (error.stack ?? error.message) : String(error))}`,
          );
        return { ok: false, error: answer };
      }
    });
  }
}

/** Tells the window; a window that is closing hears nothing more. */
export function tellWindow<N extends EventName>(window: BrowserWindow, name: N, payload: EventPayload<N>): void {
  if (!window.isDestroyed()) window.webContents.send(name, payload);
}

function refusal(code: string, message: string): CallAnswer<never> {
  return { ok: false, error: { code, message, next: null } };
}

function describe(thrown: unknown): CallError {
  const error = storageProblem(thrown) ?? thrown;
  if (error instanceof ConsoleError)
    return { code: error.code, message: redact(error.message), next: error.next ?? null };
  if (error instanceof CarrierError)
    return { code: error.kind, message: redact(error.message), next: error.nextStep ?? null };
  return {
    code: 'defect',
    message: 'Something went wrong inside the console; nothing was lost. The log has the details.',
    next: null,
  };
}
