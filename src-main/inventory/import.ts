/** Imports devices and their customers from a file: looked at first, then written as a whole. */
import type { ActionContext } from '../audit/action-context.ts';
import { isoTime } from '../domain/clock.ts';
import { readCell } from '../domain/identifier-text.ts';
import {
  IDENTIFIER_KINDS,
  identityKey,
  looksRounded,
  roundedExplanation,
  type DeviceIdentifier,
} from '../domain/identifiers.ts';
import { ConsoleError } from '../domain/errors.ts';
import { MAX_DEVICES } from '../domain/jobs.ts';
import {
  ImportTally,
  readImport,
  refuseMissingColumn,
  type ImportChoices,
  type ImportPreview,
  type ImportRule,
} from '../tables/import-table.ts';
import { NOT_IMPORTED, refusedLines, type Problems } from '../tables/problems.ts';
import type { TableRow, TableSource } from '../tables/table.ts';
import { IDENTIFIER_COLUMNS, isIdentifierHeader, namesSomething, type IdentifierColumn } from './list-columns.ts';
import type { ListRow } from './list-reader.ts';
import { badReading, contradictionOf, devicesNamed, namedIn } from './resolve.ts';

export type DeviceColumn = IdentifierColumn | 'customer';

export const DEVICE_COLUMNS: Readonly<Record<DeviceColumn, readonly string[]>> = {
  ...IDENTIFIER_COLUMNS,
  customer: ['customer name', 'account holder', 'end customer', 'client', 'site', 'tenant', 'company', 'customer id'],
};

const DEVICE_FILE: ImportRule<DeviceColumn> = {
  names: DEVICE_COLUMNS,
  isHeader: isIdentifierHeader,
  isData: namesSomething,
  missing: (columns) =>
    columns.some((column) => column !== undefined && column !== 'customer')
      ? null
      : 'of identifiers (ICCID, IMEI or MDN)',
};

export interface DeviceImport {
  /** Rows that named a device. */
  lines: number;
  /** Devices that the inventory did not have. */
  added: number;
  /** Devices whose customer is new or another one. */
  assigned: number;
  /** Rows that said again what an earlier one said. */
  duplicates: number;
  /** Rows that could not be taken, and were left out because a person said so. */
  leftOut: number;
}

/** A file that was looked at and can be written. */
export interface DeviceImportPlan {
  preview: ImportPreview;
  problems: Problems;
  /** Each device once, by its number when the inventory has it. */
  entries: readonly { identifier: DeviceIdentifier; known: number | undefined; customer: string }[];
  duplicates: number;
}

/**
 * Reads the file; nothing is written.
 * @throws ConsoleError `bad-input` when it cannot be read, `choose-sheet`
 */
