/** Takes the engine for this process: one process at a time runs jobs on a data folder. */
import type { Clock } from '../domain/clock.ts';
import { ConsoleError, explain } from '../domain/errors.ts';
import { takeEngineLock, type EngineLock } from '../store/engine-lock.ts';
import type { Store } from '../store/index.ts';
import type { Engine } from './scheduler.ts';

export interface EngineStartPorts {
  /** Whether the data file is the one that this computer last signed. @throws what keeps that from being known */
  checkStore(): Promise<unknown>;
  /** Why no job may run from the data file, as far as it is known. */
  problemOfStore(): string | undefined;
  tellOnceADay(what: string, message: string): void;
  /** The engine is this process's. */
  taken(interrupted: readonly number[]): void;
}

export class EngineStart {
  readonly #home: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #engine: Engine;
  readonly #ports: EngineStartPorts;
  #lock: EngineLock | undefined;
  #starting: Promise<{ interrupted: number[] }> | undefined;
  #backup: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(home: string, store: Store, clock: Clock, engine: Engine, ports: EngineStartPorts) {
    this.#home = home;
    this.#store = store;
    this.#clock = clock;
    this.#engine = engine;
    this.#ports = ports;
  }

  /**
   * Takes the engine lock, marks what a crash left running as interrupted, and starts what is waiting.
   * @param onlyNamed runs only the jobs that are named to {@link Engine.take}, as a command does that ends with its own job
   * @returns the interrupted jobs; they wait for a person
   * @throws ConsoleError `busy` when another process runs jobs on this data folder, `store` when the file is damaged
   */
  start(onlyNamed = false): { interrupted: number[] } {
    if (this.#lock !== undefined) return { interrupted: [] };
    const lock = takeEngineLock(this.#home);
    return this.#orRelease(lock, () => this.#begin(lock, this.#store.damage(), onlyNamed));
  }

  /** The same for a window, which works while the file is looked through. @throws ConsoleError as {@link start} */
  async startInBackground(): Promise<{ interrupted: number[] }> {
    if (this.#lock !== undefined) return { interrupted: [] };
    this.#starting ??= this.#beginInBackground().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #beginInBackground(): Promise<{ interrupted: number[] }> {
    const lock = takeEngineLock(this.#home);
    await this.#ports.checkStore().catch((error: unknown) => {
      lock.release();
      throw error;
    });
    const damage = await this.#store.damageBeside().catch((error: unknown) => explain(error));
    return this.#orRelease(lock, () => this.#begin(lock, damage));
  }

  /** A lock that came to nothing must not keep another console out. */
  #orRelease<T>(lock: EngineLock, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (this.#lock === undefined) lock.release();
      throw error;
    }
  }

  #begin(lock: EngineLock, damage: string | undefined, onlyNamed = false): { interrupted: number[] } {
    const problem = this.#ports.problemOfStore();
    if (problem !== undefined) throw new ConsoleError('store', problem, SAY_WHY);
    if (damage !== undefined) throw damaged(damage);
    const interrupted = this.#engine.recover().map((job) => job.id);
    // Only from here on the engine counts as started: a start that the disk refuses is tried again as a whole.
    this.#lock = lock;
    // A copy that cannot be made is no reason not to work; the next start tries again.
    this.#backup = this.#store.backUp(this.#clock.now()).catch((error: unknown) => {
      this.#ports.tellOnceADay('backup', `Today's copy of the data file could not be made: ${explain(error)}`);
      return undefined;
    });
    this.#ports.taken(interrupted);
    this.#engine.start(onlyNamed);
    return { interrupted };
  }

  /** Runs the work while no other process runs jobs on this data folder. @throws ConsoleError `busy` when one does */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    await this.#starting?.catch(() => undefined);
    if (this.#lock !== undefined) return work();
    const lock = takeEngineLock(this.#home);
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  /** A start that is under way has come to its end, whichever. */
  async settled(): Promise<void> {
    await this.#starting?.catch(() => undefined);
  }

  /** Today's copy of the data file is made, or cannot be. */
  async backedUp(): Promise<void> {
    await this.#backup;
  }

  release(): void {
    this.#lock?.release();
  }
}

function damaged(what: string): ConsoleError {
  return new ConsoleError(
    'store',
    `The data file is damaged, so no job is run from it: ${what}.`,
    'Past jobs can be read as far as they are whole. To go on, close the console and put the newest file of the "backups" folder in its place as console.db.',
  );
}

const SAY_WHY =
  'No job runs until an Admin has explained it: "Explain" in the banner of the window, or the command audit accept. Past jobs can be read meanwhile.';
