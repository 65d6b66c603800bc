/** Opens the SQLite file of a data folder with the settings on which the promises of the console rest. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { ConsoleError, storageProblem } from '../domain/errors.ts';
import { migrate } from './migrations/index.ts';

export type Db = Database.Database;

/**
 * WAL with `synchronous=FULL`: a committed transaction survives a kill and a power cut.
 * @throws ConsoleError when the folder cannot be written, or the file is damaged or from a newer version
 */
export function openDatabase(home: string): Db {
  const file = join(home, 'console.db');
  let db: Db;
  try {
    mkdirSync(home, { recursive: true });
    db = new Database(file, { timeout: 5_000 });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('cache_size = -65536');
    db.pragma('temp_store = MEMORY');
  } catch (error) {
    if (storageProblem(error)?.message.includes('damaged') === true) throw error;
    throw new ConsoleError(
      'store',
      `The data folder ${home} cannot be used: ${(error as Error).message}.`,
      'Check its permissions and free space, or set RATEPLAN_HOME to another folder.',
      error,
    );
  }
  try {
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return withStatementCache(db);
}

/** SQLite's own check of every page. @returns what is wrong first; undefined when nothing is */
export function findDamage(db: Db): string | undefined {
  try {
    const found = db.pragma('quick_check(1)', { simple: true });
    return found === 'ok' ? undefined : String(found);
  } catch (error) {
    return (error as Error).message;
  }
}

/** {@link findDamage} in a thread of its own. @param file the store's */
export async function findDamageBeside(file: string): Promise<string | undefined> {
  // The name is put together so that the bundler leaves it alone: it builds the thread's code as an entry of its own.
  const code = `./damage-check.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`;
  const thread = new Worker(new URL(code, import.meta.url), { workerData: file });
  const [answer] = (await once(thread, 'message')) as [string | null];
  return answer ?? undefined;
}

/** Each text of SQL is compiled once for as long as the database is open. */
function withStatementCache(db: Db): Db {
  const compile = db.prepare.bind(db);
  const compiled = new Map<string, ReturnType<typeof compile>>();
  db.prepare = ((sql: string) => {
    const known = compiled.get(sql);
    if (known !== undefined) return known;
    const statement = compile(sql);
    compiled.set(sql, statement);
    return statement;
  }) as typeof db.prepare;
  return db;
}
