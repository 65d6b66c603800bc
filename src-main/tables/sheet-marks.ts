/** What the reader of rows does not tell: rows that are hidden, and formulas whose result is not in the file. */
import { posix } from 'node:path';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { Entry, ZipFile } from 'yauzl';
import { withZip } from './zip-parts.ts';

export interface SheetMarks {
  /** @param line counted from 1 */
  isHidden: (line: number) => boolean;
  /** Whether a cell that came out blank has a formula. @param column counted from 0 */
  lacksResult: (line: number, column: number) => boolean;
}

/** Excel has no more. */
const MOST_ROWS = 1_048_576;
const HIDDEN = 1;
const LACKS_RESULT = 2;
const RELATIONSHIPS = '_rels/.rels';

/** Reads the sheet once more, only its tags: saxes streams them, and hucre tells of neither. */
export async function marksOf(path: string, sheet: string, nothing: string): Promise<SheetMarks> {
  const marks = new Uint8Array(MOST_ROWS + 1);
  const columns = new Set<number>();
  await withZip(path, nothing, async (zip) => {
    const archive = { zip, parts: new Map<string, Entry>() };
    for await (const entry of zip.eachEntry()) archive.parts.set(entry.fileName, entry);
    const part = await partOf(archive, sheet);
    const cell = { line: 0, column: -1, isFormula: false, hasResult: false };
    await tagsOf(archive, part, {
      open: ({ local, attributes }) => {
        const attribute = (name: string): string | undefined => attributes[name]?.value;
        if (local === 'row') {
          cell.line = Number(attribute('r') ?? cell.line + 1);
          cell.column = -1;
          if (['1', 'true'].includes(attribute('hidden') ?? '')) mark(marks, cell.line, HIDDEN);
        } else if (local === 'c') {
          const place = attribute('r');
          cell.column = place === undefined ? cell.column + 1 : columnOf(place);
          cell.isFormula = false;
          cell.hasResult = false;
        } else if (local === 'f') cell.isFormula = true;
      },
      text: (text) => {
        if (text !== '') cell.hasResult = true;
      },
      textOf: ['v', 't'],
      close: (local) => {
        if (local !== 'c' || !cell.isFormula || cell.hasResult) return;
        mark(marks, cell.line, LACKS_RESULT);
        columns.add(cell.column);
      },
    });
  });
  return {
    isHidden: (line) => ((marks[line] ?? 0) & HIDDEN) !== 0,
    lacksResult: (line, column) => ((marks[line] ?? 0) & LACKS_RESULT) !== 0 && columns.has(column),
  };
}

function mark(marks: Uint8Array, line: number, bit: number): void {
  if (line >= 0 && line < marks.length) marks[line] = (marks[line] ?? 0) | bit;
}

/** `AB12` is column 27. */
function columnOf(place: string): number {
  let column = 0;
  for (const letter of /^[A-Z]+/i.exec(place)?.[0].toUpperCase() ?? '')
    column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

/** The part of the archive that holds a sheet. */
async function partOf(archive: Archive, sheet: string): Promise<string | undefined> {
  const workbook = await target(archive, '', RELATIONSHIPS, (attribute) =>
    attribute('Type')?.endsWith('/officeDocument'),
  );
  if (workbook === undefined) return undefined;
  let relation: string | undefined;
  await tagsOf(archive, workbook, {
    open: ({ local, attributes }) => {
      if (local !== 'sheet' || attributes['name']?.value !== sheet) return;
      relation = Object.values(attributes).find((one) => one.local === 'id' && one.prefix !== '')?.value;
    },
  });
  const folder = posix.dirname(workbook);
  const relations = posix.join(folder, '_rels', `${posix.basename(workbook)}.rels`);
  return target(archive, folder, relations, (attribute) => attribute('Id') === relation);
}

async function target(
  archive: Archive,
  folder: string,
  part: string,
  isWanted: (attribute: (name: string) => string | undefined) => boolean | undefined,
): Promise<string | undefined> {
  let found: string | undefined;
  await tagsOf(archive, part, {
    open: ({ local, attributes }) => {
      const attribute = (name: string): string | undefined => attributes[name]?.value;
      if (local !== 'Relationship' || isWanted(attribute) !== true) return;
      const place = attribute('Target') ?? '';
      found ??= place.startsWith('/') ? place.slice(1) : posix.join(folder, place);
    },
  });
  return found;
}

interface Archive {
  zip: ZipFile;
  parts: ReadonlyMap<string, Entry>;
}

interface Handlers {
  open: (tag: SaxesTagNS) => void;
  close?: (local: string) => void;
  text?: (text: string) => void;
  /** The elements whose text is wanted. */
  textOf?: readonly string[];
}

/** Does nothing where the archive has no such part. */
async function tagsOf({ zip, parts }: Archive, part: string | undefined, handlers: Handlers): Promise<void> {
  const entry = parts.get(part ?? '');
  if (entry === undefined) return;
  const parser = new SaxesParser({ xmlns: true });
  // Whether the sheet can be read is the reader's to say.
  parser.on('error', () => undefined);
  let isWanted = false;
  parser.on('opentag', (tag) => {
    isWanted = handlers.textOf?.includes(tag.local) === true;
    handlers.open(tag);
  });
  parser.on('closetag', ({ local }) => {
    isWanted = false;
    handlers.close?.(local);
  });
  parser.on('text', (text) => {
    if (isWanted) handlers.text?.(text);
  });
  const content = await zip.openReadStreamPromise(entry);
  content.setEncoding('utf8');
  for await (const chunk of content) parser.write(chunk as string);
  parser.close();
}
