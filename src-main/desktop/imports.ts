/** Files that the window reads and hands over piece by piece; the importer reads them as one stream. */
import { importPrices } from '../catalog/prices.ts';
import type { Actor } from '../domain/actor.ts';
import { ConsoleError } from '../domain/errors.ts';
import { identifyFile } from '../inventory/identify.ts';
import { importDevices } from '../inventory/import.ts';
import { CALLS, type CallName, type ImportResult } from '../../src-preload/contract.ts';
import type { Desk, Handlers } from './desk.ts';

/** Pieces wait here until the importer takes them; the window hands over the next one only when the last was taken. */
class PieceStream implements AsyncIterable<string> {
  #piece: string | undefined;
  #ended = false;
  #abandoned = false;
  #taken: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  async push(text: string): Promise<void> {
    this.#piece = text;
    this.#arrived?.();
    if (this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#taken = resolve;
    });
  }

  /** No more pieces come; `abandoned` makes the importer fail, so that nothing is taken over. */
  end(abandoned = false): void {
    this.#ended = true;
    this.#abandoned = abandoned;
    this.#arrived?.();
    this.#taken?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      for (;;) {
        if (this.#piece !== undefined) {
          const piece = this.#piece;
          this.#piece = undefined;
          yield piece;
          this.#taken?.();
        } else if (this.#ended) {
          if (this.#abandoned)
            throw new ConsoleError('bad-input', 'The import was abandoned.', 'Nothing was imported.');
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#arrived = resolve;
          });
        }
      }
    } finally {
      // The importer has stopped reading, perhaps for an error: whoever pushes must not wait for it.
      this.#ended = true;
      this.#taken?.();
    }
  }
}

interface OpenImport {
  what: ImportResult['what'];
  providerId: number;
  /** Who began it; nobody else goes on with it. */
  by: Actor;
  stream: PieceStream;
  result: Promise<ImportResult>;
}

export function importHandlers({ console }: Desk): Handlers<Extract<CallName, `import.${string}`>> {
  const open = new Map<number, OpenImport>();
  let last = 0;
  const find = (importId: number): OpenImport => {
    const found = open.get(importId);
    if (found === undefined) throw new ConsoleError('not-found', 'This import has ended already.');
    if (found.by.id !== console.access.acting.id)
      throw new ConsoleError('not-found', `This import was begun by ${found.by.name}.`, 'Begin it again.');
    // It began earlier: its own right and service provider count, also if they were taken away meanwhile.
    const began = `import.${found.what}` as const;
    const { needs } = CALLS[began];
    if (needs !== 'anyone') console.access.require(needs, began, [found.providerId]);
    return found;
  };
  const run = async (providerId: number, what: ImportResult['what'], stream: PieceStream): Promise<ImportResult> => {
    switch (what) {
      case 'identifiers':
        return { what, identified: await identifyFile(console.store.devices, providerId, stream) };
      case 'devices':
        return { what, devices: await importDevices(console, providerId, stream) };
      case 'prices':
        return { what, prices: await importPrices(console, providerId, stream) };
    }
  };
  const begin = (providerId: number, what: ImportResult['what']): { importId: number } => {
    const importId = ++last;
    const stream = new PieceStream();
    const result = run(providerId, what, stream);
    // The window learns of a failure when it asks for the result.
    result.catch(() => undefined);
    open.set(importId, { what, providerId, by: console.access.acting, stream, result });
    return { importId };
  };
  return {
    'import.identifiers': ({ providerId }) => begin(providerId, 'identifiers'),
    'import.devices': ({ providerId }) => begin(providerId, 'devices'),
    'import.prices': ({ providerId }) => begin(providerId, 'prices'),
    'import.piece': ({ importId, text }) => find(importId).stream.push(text),
    'import.finish': async ({ importId }) => {
      const { stream, result } = find(importId);
      open.delete(importId);
      stream.end();
      return result;
    },
    'import.abandon': ({ importId }) => {
      find(importId).stream.end(true);
      open.delete(importId);
    },
  };
}
