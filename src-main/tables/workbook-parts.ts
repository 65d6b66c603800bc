/** The parts of a workbook, and the tags in them: saxes streams them. */
import { posix } from 'node:path';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { Entry, ZipFile } from 'yauzl';
import { tooLarge, withZip } from './zip-parts.ts';

export interface Archive {
  nothing: string;
  zip: ZipFile;
  parts: ReadonlyMap<string, Entry>;
}

/** @param name without its prefix; `:id` for one that has a prefix */
type Attribute = (name: string) => string | undefined;

interface Handlers {
  /** @param local the element's name, without its prefix */
  open: (local: string, attribute: Attribute) => void;
  close?: (local: string) => void;
  text?: (text: string) => void;
  /** The elements whose text is wanted. */
  textOf?: readonly string[];
}

const ROOT = '_rels/.rels';
/** A sheet nests some ten elements. */
const DEEPEST = 50;
/** Characters between two tags; a cell holds 32,767. */
const LONGEST_TEXT = 1_000_000;

export async function withArchive<T>(
  path: string,
  nothing: string,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  return withZip(path, nothing, async (zip) => {
    const parts = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) parts.set(entry.fileName, entry);
    return work({ zip, parts, nothing });
  });
}

/** The sheets that have cells, in their order, each with the part that holds it; a chart may be a sheet, too. */
export async function worksheetsIn(archive: Archive): Promise<Map<string, string>> {
  const [root] = await relationsOf(archive, '', ROOT, '/officeDocument');
  const workbook = root?.target ?? 'xl/workbook.xml';
  const folder = posix.dirname(workbook);
  const relations = posix.join(folder, '_rels', `${posix.basename(workbook)}.rels`);
  const targets = new Map(
    (await relationsOf(archive, folder, relations, '/worksheet')).map(({ id, target }) => [id, target]),
  );
  const sheets = new Map<string, string>();
  await tagsOf(archive, workbook, {
    open: (local, attribute) => {
      const target = local === 'sheet' ? targets.get(attribute(':id') ?? '') : undefined;
      if (target !== undefined) sheets.set(attribute('name') ?? '', target);
    },
  });
  return sheets;
}

async function relationsOf(
  archive: Archive,
  folder: string,
  part: string,
  type: string,
): Promise<{ id: string; target: string }[]> {
  const found: { id: string; target: string }[] = [];
  await tagsOf(archive, part, {
    open: (local, attribute) => {
      if (local !== 'Relationship' || attribute('Type')?.endsWith(type) !== true) return;
      const target = attribute('Target') ?? '';
      const place = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      found.push({ id: attribute('Id') ?? '', target: place });
    },
  });
  return found;
}

/**
 * Does nothing where the archive has no such part.
 * @throws ConsoleError `bad-input` for what is no sheet but fills the memory: elements without end, a text without end
 */
export async function tagsOf(
  { zip, parts, nothing }: Archive,
  part: string | undefined,
  handlers: Handlers,
): Promise<void> {
  const entry = parts.get(part ?? '');
  if (entry === undefined) return;
  // Looking a prefix up takes longer with each element that is open, so they are only cut off.
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  let lastTag = 0;
  // Whether the sheet can be read is the reader's to say.
  parser.on('error', () => undefined);
  let isWanted = false;
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > DEEPEST) throw tooLarge(nothing);
    lastTag = parser.position;
    const local = withoutPrefix(name);
    isWanted = handlers.textOf?.includes(local) === true;
    handlers.open(local, (wanted) => attributeOf(attributes, wanted));
  });
  parser.on('closetag', ({ name }) => {
    depth--;
    lastTag = parser.position;
    isWanted = false;
    handlers.close?.(withoutPrefix(name));
  });
  parser.on('text', (text) => {
    if (isWanted) handlers.text?.(text);
  });
  const content = await zip.openReadStreamPromise(entry);
  content.setEncoding('utf8');
  for await (const chunk of content) {
    parser.write(chunk as string);
    if (parser.position - lastTag > LONGEST_TEXT) throw tooLarge(nothing);
  }
  parser.close();
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function attributeOf(attributes: SaxesTagPlain['attributes'], wanted: string): string | undefined {
  if (!wanted.startsWith(':')) return attributes[wanted];
  return Object.entries(attributes).find(([name]) => name.endsWith(wanted))?.[1];
}
