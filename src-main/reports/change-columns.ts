/** What is said of one device's change, column by column: for the reports and for exports of a job's devices. */
import { valueText, type ChangeType } from '../domain/change-order.ts';
import { STATUS_OF } from '../domain/changes.ts';
import { EXPORT_COLUMNS, type ExportColumn } from '../domain/export-columns.ts';
import { localTime } from '../domain/local-time.ts';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/index.ts';
import type { ReportedChange } from '../store/reported-changes.ts';
import type { TableColumn } from '../tables/write-table.ts';

/** A change that was made, or one that would be. */
export type ReportedRow = Pick<
  Change,
  | 'identifier'
  | 'state'
  | 'fromValue'
  | 'reason'
  | 'reasonCode'
  | 'nextStep'
  | 'requestId'
  | 'attempts'
  | 'submittedAt'
  | 'acceptedAt'
  | 'finishedAt'
  | 'localSync'
> &
  Pick<ReportedChange, 'device' | 'httpStatus'>;

export interface ReportedOrder {
  providerId: number;
  type: ChangeType;
  target: string;
}

type Key = ExportColumn<'changes'>;
/** Those that a list of devices is read by. */
const OWN_COLUMNS = ['iccid', 'imei', 'mdn'] as const;
const LOCAL_RECORD = { none: '', done: 'updated', failed: 'not updated' } as const;

/** @param order what the devices get; names of plans are those of the catalog as it is now */
export function changeColumns(store: Store, order: ReportedOrder, keys: readonly Key[]): TableColumn<ReportedRow>[] {
  const { type, target } = order;
  const isPlan = type === 'carrier-rate-plan';
  const plans = new Map(isPlan ? store.plans.list(order.providerId).map(({ code, name }) => [code, name]) : []);
  const nameOf = (value: string | null): string =>
    (value === null ? undefined : plans.get(value)) ?? valueText(type, value);
  const codeOf = (value: string | null): string => (isPlan ? (value ?? '') : '');
  const identifier = (kind: (typeof OWN_COLUMNS)[number]): Omit<TableColumn<ReportedRow>, 'header'> => ({
    is: 'identifier',
    value: (row) => row.device?.[kind] ?? ownIdentifier(row.identifier, kind),
  });
  const text = (value: (row: ReportedRow) => string | null): Omit<TableColumn<ReportedRow>, 'header'> => ({ value });
  const number = (value: (row: ReportedRow) => number | null): Omit<TableColumn<ReportedRow>, 'header'> => ({
    is: 'number',
    value,
  });
  const all: Record<Key, Omit<TableColumn<ReportedRow>, 'header'>> = {
    identifier: { is: 'identifier', value: (row) => row.identifier.id },
    // As the job's screen shows them.
    from: text(({ fromValue }) => valueText(type, fromValue)),
    to: text(() => valueText(type, target)),
    iccid: identifier('iccid'),
    imei: identifier('imei'),
    mdn: identifier('mdn'),
    otherIdentifier: text(otherIdentifier),
    customer: text(({ device }) => device?.customer ?? null),
    group: text(({ device }) => device?.groupName ?? null),
    fromName: text(({ fromValue }) => nameOf(fromValue)),
    fromCode: text(({ fromValue }) => codeOf(fromValue)),
    toName: text(() => nameOf(target)),
    toCode: text(() => codeOf(target)),
    status: text(({ state }) => STATUS_OF[state]),
    stage: text(({ state }) => state),
    reason: text(({ reason }) => reason),
    code: text(({ reasonCode }) => reasonCode),
    next: text(({ nextStep }) => nextStep),
    attempts: number(({ attempts }) => attempts),
    httpStatus: number(({ httpStatus }) => httpStatus),
    requestId: text(({ requestId }) => requestId),
    submitted: text(({ submittedAt }) => localTime(submittedAt)),
    accepted: text(({ acceptedAt }) => localTime(acceptedAt)),
    finished: text(({ finishedAt }) => localTime(finishedAt)),
    submittedUtc: text(({ submittedAt }) => submittedAt),
    acceptedUtc: text(({ acceptedAt }) => acceptedAt),
    finishedUtc: text(({ finishedAt }) => finishedAt),
    localRecord: text(({ localSync }) => LOCAL_RECORD[localSync]),
  };
  return keys.map((key) => ({ header: EXPORT_COLUMNS.changes[key], ...all[key] }));
}

/** The change's own identifier, in the column of its kind; a MSISDN is the same number with the country's 1 before it. */
function ownIdentifier({ kind, id }: ReportedRow['identifier'], column: (typeof OWN_COLUMNS)[number]): string {
  if (column === 'mdn' && kind === 'msisdn' && /^1\d{10}$/.test(id)) return id.slice(1);
  return column === kind ? id : '';
}

/** A change that no other column names: by an MEID, say, and of a device that has no record. */
function otherIdentifier({ identifier, device }: ReportedRow): string {
  const isNamed = OWN_COLUMNS.some((column) => (device?.[column] ?? ownIdentifier(identifier, column)) !== '');
  return isNamed ? '' : `${identifier.kind.toUpperCase()} ${identifier.id}`;
}
