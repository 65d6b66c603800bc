/** Whether a folder can hold the data: asked before anything is opened in it, with an answer within seconds. */
import { randomUUID } from 'node:crypto';
import { access, chmod, constants, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConsoleError } from '../domain/errors.ts';

const LONGEST_ANSWER_MS = 5000;
/** Devices, customers, password hashes and the audit log are for this user of the computer only. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** The window's own folder of Chromium keeps its files for this user by itself; what is below is not gone through. */
const NOT_OURS = new Set(['window']);

/**
 * File systems on which SQLite's locks or the files themselves do not work, by the number that Linux gives them.
 * Source: linux/magic.h, and statfs(2).
 */
const UNFIT: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'a view of the system (proc), not a disk'],
  [0x62656572, 'a view of the system (sysfs), not a disk'],
  [0x64626720, 'a view of the system (debugfs), not a disk'],
  [0x74726163, 'a view of the system (tracefs), not a disk'],
  [0x27e0eb, 'a view of the system (cgroup), not a disk'],
  [0x63677270, 'a view of the system (cgroup), not a disk'],
  [0x1cd1, 'a view of the system (devpts), not a disk'],
  [0xcafe4a11, 'a view of the system (bpf), not a disk'],
  [0x6165676c, 'a view of the system (pstore), not a disk'],
  [0x6969, 'a network drive (NFS)'],
  [0x517b, 'a network drive (SMB)'],
  [0xff534d42, 'a network drive (CIFS)'],
  [0xfe534d42, 'a network drive (SMB)'],
  [0x01021997, 'a network drive (9p)'],
  [0x5346414f, 'a network drive (AFS)'],
  [0x73757245, 'a network drive (Coda)'],
]);

/**
 * Makes the folder when there is none. Nothing stays behind in one that cannot be used.
 * @throws ConsoleError `store` with what is wrong and what to do
 */
export async function checkDataFolder(home: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`it did not answer within ${String(LONGEST_ANSWER_MS / 1000)} s`);
    }, LONGEST_ANSWER_MS);
  });
  const problem = await Promise.race([findProblem(home), tooSlow]);
  clearTimeout(timer);
  if (problem === undefined) return;
  throw new ConsoleError(
    'store',
    `The data folder ${home} cannot be used: ${problem}.`,
    'Set RATEPLAN_HOME to a folder on a disk of this computer that you may write to.',
  );
}

async function findProblem(home: string): Promise<string | undefined> {
  if (/^[\\/]{2}[^\\/?.]/.test(home)) return 'it is on a network drive';
  try {
    const unfit = await unfitFileSystem(home);
    if (unfit !== undefined) return `it is on ${unfit}`;
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
    const { code, message } = error as NodeJS.ErrnoException;
    return WORDS[code ?? ''] ?? message;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'you have no right to write there',
  EPERM: 'you have no right to write there',
  EROFS: 'it is read-only',
  ENOTDIR: 'a part of its path is not a folder',
  EEXIST: 'it is not a folder',
  ELOOP: 'its path leads in a circle',
  ENAMETOOLONG: 'its path is too long',
};

/** The file system of the folder, or of what there is of its path. */
async function unfitFileSystem(home: string): Promise<string | undefined> {
  for (let folder = home; ; folder = dirname(folder)) {
    const found = await statfs(folder).catch(() => undefined);
    if (found !== undefined) return process.platform === 'linux' ? UNFIT.get(found.type >>> 0) : undefined;
    if (dirname(folder) === folder) return undefined;
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
