/** What a path leads to, asked before anything is opened there: some file systems never answer, or hold no files. */
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const LONGEST_ANSWER_MS = 5000;

/** By the number that Linux gives a file system. Source: linux/magic.h, and statfs(2). */
const VIEWS: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup'],
  [0x1cd1, 'devpts'],
  [0xcafe4a11, 'bpf'],
  [0x6165676c, 'pstore'],
]);
const NETWORK_DRIVES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
]);

/** What is wrong with a path that shows the system itself: making a folder there can go on for ever. */
export async function viewOfTheSystem(path: string): Promise<string | undefined> {
  const name = VIEWS.get(await fileSystemOf(path));
  return name && `it is on a view of the system (${name}), not a disk`;
}

/** What is wrong with a path on which SQLite's locks do not hold. */
export async function networkDrive(path: string): Promise<string | undefined> {
  if (/^[\\/]{2}[^\\/?.]/.test(path)) return 'it is on a network drive';
  const name = NETWORK_DRIVES.get(await fileSystemOf(path));
  return name && `it is on a network drive (${name})`;
}

/** The number of the file system of what there is of a path; 0 where the operating system gives none. */
async function fileSystemOf(path: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  for (let place = resolve(path); ; place = dirname(place)) {
    const found = await statfs(place).catch(() => undefined);
    if (found !== undefined) return found.type >>> 0;
    if (dirname(place) === place) return 0;
  }
}

/** @returns the problem that was found, or that there was no answer within seconds */
export async function inTime(asked: Promise<string | undefined>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<string>((answer) => {
    timer = setTimeout(() => {
      answer(`it did not answer within ${String(LONGEST_ANSWER_MS / 1000)} s`);
    }, LONGEST_ANSWER_MS);
  });
  try {
    return await Promise.race([asked, tooSlow]);
  } finally {
    clearTimeout(timer);
  }
}
