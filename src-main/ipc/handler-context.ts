/** What the handlers share: the console, and the few things that only the shell can do. */
import type { AppInfo, CallInput, CallName, CallOutput } from '../../src-preload/contract/index.ts';
import type { App } from '../app.ts';
import type { Demo } from '../demo.ts';
import { ConsoleError } from '../domain/errors.ts';
import { endingOf, formatOfName, type FileFormat } from '../domain/file-formats.ts';
import type { SyncProgress } from '../inventory/sync.ts';

export interface HandlerContext {
  readonly app: App;
  /** The running demo, if one was started. */
  demo: Demo | undefined;
  info(): AppInfo;
  windowIsReady(): void;
  /** A screen could not be drawn: for the log. */
  windowHasFailed(details: string): void;
  /** Asks where to save. @returns undefined when the person thought better of it */
  askWhereToSave(suggestedName: string): Promise<string | undefined>;
  /** Tries again to run jobs, after what kept this window from it is out of the way. */
  takeEngine(): Promise<void>;
  onSyncProgress(progress: SyncProgress): void;
  onExportProgress(progress: { ticket: string; rows: number }): void;
}

/** A handler's input has passed its schema. */
export type Handler<N extends CallName> = (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>>;
export type Handlers<N extends CallName = CallName> = { [K in N]: Handler<K> };

/**
 * @returns where a person wants the table, and in which form; undefined when they thought better of it
 * @throws ConsoleError `bad-input` for a name of a form that is not written
 */
export async function askForTable(
  context: HandlerContext,
  name: string,
  chosen: FileFormat,
): Promise<{ file: string; format: FileFormat } | undefined> {
  const file = await context.askWhereToSave(`${name}.${endingOf(chosen)}`);
  if (file === undefined) return undefined;
  const other = /\.(xls|xlsm|xlsb|ods|numbers|pdf|html?)$/i.exec(file)?.[1]?.toLowerCase();
  if (other !== undefined)
    throw new ConsoleError(
      'bad-input',
      `A .${other} file cannot be written.`,
      'Choose a name that ends in .csv or .xlsx.',
    );
  return { file, format: formatOfName(file, chosen) };
}
