/**
 * A disk that takes nothing for a time: whatever writes through better-sqlite3 in this process can fail, at any statement,
 * as SQLite fails when the disk is full, broken, or another program holds the file.
 */
import Database from 'better-sqlite3';
import type { Dice } from './dice.ts';

export const DISK_FAULTS = ['SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_IOERR_WRITE'] as const;
type DiskFault = (typeof DISK_FAULTS)[number];

/** The one that this process's databases are on. */
let current: Disk | undefined;

export class Disk {
  readonly #dice: Dice;
  #fault: DiskFault = 'SQLITE_FULL';
  #share = 0;
  #until = 0;
  /** In elapsed time; before everything when it never failed. */
  failedAt = -Infinity;

  constructor(dice: Dice) {
    this.#dice = dice;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- one life after the other has this process's databases
    current = this;
  }

  get isBroken(): boolean {
    return performance.now() < this.#until;
  }

  /** @param share of the writes that fail */
  breakFor(fault: DiskFault, share: number, ms: number): void {
    this.#fault = fault;
    this.#share = share;
    this.#until = performance.now() + ms;
  }

  heal(): void {
    this.#until = 0;
  }

  /** @throws SqliteError when the disk does not take it */
  beforeWrite(statement: Database.Statement): void {
    if (!this.isBroken) return;
    const { database } = statement;
    const verb = /^\w+/.exec(statement.source.trim())?.[0].toUpperCase() ?? '';
    if (NEVER_FAIL.has(verb) || (statement.readonly && verb !== 'COMMIT')) return;
    // Another program's lock shows when a transaction begins; room on the disk is missing when something is written.
    const isBeginning = verb === 'BEGIN' || !database.inTransaction;
    if (this.#fault === 'SQLITE_BUSY' ? !isBeginning : verb === 'BEGIN') return;
    if (!this.#dice.chance(this.#share)) return;
    this.failedAt = performance.now();
    // SQLite may take the whole transaction back, not only the statement.
    if (database.inTransaction && this.#dice.chance(0.5)) database.exec('ROLLBACK');
    throw new Database.SqliteError(`simulated: ${this.#fault}`, this.#fault);
  }
}

const NEVER_FAIL: ReadonlySet<string> = new Set(['ROLLBACK', 'SAVEPOINT', 'RELEASE', 'SELECT']);

interface StatementPrototype {
  run: (this: Database.Statement, ...values: unknown[]) => Database.RunResult;
}

const probe = new Database(':memory:');
const prototype = Object.getPrototypeOf(probe.prepare('SELECT 1')) as StatementPrototype;
probe.close();
const run = prototype.run;
prototype.run = function (...values) {
  current?.beforeWrite(this);
  return run.apply(this, values);
};
