/** Whether a folder can hold the data: asked before anything is opened in it, with an answer within seconds. */
import { randomUUID } from 'node:crypto';
import { access, chmod, constants, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConsoleError, errnoWords, explain } from '../domain/errors.ts';
import { inTime, networkDrive, viewOfTheSystem } from './file-systems.ts';

/** Devices, customers, password hashes and the audit log are for this user of the computer only. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** The window's own folder of Chromium keeps its files for this user by itself; what is below is not gone through. */
const NOT_OURS = new Set(['window']);

/**
 * Makes the folder when there is none. Nothing stays behind in one that cannot be used.
 * @throws ConsoleError `store` with what is wrong and what to do
 */
export async function checkDataFolder(home: string): Promise<void> {
  const problem = await inTime(findProblem(home));
  if (problem === undefined) return;
  throw new ConsoleError(
    'store',
    `The data folder ${home} cannot be used: ${problem}.`,
    'Set RATEPLAN_HOME to a folder on a disk of this computer that you may write to.',
  );
}

async function findProblem(home: string): Promise<string | undefined> {
  try {
    const unfit = (await viewOfTheSystem(home)) ?? (await networkDrive(home));
    if (unfit !== undefined) return unfit;
    const known = await stat(home).catch(() => undefined);
    if (known !== undefined && !known.isDirectory()) return 'it is not a folder';
    await mkdir(home, { recursive: true, mode: FOLDER_MODE });
    const owner = await foreignOwner(home);
    if (owner !== undefined) return owner;
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
    await tryToWrite(join(home, `.write-test-${randomUUID()}`));
    const unwritable = await unwritableFile(home);
    if (unwritable === undefined) await closeToOthers(home);
    return unwritable;
  } catch (error) {
    return errnoWords(error) ?? explain(error);
  }
}

/** A full disk is no reason not to open it: past jobs can still be read. */
async function tryToWrite(file: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

/** Whose folder it is matters where the operating system says it: who owns it can read and exchange all that is in it. */
async function foreignOwner(home: string): Promise<string | undefined> {
  const me = process.getuid?.();
  if (me === undefined) return undefined;
  const { uid } = await stat(home);
  return uid === me ? undefined : `it belongs to another user of this computer (number ${String(uid)})`;
}

/** Takes the rights of others off what an earlier version, or another program, made readable for them. */
async function closeToOthers(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0) await chmod(folder, FOLDER_MODE);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    try {
      if (entry.isDirectory() && !NOT_OURS.has(entry.name)) await closeToOthers(path);
      else if (entry.isFile() && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, FILE_MODE);
    } catch (error) {
      // Another process works in the folder too, and its temporary files come and go.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** The store's own files: a device or a pipe in their place would block whoever opens it. */
async function unwritableFile(home: string): Promise<string | undefined> {
  for (const name of ['console.db', 'console.db-wal', 'console.db-shm', 'engine.lock']) {
    const found = await stat(join(home, name)).catch(() => undefined);
    if (found !== undefined && !found.isFile()) return `"${name}" in it is not a file`;
  }
  return undefined;
}
