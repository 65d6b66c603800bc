/** Copies of the store, for the day on which the disk damages it. */
import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Db } from './database.ts';

const KEPT = 3;
/** Free space that a backup leaves, as a multiple of the store's size: the store itself must not starve for its copy. */
const ROOM = 3;

/**
 * One a day, and the newest three are kept. In a copy nobody knows what was sent after it was made, so every change that
 * was still waiting there is uncertain: after a restore it is read back at the carrier before anything is sent.
 * @param now milliseconds since the epoch
 * @returns the file; undefined when there is one of this day already, or no room for it
 */
export async function backUp(db: Db, home: string, now: number): Promise<string | undefined> {
  const folder = join(home, 'backups');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `console-${new Date(now).toISOString().slice(0, 10)}.db`);
  const known = readdirSync(folder).filter((name) => /^console-[\d-]+\.db$/.test(name));
  if (known.some((name) => join(folder, name) === file)) return undefined;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < ROOM * statSync(db.name).size) return undefined;
  // Under another name until it is whole: a copy that broke off must not pass for one.
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  await db.backup(unfinished);
  const copy = new Database(unfinished);
  copy.pragma('journal_mode = DELETE');
  copy.exec("UPDATE change SET state = 'uncertain' WHERE state IN ('queued', 'submitting')");
  copy.close();
  renameSync(unfinished, file);
  for (const name of known.sort().slice(0, Math.max(0, known.length + 1 - KEPT))) rmSync(join(folder, name));
  return file;
}
