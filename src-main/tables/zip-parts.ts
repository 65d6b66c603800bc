/** Looks into a zip file before a workbook reader does, so that no part can fill the memory. */
import { openPromise, type ZipFile } from 'yauzl';
import { ConsoleError } from '../domain/errors.ts';

export interface ZipPart {
  name: string;
  /** Bytes when unpacked, as the file says. */
  size: number;
}

/** Sheets are read as a stream; everything else is held in memory by the reader. */
const LARGEST_HELD_PART = 256 * 1024 * 1024;
const LARGEST_SHEET = 2 * 1024 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** @throws ConsoleError `bad-input` for a damaged archive */
export async function partsOfZip(path: string, nothing: string): Promise<ZipPart[]> {
  return withZip(path, nothing, async (zip) => {
    const parts: ZipPart[] = [];
    for await (const entry of zip.eachEntry()) {
      if (parts.length >= MOST_PARTS) throw tooLarge(nothing);
      parts.push({ name: entry.fileName, size: entry.uncompressedSize });
    }
    return parts;
  });
}

/**
 * Unpacks the parts that a reader holds in memory and counts their bytes: what the archive says of its sizes may be a lie.
 * @throws ConsoleError `bad-input` for a damaged file, and for one that would not fit
 */
export async function checkHeldParts(path: string, nothing: string): Promise<void> {
  await withZip(path, nothing, async (zip) => {
    let held = 0;
    const isTooMuch = (bytes: number): boolean => (held += bytes) > LARGEST_HELD_PART;
    for await (const entry of zip.eachEntry()) {
      if (isSheet(entry.fileName)) {
        if (entry.uncompressedSize > LARGEST_SHEET) throw tooLarge(nothing);
        continue;
      }
      // Pictures and the like are never looked at.
      if (!/\.(xml|rels)$/.test(entry.fileName)) continue;
      const content = await zip.openReadStreamPromise(entry);
      for await (const chunk of content) if (isTooMuch((chunk as Buffer).length)) throw tooLarge(nothing);
    }
  });
}

function isSheet(part: string): boolean {
  return /^xl\/worksheets\/[^/]+\.xml$/.test(part);
}

/** How many bytes the sheets unpack to, counted; more than can be held is only said to be more. */
export async function unpackedSheets(path: string, nothing: string): Promise<number> {
  return withZip(path, nothing, async (zip) => {
    let bytes = 0;
    for await (const entry of zip.eachEntry()) {
      if (!isSheet(entry.fileName)) continue;
      const content = await zip.openReadStreamPromise(entry);
      for await (const chunk of content) if ((bytes += (chunk as Buffer).length) > LARGEST_HELD_PART) return bytes;
    }
    return bytes;
  });
}

export async function withZip<T>(path: string, nothing: string, work: (zip: ZipFile) => Promise<T>): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    return await work(zip);
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    throw new ConsoleError(
      'bad-input',
      'The workbook is damaged, or only a part of it is here.',
      `${nothing} Save it again and take the new file.`,
      error,
    );
  } finally {
    zip?.close();
  }
}

export function tooLarge(nothing: string): ConsoleError {
  return new ConsoleError(
    'bad-input',
    'The workbook unpacks to more than the console reads.',
    `${nothing} Save the sheet with the list as a file of its own, or as CSV.`,
  );
}
