/** One engine per data folder: a second console or command line must not run jobs on the same store. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ConsoleError } from '../domain/errors.ts';

export interface EngineLock {
  release(): void;
}

/**
 * Holds an exclusive transaction on a small file beside the store. The operating system lets it go when the process ends,
 * also by a kill, so a crash never leaves a stale lock behind.
 * @throws ConsoleError `busy` when another process runs jobs on this data folder
 */
export function takeEngineLock(home: string): EngineLock {
  const db = new Database(join(home, 'engine.lock'), { timeout: 0 });
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
