/** One engine per data folder: a second console or command line must not run jobs on the same store. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ConsoleError } from '../domain/errors.ts';

export interface EngineLock {
  release(): void;
}

const LOOK_MS = 50;

/**
 * Holds an exclusive transaction on a small file beside the store. The operating system lets it go when the process ends,
 * also by a kill, so a crash never leaves a stale lock behind.
 * @throws ConsoleError `busy` when another process runs jobs on this data folder
 */
export function takeEngineLock(home: string): EngineLock {
  // Who only looks holds it for an instant.
  const db = new Database(join(home, 'engine.lock'), { timeout: LOOK_MS });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw new ConsoleError(
      'busy',
      'Another console is running jobs on this data folder.',
      'Use that window, or end it first. Past jobs and reports can be read here meanwhile.',
      error,
    );
  }
  return {
    release: () => {
      db.close();
    },
  };
}

/** Whether a process, this one or another, runs the jobs of a data folder now. Only looks. */
export function isEngineRunning(home: string): boolean {
  let db: Database.Database;
  try {
    db = new Database(join(home, 'engine.lock'), { readonly: true, fileMustExist: true, timeout: 0 });
  } catch {
    // Nobody ever ran a job here.
    return false;
  }
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}
