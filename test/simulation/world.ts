/** What the parts of a life share: the carrier, the console with its disk and its wire, and how a console dies and comes back. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { operatorActor, systemUser, type Actor } from '../../src-main/domain/actor.ts';
import { App } from '../../src-main/app.ts';
import { ConsoleError, storageProblem } from '../../src-main/domain/errors.ts';
import { JOB_STATES } from '../../src-main/domain/jobs.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { SimulatedCarrier } from '../../src-main/simulator/carrier.ts';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import { openStore } from '../../src-main/store/index.ts';
import type { Job } from '../../src-main/store/jobs.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import type { Dice } from './dice.ts';
import { Disk } from './disk.ts';
import type { Temper } from './temper.ts';
import type { VirtualTime } from './virtual-time.ts';
import { Wire, type WireTap } from './wire.ts';

/** Who starts jobs, and who approves them. */
export const AUTHOR = 'simulation';
const APPROVER = 'Ada';

/** The second person, as the dispatcher hands them on. */
export function approver({ store }: App): Actor {
  const operator = store.operators.findByName(APPROVER);
  return operator === undefined ? systemUser(APPROVER) : operatorActor(operator);
}

/** In memory where there is a file system for it: nothing here is about the real disk. */
const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const DISK_PAUSE_MS = 2000;

export class World {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly temper: Temper;
  readonly carrier: SimulatedCarrier;
  readonly disk: Disk;
  /** What is wrong; empty when nothing is. */
  readonly wrongs: string[] = [];
  app: App;
  providerId = 0;
  crashes = 0;
  /** When somebody set the computer's clock, in elapsed time: what was allowed before leaves at another time of day. */
  clockSetAt = -Infinity;
  /** Customers that were given to a device of the carrier's, by its number. */
  readonly customers = new Map<number, Set<string>>();
  /** What somebody did to a job behind the console's back, since when (elapsed time), and how it is put right. */
  untamper: { jobId: number; since: number; putRight: () => void } | undefined;
  readonly #tap: (world: World) => WireTap;
  readonly #onConsole: (world: World) => void;
  readonly #homes: string[];
  #wire: Wire;
  #background: Promise<void>[] = [];

  /**
   * @param tap made for each wire
   * @param onConsole called with each new console
   * @param homes gets every folder that is used
   */
  constructor(
    time: VirtualTime,
    dice: Dice,
    temper: Temper,
    homes: string[],
    tap: (world: World) => WireTap,
    onConsole: (world: World) => void,
  ) {
    this.time = time;
    this.dice = dice;
    this.temper = temper;
    this.#homes = homes;
    this.#tap = tap;
    this.#onConsole = onConsole;
    this.carrier = new SimulatedCarrier(temper.carrier);
    this.disk = new Disk(dice);
    this.#wire = new Wire(this.carrier, dice, tap(this));
    const home = this.#newHome();
    copyFileSync(emptyStore(), join(home, 'console.db'));
    this.app = this.#openConsole(home);
  }

  /** A console with its account, its plans and, mostly, its devices. */
  async begin(): Promise<void> {
    const { app, temper } = this;
    this.providerId = app.accounts.create(temper.settings).id;
    if (temper.settings.fourEyesAbove !== null)
      for (const name of [AUTHOR, APPROVER]) {
        const rights = { role: 'admin', providers: null, disabled: false } as const;
        // Their passwords are hashed for seconds elsewhere; nobody signs in here.
        app.store.operators.insert(name, rights, 'none', false, new Date().toISOString());
      }
    await this.within(app.credentials.set(this.providerId, SIMULATOR_CREDENTIALS));
    await this.within(app.reads.syncPlans(this.providerId));
    if (!temper.startsEmpty) await this.within(app.reads.syncDevices(this.providerId));
    app.startEngine();
  }

  jobs(): Job[] {
    return this.app.store.jobs.inState(...JOB_STATES);
  }

  openJobs(): Job[] {
    return this.jobs().filter(({ state }) => state !== 'finished');
  }

  readonly within = <T>(promise: Promise<T>): Promise<T> => this.time.whenSettled(promise);

  async pass(ms: number): Promise<void> {
    await this.time.until(Date.now() + ms);
  }

  /** Something a person does. The console may refuse it in words, and the disk may take nothing. */
  act<T>(what: string, work: () => T): T | undefined {
    const { app } = this;
    try {
      return work();
    } catch (error) {
      this.#judgeError(what, error, app);
      return undefined;
    }
  }

  /** Something that takes its time while life goes on. */
  beside(what: string, work: Promise<unknown>): void {
    const { app } = this;
    this.#background.push(
      work.then(
        () => undefined,
        (error: unknown) => {
          this.#judgeError(what, error, app);
        },
      ),
    );
  }

  /** Waits for everything that goes on beside. */
  async besideDone(): Promise<void> {
    const all = this.#background;
    this.#background = [];
    await this.within(Promise.all(all));
  }

  #judgeError(what: string, error: unknown, app: App): void {
    const isDead = app !== this.app;
    const byDisk = storageProblem(error) !== undefined && this.disk.failedAt > -Infinity;
    if (isDead || byDisk || error instanceof ConsoleError || error instanceof CarrierError) return;
    this.wrongs.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  /** The process is gone: what was on disk at this moment is all that the next one has. */
  async crash(): Promise<void> {
    this.crashes++;
    const dead = this.app;
    const home = this.#newHome();
    for (const name of ['console.db', 'console.db-wal'])
      if (existsSync(join(dead.home, name))) copyFileSync(join(dead.home, name), join(home, name));
    this.#wire.isCut = true;
    const closing = dead.close();
    this.#wire = new Wire(this.carrier, this.dice, this.#tap(this));
    this.app = this.#openConsole(home);
    await this.within(closing);
    await this.#againAndAgain(() => this.app.credentials.set(this.providerId, SIMULATOR_CREDENTIALS));
    await this.#againAndAgain(() => this.app.startEngine());
  }

  /** On a disk that takes nothing a person tries again. */
  async #againAndAgain(work: () => unknown): Promise<void> {
    for (;;) {
      try {
        const done = work();
        if (done instanceof Promise) await this.within(done);
        return;
      } catch (error) {
        if (storageProblem(error) === undefined || !this.disk.isBroken) throw error;
        await this.pass(DISK_PAUSE_MS);
      }
    }
  }

  /** Writes into the console's file behind its back. */
  tamper(sql: string, ...values: unknown[]): void {
    const db = new Database(join(this.app.home, 'console.db'));
    try {
      db.prepare(sql).run(...values);
    } finally {
      db.close();
    }
  }

  #openConsole(home: string): App {
    this.app = new App({
      home,
      vault: memoryVault(null),
      actor: AUTHOR,
      random: this.dice.random,
      http: this.#wire.http,
    });
    this.#onConsole(this);
    return this.app;
  }

  #newHome(): string {
    const home = mkdtempSync(join(scratch, 'rateplan-life-'));
    this.#homes.push(home);
    // Copies of the store are for disks; here they would only take time.
    const day = new Date().toISOString().slice(0, 10);
    mkdirSync(join(home, 'backups'));
    writeFileSync(join(home, 'backups', `console-${day}.db`), '');
    return home;
  }
}

let template: string | undefined;

/** A store with its tables and nothing in them, made once for all lives of this process. */
function emptyStore(): string {
  if (template === undefined) {
    const home = mkdtempSync(join(scratch, 'rateplan-life-'));
    openStore(home).close();
    template = join(home, 'console.db');
    process.once('exit', () => {
      rmSync(home, { recursive: true, force: true });
    });
  }
  return template;
}
