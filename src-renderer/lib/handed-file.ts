import type { CallInput, ImportDone, ImportLook, ImportWhat } from '../../src-preload/contract';
import { api } from './api';
import { sendFile } from './send-file';

export type LookChoices = Omit<CallInput<'import.look'>, 'importId'>;

/**
 * A file in the main process: handed over, looked at as often as a choice changes, then written or abandoned. Looks follow
 * one another, so that what is written is what was shown last.
 */
export class HandedFile {
  readonly #import: Promise<number>;
  readonly #ended = new AbortController();
  #last: Promise<unknown>;
  #isOpen = true;

  /** @param onProgress told how much of the file was handed over, 0 to 1 */
  constructor(providerId: number, what: ImportWhat, file: File, onProgress: (share: number) => void) {
    this.#import = sendFile(providerId, what, file, this.#ended.signal, onProgress);
    this.#last = this.#import;
  }

  look(choices: LookChoices): Promise<ImportLook> {
    return this.#next((importId) => api('import.look', { ...choices, importId }));
  }

  apply(leaveOut: boolean): Promise<ImportDone> {
    return this.#next(async (importId) => {
      const done = await api('import.apply', { importId, leaveOut });
      this.#isOpen = false;
      return done;
    });
  }

  /** Nobody waits for it any more. */
  end(): void {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#ended.abort();
    if (!wasOpen) return;
    // What failed before has ended by itself or was shown; what is not abandoned, goes when the app ends.
    this.#import.then((importId) => api('import.abandon', { importId })).catch(() => undefined);
  }

  #next<T>(work: (importId: number) => Promise<T>): Promise<T> {
    const before = this.#last.catch(() => undefined);
    const next = before.then(async () => work(await this.#import));
    this.#last = next;
    return next;
  }
}
