/** Imports devices and their customers from a CSV file: all of it or nothing. */
import type { Workplace } from '../audit/workplace.ts';
import { badLines, CsvProblems, missingColumn, readCsv, type CsvSource } from '../csv/read.ts';
import { isoTime } from '../domain/clock.ts';
import {
  IDENTIFIER_KINDS,
  identityKey,
  looksRounded,
  readIdentifier,
  roundedExplanation,
  type DeviceIdentifier,
} from '../domain/identifiers.ts';
import { ConsoleError } from '../domain/errors.ts';
import { MAX_DEVICES } from '../domain/jobs.ts';
import { IDENTIFIER_COLUMNS } from './identify.ts';

const COLUMNS = {
  ...IDENTIFIER_COLUMNS,
  customer: ['customer name', 'account holder', 'end customer', 'client', 'site', 'tenant'],
} as const;

export interface DeviceImport {
  /** Lines that named a device. */
  lines: number;
  /** Devices that the inventory did not have. */
  added: number;
  /** Devices whose customer is new or another one. */
  assigned: number;
  /** Lines that said again what an earlier line said. */
  duplicates: number;
}

/**
 * Columns: one of ICCID, IMEI, MDN … and, if wanted, Customer; others are passed over.
 * @throws ConsoleError `bad-input` that names the lines; then nothing was imported
 */
export async function importDevices(
  workplace: Workplace,
  providerId: number,
  source: CsvSource,
): Promise<DeviceImport> {
  const { store, audit, clock, actor } = workplace;
  const wanted = new Map<string, { identifier: DeviceIdentifier; customer: string; line: number }>();
  const problems = new CsvProblems();
  let duplicates = 0;
  let lines = 0;
  await readCsv(
    source,
    COLUMNS,
    ({ columns, headers }) => {
      if (!columns.some((column) => column !== 'customer'))
        throw missingColumn('of identifiers (ICCID, IMEI or MDN)', headers);
    },
    (row, line) => {
      const kind = IDENTIFIER_KINDS.find((candidate) => (row[candidate] ?? '') !== '');
      if (kind === undefined) {
        problems.add(line, 'it names no device');
        return;
      }
      const reading = readIdentifier(row[kind] ?? '', kind);
      if (!reading.ok) {
        problems.add(line, reading.explanation);
        return;
      }
      const { identifier } = reading;
      if (
        looksRounded(identifier.id) &&
        store.devices.findByIdentifier(providerId, identifier.kind, identifier.id).length === 0
      ) {
        problems.add(line, roundedExplanation(identifier.id));
        return;
      }
      if (store.devices.idsByIdentifier(providerId, identifier, 2).length > 1) {
        problems.add(
          line,
          `more than one device has the ${identifier.kind.toUpperCase()} ${identifier.id}; name it by its ICCID`,
        );
        return;
      }
      lines++;
      const customer = row.customer ?? '';
      const earlier = wanted.get(identityKey(identifier));
      if (earlier === undefined && wanted.size >= MAX_DEVICES) {
        throw new ConsoleError(
          'bad-input',
          `The file names more than ${MAX_DEVICES.toLocaleString('en-US')} devices (at line ${line.toLocaleString('en-US')}).`,
          'Split it; nothing was imported.',
        );
      }
      if (earlier === undefined) wanted.set(identityKey(identifier), { identifier, customer, line });
      else if (earlier.customer === customer) duplicates++;
      else
        problems.add(
          line,
          `${identifier.id} is given to "${customer}" here and to "${earlier.customer}" on line ${String(earlier.line)}`,
        );
    },
  );
  workplace.askAgain();
  if (problems.count > 0) throw badLines(problems, 'file of devices');
  return store.transaction(() => {
    const at = isoTime(clock.now());
    const result: DeviceImport = { lines, added: 0, assigned: 0, duplicates };
    for (const { identifier, customer } of wanted.values()) {
      const [known] = store.devices.idsByIdentifier(providerId, identifier, 1);
      const id = known ?? store.devices.ensure(providerId, identifier.kind, identifier.id);
      if (known === undefined) result.added++;
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
