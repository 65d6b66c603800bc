/** Where reports and exports go: a place that cannot be written is refused within seconds, in words, and nothing is left there. */
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConsoleError, errnoWords, explain, storageProblem } from '../domain/errors.ts';
import { inTime, viewOfTheSystem } from './file-systems.ts';

const ELSEWHERE = 'Choose another place.';

/** @throws ConsoleError `store` with what is wrong with the place */
export async function checkOutputFile(file: string): Promise<void> {
  refuse(`The file ${file}`, await inTime(problemOfFile(resolve(file))));
}

/**
 * Makes the folder when there is none.
 * @param names what will be written into it
 * @throws ConsoleError `store` with what is wrong with the place
 */
export async function checkOutputFolder(folder: string, names: readonly string[]): Promise<void> {
  refuse(`The folder ${folder}`, await inTime(problemOfFolder(resolve(folder), names)));
}

/**
 * Checks the place, then writes the file.
 * @throws ConsoleError `store`; the file system's own error when it is about the disk
 */
export async function writingFile<T>(file: string, write: () => Promise<T>): Promise<T> {
  await checkOutputFile(file);
  return inWords(`The file ${file}`, write);
}

/** Checks the folder, then writes what goes into it. @throws as {@link writingFile} does */
export async function writingFolder<T>(folder: string, names: readonly string[], write: () => Promise<T>): Promise<T> {
  await checkOutputFolder(folder, names);
  return inWords(`The folder ${folder}`, write);
}

function refuse(what: string, problem: string | undefined): void {
  if (problem !== undefined) throw new ConsoleError('store', `${what} cannot be written: ${problem}.`, ELSEWHERE);
}

async function inWords<T>(what: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const words = errnoWords(error);
    // A full disk has words, and a next step, of its own.
    if (words === undefined || /disk/.test(storageProblem(error)?.message ?? '')) throw error;
    throw new ConsoleError('store', `${what} cannot be written: ${words}.`, ELSEWHERE, error);
  }
}

async function problemOfFile(file: string): Promise<string | undefined> {
  try {
    const folder = dirname(file);
    const unfit = (await viewOfTheSystem(file)) ?? (await notAFile(file));
    if (unfit !== undefined) return unfit;
    const found = await stat(folder).catch(() => undefined);
    if (found === undefined) return `there is no folder ${folder}`;
    if (!found.isDirectory()) return 'a part of its path is not a folder';
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return errnoWords(error) ?? explain(error);
  }
}

async function problemOfFolder(folder: string, names: readonly string[]): Promise<string | undefined> {
  try {
    const unfit = await viewOfTheSystem(folder);
    if (unfit !== undefined) return unfit;
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && !found.isDirectory()) return 'it is not a folder';
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
    for (const name of names) {
      const problem = await notAFile(join(folder, name));
      if (problem !== undefined) return `"${name}" in it cannot be replaced, ${problem}`;
    }
    return undefined;
  } catch (error) {
    return errnoWords(error) ?? explain(error);
  }
}

/** A pipe or a device in the place of a file would block whoever opens it. A file is written beside its name first. */
async function notAFile(path: string): Promise<string | undefined> {
  for (const place of [path, `${path}.partial`]) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isDirectory() === true) return 'it is a folder';
    if (found !== undefined && !found.isFile()) return 'it is not a file';
  }
  return undefined;
}
