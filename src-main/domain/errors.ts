/** Errors that a person can act on. Anything else that is thrown is a defect of the console. */

export type ProblemCode =
  | 'bad-input'
  /** Several sheets of a workbook may be meant. */
  | 'choose-sheet'
  /** No column of a list was found; a person has to say which it is. */
  | 'choose-column'
  | 'not-found'
  | 'configuration'
  | 'credentials'
  | 'carrier'
  | 'network'
  | 'busy'
  | 'store'
  | 'refused'
  /** Every device is there already, or cannot be changed now. */
  | 'nothing-to-do'
  /** The person has no right to it. */
  | 'denied'
  | 'signed-out'
  | 'locked';

/** Says what happened and what to do next; `message` is shown to people as it is. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: ProblemCode;
  readonly next: string | undefined;

  constructor(code: ProblemCode, message: string, next?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.next = next;
  }
}

const STORAGE_PROBLEMS: readonly { codes: RegExp; message: string; next: string }[] = [
  {
    codes: /^(SQLITE_FULL|ENOSPC|EDQUOT|EFBIG)/,
    message: 'The disk is full, so nothing more could be written down.',
    next: 'Make room and resume the job: nothing is lost, and what was under way is read back first.',
  },
  {
    codes: /^(SQLITE_CORRUPT|SQLITE_NOTADB)/,
    message: 'The data file is damaged, so nothing more is sent from it.',
    next: 'Close the console and put the newest file of the "backups" folder in its place as console.db; then sync the devices.',
  },
  {
    codes: /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EROFS)/,
    message: 'The data folder cannot be written.',
    next: 'Give the console permission to write there, or set RATEPLAN_HOME to another folder.',
  },
  {
    codes: /^(SQLITE_BUSY|SQLITE_LOCKED)/,
    message: 'Another program holds the data file.',
    next: 'Close it (a database tool, a backup) and try again; nothing is lost.',
  },
  {
    codes: /^(SQLITE_IOERR|EIO)/,
    message: 'The disk reported an error.',
    next: 'Check the disk before you go on; what was written before is kept.',
  },
];

/** What has happened to the disk or the data file, by the code of SQLite or of the operating system; undefined for anything else. */
export function storageProblem(error: unknown): ConsoleError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = STORAGE_PROBLEMS.find(({ codes }) => codes.test(code));
  return known && new ConsoleError('store', `${known.message.slice(0, -1)} (${code}).`, known.next, error);
}

const ERRNO_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'you have no right to it',
  EPERM: 'you have no right to it',
  EROFS: 'it is read-only',
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EEXIST: 'it is not a folder',
  ELOOP: 'its path leads in a circle',
  ENAMETOOLONG: 'its path is too long',
  EBUSY: 'another program holds it',
  ETXTBSY: 'another program holds it',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENXIO: 'nothing answers there',
  ENODEV: 'nothing answers there',
};

/** What the operating system says about a file, in words; undefined for what is no error of a file. */
export function errnoWords(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return ERRNO_WORDS[String(error.code)] ?? `the operating system says ${String(error.code)}`;
}

/** A file that somebody named cannot be read or written: no defect of the console. Undefined for anything else. */
export function fileProblem(error: unknown): ConsoleError | undefined {
  const words = errnoWords(error);
  if (words === undefined || !(error instanceof Error) || !('path' in error)) return undefined;
  return new ConsoleError('bad-input', `${String(error.path)} cannot be used: ${words}.`, undefined, error);
}

/** One line for logs and screens, with the next step if there is one. */
export function explain(error: unknown): string {
  const storage = storageProblem(error);
  if (storage !== undefined) return explain(storage);
  const file = fileProblem(error);
  if (file !== undefined) return explain(file);
  if (error instanceof ConsoleError) return error.next === undefined ? error.message : `${error.message} ${error.next}`;
  return error instanceof Error ? error.message : String(error);
}
