/**
 * What each table can be exported with: the columns' keys and headers. The keys of columns that the window shows are the
 * window's own; those that it does not show are exported with "all columns" only.
 */
import { CUSTOM_FIELD_NAMES } from './change-order.ts';

type FieldName = (typeof CUSTOM_FIELD_NAMES)[number];

const FIELDS = Object.fromEntries(CUSTOM_FIELD_NAMES.map((name) => [name, name])) as Record<FieldName, string>;

/** Every device that a report is about, and what became of it; the failure report has no status and no local record. */
export const REPORT_COLUMNS = {
  iccid: 'ICCID',
  imei: 'IMEI',
  mdn: 'MDN',
  otherIdentifier: 'Other identifier',
  customer: 'Customer',
  group: 'Group',
  fromName: 'From (name)',
  fromCode: 'From (code)',
  toName: 'To (name)',
  toCode: 'To (code)',
  status: 'Status',
  stage: 'Stage',
  reason: 'Reason',
  code: 'Carrier code',
  next: 'What to do',
  attempts: 'Attempts',
  httpStatus: 'HTTP status',
  requestId: 'Carrier request',
  submitted: 'Submitted',
  accepted: 'Accepted',
  finished: 'Finished',
  submittedUtc: 'Submitted (UTC)',
  acceptedUtc: 'Accepted (UTC)',
  finishedUtc: 'Finished (UTC)',
  localRecord: 'Local record',
} as const;

export const EXPORT_COLUMNS = {
  devices: {
    iccid: 'ICCID',
    mdn: 'MDN',
    imei: 'IMEI',
    planCode: 'Rate plan',
    state: 'State',
    customer: 'Customer',
    lastConnectedAt: 'Last connected',
    group: 'Group',
    billingCycleEnds: 'Billing cycle ends',
    syncedAt: 'Read from the carrier',
    ...FIELDS,
    exactPlanCode: 'Rate plan code',
    driftedAt: 'Changed elsewhere, seen',
    missingSince: 'Not listed since',
  },
  // The first ones are the columns of the job's screen.
  changes: { identifier: 'Device', from: 'From', to: 'To', ...REPORT_COLUMNS },
  jobs: {
    id: 'Job',
    status: 'Status',
    title: 'What',
    progress: 'Progress',
    processed: 'Processed',
    error: 'Error',
    provider: 'Account',
    created: 'Created',
    author: 'By',
    type: 'Kind',
    toName: 'To (name)',
    toCode: 'To (code)',
    state: 'State',
    total: 'Devices',
    skipped: 'Skipped',
    unconfirmed: 'Unconfirmed',
    cancelled: 'Cancelled',
    open: 'Open',
    started: 'Started',
    finished: 'Finished',
    stopReason: 'Stopped because',
  },
  plans: {
    name: 'Name',
    code: 'Code',
    included: 'Included (KB)',
    carrierCode: 'Carrier’s code',
    price: 'Price',
    currency: 'Currency',
    devices: 'Devices on it',
    allowed: 'Allowed here',
    retired: 'No longer listed since',
  },
  audit: {
    seq: 'No.',
    at: 'When',
    actor: 'Who',
    action: 'What',
    subject: 'To what',
    detail: 'Detail',
    atUtc: 'When (UTC)',
    hash: 'Hash',
  },
} as const;

export type ExportTable = keyof typeof EXPORT_COLUMNS;
export type ExportColumn<T extends ExportTable> = keyof (typeof EXPORT_COLUMNS)[T] & string;

/** All of a table's columns, in the order in which they are declared. */
export function columnsOfTable<T extends ExportTable>(table: T): ExportColumn<T>[] {
  return Object.keys(EXPORT_COLUMNS[table]) as ExportColumn<T>[];
}

export type ReportColumn = keyof typeof REPORT_COLUMNS;

export const FULL_REPORT = Object.keys(REPORT_COLUMNS) as ReportColumn[];

/** All of them have failed, and none has changed anything here. */
export const FAILURE_REPORT = FULL_REPORT.filter((key) => key !== 'status' && key !== 'localRecord');