export async function planDeviceImport(
  { store }: ActionContext,
  providerId: number,
  source: TableSource,
  choices: ImportChoices = {},
): Promise<DeviceImportPlan> {
  const { devices } = store;
  const wanted = new Map<string, DeviceImportPlan['entries'][number] & { line: number }>();
  const tally = new ImportTally();
  let duplicates = 0;
  const take = (
    line: number,
    text: string,
    identifier: DeviceIdentifier,
    known: number | undefined,
    customer: string,
  ): void => {
    const key = known === undefined ? identityKey(identifier) : `device ${String(known)}`;
    const earlier = wanted.get(key);
    if (earlier === undefined) {
      if (wanted.size >= MAX_DEVICES) throw tooMany(line);
      wanted.set(key, { identifier, known, customer, line });
      const before = known === undefined ? null : (devices.get(known)?.customer ?? null);
      if (known === undefined)
        tally.add(line, text, 'new', customer === '' ? 'new device' : `new device of ${customer}`);
      else if (customer === '' || before === customer) tally.add(line, text, 'same', before ?? 'no customer');
      else tally.add(line, text, 'changed', `${before ?? 'no customer'} → ${customer}`);
    } else if (earlier.customer === customer) {
      duplicates++;
      tally.add(line, text, 'same', `stands on line ${String(earlier.line)} already`);
    } else
      tally.refuse(
        line,
        text,
        `${identifier.id} is given to "${customer}" here and to "${earlier.customer}" on line ${String(earlier.line)}`,
      );
  };
  const seen = await readImport<DeviceColumn>(source, choices, DEVICE_FILE, ({ row, values }) => {
    const { line } = row;
    if (row.problem !== undefined) {
      tally.refuse(line, '', row.problem);
      return;
    }
    const list = listRow(row, values);
    const { devices: named, others, bad } = namedIn(list);
    const customer = values.customer?.map(withoutGuard).join(' ') ?? '';
    if (SPREADSHEET_ERROR.test(customer)) {
      tally.refuse(line, list.text, `the customer is ${customer}, an error of the spreadsheet`);
      return;
    }
    // Beside what a cell names, what is damaged in it is another device.
    const beside = list.cells.filter((readings) => readings.some(({ ok }) => ok)).flat();
    const damaged = beside.flatMap((reading) => badReading(reading) ?? [])[0];
    if (damaged !== undefined) {
      tally.refuse(line, list.text, damaged.explanation);
      return;
    }
    const [first] = bad;
    if (named.length === 0) {
      if (first !== undefined) tally.refuse(line, list.text, first.explanation);
      else tally.add(line, row.cells.join(', '), 'none', 'it names no device');
      return;
    }
    const against = contradictionOf(devices, providerId, list, { devices: named, others });
    if (against !== undefined) {
      tally.refuse(line, list.text, against);
      return;
    }
    for (const identifier of named) {
      const { ids } = devicesNamed(devices, providerId, identifier, named.length === 1 ? others : []);
      const [known, second] = ids;
      if (second !== undefined)
        tally.refuse(
          line,
          list.text,
          `more than one device has the ${identifier.kind.toUpperCase()} ${identifier.id}; name it by its ICCID`,
        );
      else if (known === undefined && looksRounded(identifier.id))
        tally.refuse(line, list.text, roundedExplanation(identifier.id));
      else take(line, named.length === 1 ? list.text : identifier.id, identifier, known, customer);
    }
  });
  return {
    preview: { ...seen, counts: tally.counts, lines: tally.lines },
    problems: tally.problems,
    entries: [...wanted.values()],
    duplicates,
  };
}

/**
 * Writes what was looked at, in one transaction.
 * @param leaveOut a person has seen which rows cannot be taken, and wants the others
 * @throws ConsoleError `bad-input` that names the rows which cannot be taken; then nothing was imported
 */
export function applyDeviceImport(
  context: ActionContext,
  providerId: number,
  plan: DeviceImportPlan,
  leaveOut = false,
): DeviceImport {
  context.askAgain();
  const { store, audit, clock, actor } = context;
  const { problems, entries, duplicates } = plan;
  refuseMissingColumn(plan.preview);
  if (problems.count > 0 && !leaveOut) throw refusedLines(problems, 'file of devices', NOT_IMPORTED);
  return store.transaction(() => {
    const at = isoTime(clock.now());
    const result: DeviceImport = {
      lines: entries.length + duplicates,
      added: 0,
      assigned: 0,
      duplicates,
      leftOut: problems.count,
    };
    for (const { identifier, known, customer } of entries) {
      // A sync may have found it, or merged it into another record, since the file was looked at.
      const isThere = known !== undefined && store.devices.providerOf(known) === providerId;
      const [found] = isThere ? [known] : store.devices.idsByIdentifier(providerId, identifier, 1);
      const id = found ?? store.devices.ensure(providerId, identifier.kind, identifier.id);
      if (found === undefined) result.added++;
      if (customer !== '' && store.devices.setCustomer(providerId, id, customer, at)) result.assigned++;
    }
    audit.append({
      at,
      actor,
      action: 'inventory.imported',
      subject: `service provider ${String(providerId)}`,
      detail: { ...result },
    });
    return result;
  });
}

const SPREADSHEET_ERROR = /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)$/i;

/** `="Beta"` keeps a spreadsheet from reading the text as something else. */
function withoutGuard(cell: string): string {
  return /^="([^"]*)"$/.exec(cell)?.[1] ?? cell;
}

function listRow({ line }: TableRow, values: Partial<Record<DeviceColumn, string[]>>): ListRow {
  const columns = [...IDENTIFIER_KINDS, 'any'] as const;
  const cells = columns.flatMap((column) => (values[column] ?? []).map((cell) => ({ cell, column })));
  return {
    line,
    text: cells.map(({ cell }) => cell).join(', '),
    cells: cells.map(({ cell, column }) => readCell(cell, column === 'any' ? undefined : column)),
    isNamed: true,
  };
}

function tooMany(line: number): ConsoleError {
  return new ConsoleError(
    'bad-input',
    `The file names more than ${MAX_DEVICES.toLocaleString('en-US')} devices (at line ${line.toLocaleString('en-US')}).`,
    'Split it; nothing was imported.',
  );
}
