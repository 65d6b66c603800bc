/** A file that comes in pieces, from the window or from standard input, is put down first: a workbook is read from its end. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { ConsoleError, errnoWords } from '../domain/errors.ts';
import { HEAD_BYTES, refuseBinary } from './decode.ts';
import { checkFileSize } from './file-size.ts';
import { isZip } from './format.ts';

/** In the data folder: lists of customers do not belong into a folder that others can read. */
const FOLDER = 'incoming';

/** Those of this process that were not removed yet. */
const open = new Set<Spool>();

/** Pieces of a file on disk until it was read. */
export class Spool {
  readonly path: string;
  readonly #folder: string;
  readonly #out: ReturnType<typeof createWriteStream>;
  readonly #nothing: string;
  #head = Buffer.alloc(0);
  #bytes = 0;
  #failure: unknown;

  private constructor(folder: string, nothing: string) {
    open.add(this);
    this.#folder = folder;
    this.#nothing = nothing;
    this.path = join(folder, 'file');
    this.#out = createWriteStream(this.path, { mode: 0o600, flags: 'wx' });
    this.#out.on('error', (error) => (this.#failure = error));
  }

  /**
   * @param home the data folder
   * @param nothing says what has not happened when the file cannot be used
   */
  static async create(home: string, nothing: string): Promise<Spool> {
    const incoming = join(home, FOLDER);
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    await removeLeftSpools(home);
    return new Spool(await mkdtemp(join(incoming, `${String(process.pid)}-`)), nothing);
  }

  /** @throws ConsoleError `bad-input` above 1 GB, for what is no list, and when the disk does not take it; {@link remove} it then */
  async write(piece: Uint8Array): Promise<void> {
    if (this.#head.length < HEAD_BYTES) {
      this.#head = Buffer.concat([this.#head, piece.subarray(0, HEAD_BYTES)]);
      // A device such as /dev/zero never ends.
      if (this.#head.length >= HEAD_BYTES && !isZip(this.#head)) refuseBinary(this.#head, this.#nothing);
    }
    this.#bytes += piece.length;
    checkFileSize(this.#bytes, this.#nothing);
    if (!this.#out.write(piece)) await Promise.race([once(this.#out, 'drain'), once(this.#out, 'close')]);
    this.#check();
  }

  /** All of it has come. */
  async end(): Promise<void> {
    this.#out.end();
    await finished(this.#out).catch(() => undefined);
    this.#check();
  }

  async remove(): Promise<void> {
    this.#out.destroy();
    await rm(this.#folder, { recursive: true, force: true });
    open.delete(this);
  }

  #check(): void {
    if (this.#failure === undefined) return;
    throw new ConsoleError(
      'bad-input',
      `The file cannot be put down in the data folder: ${errnoWords(this.#failure) ?? 'the disk does not take it'}.`,
      `${this.#nothing} Make room and try again.`,
      this.#failure,
    );
  }
}

function once(emitter: NodeJS.EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) =>
    emitter.once(event, () => {
      resolve();
    }),
  );
}

/** When the app ends: a window that was closed has abandoned nothing. @param home the data folder */
export async function removeOpenSpools(home: string): Promise<void> {
  const own = [...open].filter(({ path }) => path.startsWith(join(home, FOLDER)));
  await Promise.all(own.map((spool) => spool.remove()));
}

/** What a process that was killed has left behind. @param home the data folder */
export async function removeLeftSpools(home: string): Promise<void> {
  const incoming = join(home, FOLDER);
  for (const name of await readdir(incoming).catch(() => []))
    if (!isAlive(Number.parseInt(name, 10))) await rm(join(incoming, name), { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
