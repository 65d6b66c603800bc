/** How large a file may be. */
import { ConsoleError } from '../domain/errors.ts';

/** In bytes. A list of a million devices has some 100 MB. */
const LARGEST_FILE = 1024 * 1024 * 1024;

/** @throws ConsoleError `bad-input` above 1 GB */
export function checkFileSize(bytes: number, nothing: string): void {
  if (bytes > LARGEST_FILE)
    throw new ConsoleError('bad-input', 'The file is larger than 1 GB.', `${nothing} Split it, or leave columns out.`);
}
