/** What a file is, by its first bytes: names lie, and a workbook that was renamed to .csv is still a workbook. */
import { open as openFile } from 'node:fs/promises';
import { ConsoleError } from '../domain/errors.ts';
import { partsOfZip } from './zip-parts.ts';

export type TableFormat = 'text' | 'xlsx';

const HEAD_BYTES = 1024;

interface Kind {
  test: (head: Buffer, start: string) => boolean;
  is: string;
  next: string;
}

const SAVE_AS = 'Open it in the program that made it, and save it as CSV or XLSX.';

/** Files that people take for a list and that are none. */
const OTHERS: readonly Kind[] = [
  {
    test: (head) => head.subarray(0, 8).toString('hex') === 'd0cf11e0a1b11ae1',
    is: 'a workbook of the old Excel format (.xls), or one with a password',
    next: 'Open it in Excel and save it as XLSX without a password.',
  },
  { test: (_, start) => start.startsWith('%pdf-'), is: 'a PDF', next: 'Ask for the list as CSV or XLSX.' },
  { test: (_, start) => start.startsWith('{\\rtf'), is: 'a text document (RTF)', next: SAVE_AS },
  {
    test: (_, start) => /^<(!doctype html|html|head|body|table|meta)\b/.test(start),
    is: 'a web page, whatever its name says; some portals export one as .xls',
    next: 'Open it in Excel and save it as XLSX.',
  },
  { test: (_, start) => start.startsWith('<?xml') || /^<\w+[\s>]/.test(start), is: 'an XML document', next: SAVE_AS },
  {
    test: (head) => head[0] === 0x1f && head[1] === 0x8b,
    is: 'compressed (.gz)',
    next: 'Unpack it and take the file that is in it.',
  },
  {
    test: (head) => ['7z\xbc\xaf', 'Rar!'].includes(head.subarray(0, 4).toString('latin1')),
    is: 'an archive',
    next: 'Unpack it and take the file that is in it.',
  },
  { test: (head) => head.subarray(0, 15).toString('latin1') === 'SQLite format 3', is: 'a database', next: SAVE_AS },
  {
    test: (head) =>
      head.subarray(1, 4).toString('latin1') === 'PNG' ||
      (head[0] === 0xff && head[1] === 0xd8) ||
      head.subarray(0, 4).toString('latin1') === 'GIF8',
    is: 'a picture',
    next: 'Ask for the list as CSV or XLSX.',
  },
];

const ZIPS: readonly { part: string; is: string; next: string }[] = [
  { part: 'xl/workbook.bin', is: 'a binary workbook (.xlsb)', next: 'Open it in Excel and save it as XLSX.' },
  { part: 'Index/Document.iwa', is: 'a Numbers document', next: 'Open it in Numbers and export it as CSV or Excel.' },
  {
    part: 'word/document.xml',
    is: 'a Word document',
    next: 'Copy the list out of it and paste it, or save it as CSV.',
  },
  {
    part: 'content.xml',
    is: 'an OpenDocument file (.ods)',
    next: 'Open it in LibreOffice and save it as XLSX or CSV.',
  },
];

/**
 * @param nothing says what has not happened when the file cannot be used
 * @throws ConsoleError `bad-input` that names what the file is instead of a list
 */
export async function formatOf(path: string, nothing: string): Promise<TableFormat> {
  const head = await headOf(path);
  if (head.length === 0) throw new ConsoleError('bad-input', 'The file is empty.', nothing);
  const start = head
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  const other = OTHERS.find(({ test }) => test(head, start));
  if (other !== undefined) throw noList(other, nothing);
  if (!isZip(head)) return 'text';
  const parts = await partsOfZip(path, nothing);
  if (
    parts.some(
      ({ name }) =>
        name === 'xl/workbook.xml' ||
        (name === '[Content_Types].xml' && parts.some((one) => /^xl\/worksheets\//.test(one.name))),
    )
  )
    return 'xlsx';
  const known = ZIPS.find(({ part }) => parts.some(({ name }) => name === part));
  throw noList(known ?? { is: 'a zip archive', next: 'Unpack it and take the file that is in it.' }, nothing);
}

/** By its first bytes: an archive with something in it, or an empty one. */
export function isZip(head: Buffer): boolean {
  return ['504b0304', '504b0506'].includes(head.subarray(0, 4).toString('hex'));
}

async function headOf(path: string): Promise<Buffer> {
  const file = await openFile(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function noList({ is, next }: { is: string; next: string }, nothing: string): ConsoleError {
  return new ConsoleError('bad-input', `The file is ${is}.`, `${nothing} ${next}`);
}
