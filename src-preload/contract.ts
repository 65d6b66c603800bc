/**
 * Every message between the window and the main process, declared once. Both sides derive their types and names from
 * here; the main process checks each input against its schema before anything is done with it.
 *
 * A call: `'jobs.pause': call<void>('change')(z.object({ jobId }))`, then in the window `await api('jobs.pause', { jobId: 7 })`.
 * It names the permission that it needs (`domain/roles.ts`); what its input names, such as a job, must belong to a service
 * provider that the person has the right for (`ipc/authorize.ts`).
 * An event: `'job.progress': { payload: undefined } as Event<JobProgress>`, then `listen('job.progress', (progress) => …)`.
 * Secrets go one way: the window can set and test them, and see whether they are set.
 */
import { z } from 'zod';
import type { Command } from './commands.ts';
import type { Review } from '../src-main/bulk-change/create-job.ts';
import type { LeftAsItIs } from '../src-main/bulk-change/retry-undo.ts';
import type { Waiting } from '../src-main/domain/waiting.ts';
import type { BulkChangeRequest } from '../src-main/bulk-change/plan-changes.ts';
import type { QuotaCheck } from '../src-main/bulk-change/plan-change-quota.ts';
import type { ColumnToChoose } from '../src-main/tables/questions.ts';
import type { Identified } from '../src-main/inventory/identify.ts';
import type { DeviceImport } from '../src-main/inventory/import.ts';
import type { PriceImport, PriceImportPlan } from '../src-main/catalog/prices.ts';
import type { ImportPreview } from '../src-main/tables/import-table.ts';
import type { SyncProgress } from '../src-main/inventory/sync.ts';
import type { JobProgress } from '../src-main/monitor/progress.ts';
import type { JobSummary } from '../src-main/reports/job-summary.ts';
import type { Vault } from '../src-main/security/vault.ts';
import type { PasswordOutcome, UnfinishedChange } from '../src-main/accounts/carrier-password.ts';
import type { WholeVerdict } from '../src-main/app.ts';
import type { AuditRow } from '../src-main/store/audit-entries.ts';
import type { Change, ChangeLogEntry, JobOverlap } from '../src-main/store/changes.ts';
import type { Composition, Device, DeviceHistoryEntry, Facets } from '../src-main/store/devices.ts';
import type { CatalogPlan } from '../src-main/store/plans.ts';
import type { Provider } from '../src-main/store/providers.ts';
import type { SyncRun } from '../src-main/store/sync-runs.ts';
import { ROLES, type Permission } from '../src-main/domain/roles.ts';
import type { AccessView } from '../src-main/access/access.ts';
import type { Operator } from '../src-main/store/operators.ts';
import { PRIORITIES, type JobState } from '../src-main/domain/jobs.ts';
import { SLOWEST_RATE } from '../src-main/domain/provider-settings.ts';
import { parseWindows } from '../src-main/domain/maintenance-window.ts';
import type { Job } from '../src-main/store/jobs.ts';
import { DEVICE_SORTS, SEEN_CHOICES, type SavedView } from '../src-main/domain/device-view.ts';
import { CUSTOM_FIELD_NAMES } from '../src-main/domain/change-order.ts';
import { CHANGE_STATES } from '../src-main/domain/changes.ts';
import { columnsOfTable } from '../src-main/domain/export-columns.ts';
import { FILE_FORMATS } from '../src-main/domain/file-formats.ts';
import { IDENTIFIER_KINDS, isPlaceholder } from '../src-main/domain/identifiers.ts';
import { LINE_VERDICTS } from '../src-main/domain/list-lines.ts';

/** A service provider with what is known of its credentials: never the credentials. */
export type ProviderView = Provider & {
  hasCredentials: boolean;
  /** There are some, but they were entered for another address. */
  credentialsElsewhere: boolean;
  /** A change of the carrier's password that was begun and is not finished. */
  passwordChange: UnfinishedChange | null;
  devices: number;
  lastSync: SyncRun | null;
  /** Settings that wait for a second Admin. */
  proposal: ProposalView | null;
};

export interface ProposalView {
  by: string;
  at: string;
  /** What would be loosened, in words. */
  loosens: string[];
  /** Every setting that would be another one. */
  differences: string[];
  /** Of all of it; it has to come back with the agreement. */
  digest: string;
  /** Whoever is signed in has proposed it, and cannot agree to it. */
  isMine: boolean;
}

export type JobView = JobSummary & {
  missedStart: boolean;
  /** Why nothing of it leaves at the moment. */
  waiting: Waiting | null;
  children: { id: number; kind: 'retry' | 'undo' | null }[];
};

/** One job of an undo, before it is made. */
export interface UndoStepView {
  review: Review;
}

/** What an undo would do: its jobs, and the devices that stay as they are. */
export interface UndoView {
  steps: UndoStepView[];
  /** The first of them. */
  left: LeftAsItIs[];
  leftCount: number;
  willChange: number;
  digest: string;
}

/** A change with the job's words for it, for lists. */
export type DeviceStory = {
  device: Device;
  history: DeviceHistoryEntry[];
  changes: (Change & { job: Pick<Job, 'title' | 'type' | 'target'> })[];
};

export interface AppInfo {
  version: string;
  /** What shows the window: Electron, or the stand-in host in a browser. */
  host: string;
  home: string;
  /** Where credentials are kept, and the library that reaches the keychain. */
  vault: Pick<Vault, 'backend' | 'library' | 'notice'>;
  /** Jobs that the last run left unfinished; they wait for a person. */
  interrupted: number[];
  /** Why this window can only read: another console runs the jobs of this data folder. */
  readOnly: string | null;
  /** The data file is not the one that was last signed: an Admin has to say why before jobs run. */
  olderStore: boolean;
  /** The job of the link that the console was started with. */
  openedLink: { jobId: number } | null;
}

/** What a file is, before anything is written. */
export type ImportLook =
  /** Several sheets of the workbook may be meant: ask again with one of them. */
  | { what: 'sheets'; sheets: string[] }
  /** No column names devices, or it is not clear which do: ask again with some of them, by their numbers from 1. */
  | { what: 'columns'; why: 'none' | 'several'; columns: ColumnToChoose[]; sheet: string | null; sheets: string[] }
  | { what: 'identifiers'; identified: Identified }
  | { what: 'devices'; preview: ImportPreview }
  | { what: 'prices'; preview: PriceImportPlan['preview'] };
export type ImportWhat = Exclude<ImportLook['what'], 'sheets' | 'columns'>;

export type ImportDone = { what: 'devices'; devices: DeviceImport } | { what: 'prices'; prices: PriceImport };

/** What became of an export. */
export interface Exported {
  /** Null when the person thought better of it, before or meanwhile; then there is no file. */
  file: string | null;
  rows: number;
}

/** What a call that failed says; the message is for people. */
export interface CallError {
  code: string;
  message: string;
  next: string | null;
}

export type CallAnswer<T> = { ok: true; value: T } | { ok: false; error: CallError };

interface Call<I extends z.ZodType, O> {
  /** What the person must have the right to; `anyone` also before signing in. */
  needs: Permission | 'anyone';
  input: I;
  /** Only a type: the main process is trusted to keep to it, and the compiler sees to it. */
  output: O | undefined;
}

function call<O>(needs: Permission | 'anyone') {
  return <I extends z.ZodType>(input: I): Call<I, O> => ({ needs, input, output: undefined });
}

interface Event<T> {
  payload: T | undefined;
}

const id = z.number().int().positive();
const text = z.string().max(200);
const secret = z.string().min(1).max(500);
const nothing = z.undefined();
const password = z.string().max(500);
const rights = z.object({
  role: z.enum(ROLES),
  providers: z.array(id).max(1000).nullable(),
  disabled: z.boolean(),
});
const sort = z.object({ by: z.enum(DEVICE_SORTS), descending: z.boolean() });
const page = { offset: z.number().int().min(0), limit: z.number().int().min(1).max(1000) };
/** An object whose names are all read: `__proto__` would be dropped without a word, and select everything. */
function wholly<T extends z.ZodType>(schema: T): z.ZodType<z.output<T>, z.output<T>> {
  return z.custom<z.output<T>>(
    (value) => !Object.hasOwn(Object(value) as object, '__proto__') && schema.safeParse(value).success,
    { error: 'These are no custom fields.' },
  );
}
const filter = z.strictObject({
  search: z.string().max(100).optional(),
  planCodes: z.array(text).max(500).optional(),
  states: z.array(text).max(500).optional(),
  customers: z.array(text).max(500).optional(),
  groups: z.array(text).max(500).optional(),
  seenSince: z.iso.datetime().optional(),
  notSeenSince: z.iso.datetime().optional(),
  planChangedSince: z.iso.datetime().optional(),
  customFields: wholly(z.partialRecord(z.enum(CUSTOM_FIELD_NAMES), text)).optional(),
  drifted: z.boolean().optional(),
});
const view = z.object({
  search: z.string().max(100),
  planCodes: z.array(text).max(500),
  states: z.array(text).max(500),
  customers: z.array(text).max(500),
  groups: z.array(text).max(500),
  seen: z.enum(SEEN_CHOICES),
  changedThisMonth: z.boolean(),
  drifted: z.boolean(),
  fieldName: text,
  fieldValue: text,
  sort,
});
const settings = z.object({
  name: z.string().trim().min(1, 'Give it a name.').max(80),
  accountName: z.string().trim().min(1, 'Enter the account name, with its leading zeros.').max(80),
  baseUrl: z.url('Enter an address such as https://thingspace.verizon.com.'),
  oauthPath: z.string().startsWith('/').max(200),
  m2mPath: z.string().startsWith('/').max(200),
  writesEnabled: z.boolean(),
  sendAccountWithDevices: z.boolean(),
  batchSize: z.number().int().min(1).max(10_000),
  pageSize: z.number().int().min(1).max(10_000),
  lanes: z.number().int().min(1).max(32),
  maxRequestsPerSecond: z.number().min(SLOWEST_RATE).max(1000).nullable(),
  maxAttempts: z.number().int().min(1).max(50),
  requestTimeoutS: z.number().min(1).max(600),
  settleS: z.number().min(1).max(86_400),
  confirmDeadlineS: z.number().min(1).max(604_800),
  confirmAbove: z.number().int().min(0).max(1_000_000).nullable(),
  caCertificates: z.string().max(100_000),
  fourEyesAbove: z.number().int().min(0).max(1_000_000).nullable(),
  maintenanceWindows: z
    .string()
    .max(500)
    .superRefine((windows, context) => {
      try {
        parseWindows(windows);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    }),
});
const order = z.discriminatedUnion('type', [
  z.object({ type: z.literal('carrier-rate-plan'), planCode: text }),
  z.object({ type: z.literal('suspend') }),
  z.object({ type: z.literal('restore') }),
  z.object({ type: z.literal('custom-fields'), fields: wholly(z.record(text, text)) }),
]);
const decision = z.object({ jobId: id, digest: z.string().length(64), note: z.string().max(500) });
/** The digest of the review that the person saw: if it would be another change by now, nothing starts. */
const confirmed = z.string().regex(/^[0-9a-f]{64}$/);
const identifiers = z
  .array(
    z
      .object({ kind: z.enum(IDENTIFIER_KINDS), id: z.string().max(40) })
      .refine((named) => !isPlaceholder(named), 'A placeholder names no device.'),
  )
  .max(1_000_000);
const bulkChange = z.object({
  providerId: id,
  selection: z.object({ deviceIds: z.array(id).max(1_000_000), identifiers, leftOut: identifiers.optional() }),
  order,
  effectiveAt: z.iso.datetime().nullable(),
  batchSize: z.number().int().min(1).max(10_000).optional(),
  // An undo is made by `jobs.undo` alone: its parts are looked at as one change.
  parent: z.object({ jobId: id, kind: z.literal('retry') }).optional(),
  guards: z
    .object({
      abortShare: z.number().min(0).max(1).optional(),
      abortAfter: z.number().int().min(1).optional(),
      canary: z.number().int().min(1).optional(),
    })
    .optional(),
  ignoreQuota: z.boolean().optional(),
  priority: z.enum(PRIORITIES).optional(),
});

/** A word of the window's own by which an export is followed and cancelled. */
const ticket = z.string().regex(/^[\w-]{8,60}$/);
const exported = { format: z.enum(FILE_FORMATS), ticket };

export const CALLS = {
  'app.info': call<AppInfo>('anyone')(nothing),
  'app.ready': call<void>('anyone')(nothing),
  /** A screen could not be drawn; written into the console's log. */
  'app.windowFailed': call<void>('anyone')(z.object({ details: z.string().max(20_000) })),
  /** What support needs to see, without secrets and devices. */
  'app.saveDiagnostics': call<{ file: string | null }>('audit')(nothing),

  'session.view': call<AccessView>('anyone')(nothing),
  /** As somebody else, or as the operator whose window is locked. */
  'session.signIn': call<void>('anyone')(z.object({ name: text, password })),
  'session.signOut': call<void>('anyone')(nothing),
  'session.lock': call<void>('anyone')(nothing),
  /** A person is there; without it the console locks after a while. */
  'session.active': call<void>('anyone')(nothing),
  'session.changePassword': call<void>('anyone')(z.object({ old: password, fresh: password })),
  'session.setLock': call<void>('operators')(z.object({ minutes: z.number().int().min(1).max(1440).nullable() })),
  'operators.list': call<Operator[]>('operators')(nothing),
  /** The first one, with whom signing in begins, is signed in at once. */
  'operators.create': call<void>('operators')(z.object({ name: text, rights, password })),
  'operators.setRights': call<void>('operators')(z.object({ operatorId: id, rights })),
  'operators.setPassword': call<void>('operators')(z.object({ operatorId: id, password })),

  'providers.list': call<ProviderView[]>('read')(nothing),
  'providers.save': call<ProviderView>('settings')(z.object({ providerId: id.nullable(), settings })),
  /** What one Admin proposed and another one decides; see `access/second-admin.ts`. */
  'providers.agree': call<ProviderView>('settings')(z.object({ providerId: id, digest: text })),
  'providers.reject': call<ProviderView>('settings')(z.object({ providerId: id })),
  'providers.setCredentials': call<void>('settings')(
    // With the address that the person saw: the one in the store may be another one by now.
    z.object({ providerId: id, baseUrl: text, key: secret, secret, username: secret, password: secret }),
  ),
  'providers.removeCredentials': call<void>('settings')(z.object({ providerId: id })),
  /** The carrier invents the new password; it goes into the keychain, and never to the window. */
  'providers.changePassword': call<PasswordOutcome>('settings')(z.object({ providerId: id })),
  /** Goes on with a change that was cut off; null when there is none. */
  'providers.finishPasswordChange': call<PasswordOutcome | null>('settings')(z.object({ providerId: id })),
  'providers.test': call<{ plans: number; seconds: number }>('settings')(z.object({ providerId: id })),
  /** What the console found out about the carrier's limits and answers is found out anew. */
  'providers.forgetLearned': call<void>('settings')(
    z.object({ providerId: id, what: z.union([z.literal('rate'), z.object({ refusal: text })]) }),
  ),
  'providers.clearFailedLogins': call<void>('settings')(z.object({ providerId: id })),
  'demo.start': call<ProviderView>('settings')(z.object({ devices: z.number().int().min(1).max(1_000_000) })),

  'sync.start': call<SyncRun & { missing: number; replaced: number }>('inventory')(z.object({ providerId: id })),
  'devices.page': call<{ total: number; rows: Device[] }>('read')(
    z.object({
      providerId: id,
      filter,
      sort,
      ...page,
    }),
  ),
  'devices.facets': call<Facets>('read')(z.object({ providerId: id })),
  /** All that match, or a range of them in the table's order. */
  'devices.ids': call<number[]>('read')(
    z.object({ providerId: id, filter, range: z.object({ sort, ...page, limit: id.max(1_000_000) }).optional() }),
  ),
  /** What a selection is made of. */
  'devices.composition': call<Composition>('read')(z.object({ providerId: id, deviceIds: z.array(id).max(1_000_000) })),
  'devices.story': call<DeviceStory>('read')(z.object({ deviceId: id })),
  /** Reads these devices' records anew; drift among them shows. */
  'devices.refresh': call<{ read: number; changed: number }>('inventory')(
    z.object({ providerId: id, deviceIds: z.array(id).max(1_000_000) }),
  ),
  /** A person has seen which plans were changed elsewhere. */
  'devices.forgetDrift': call<{ devices: number }>('inventory')(z.object({ providerId: id })),
  /** What a list's lines are, as a file to hand on. */
  'devices.saveLines': call<{ file: string | null }>('export')(
    z.object({
      lines: z
        .array(
          z.object({
            line: z.number().int().min(0),
            text: z.string().max(100),
            verdict: z.enum(Object.keys(LINE_VERDICTS) as (keyof typeof LINE_VERDICTS)[]),
            note: z.string().max(1000),
          }),
        )
        .max(100_000),
      format: z.enum(FILE_FORMATS),
    }),
  ),
  'devices.identify': call<Identified>('read')(
    // A million identifiers, as many as a bulk change takes.
    z.object({ providerId: id, text: z.string().max(24 * 1024 * 1024, 'The list is longer than 24 MB. Split it.') }),
  ),

  'views.list': call<SavedView[]>('read')(z.object({ providerId: id })),
  'views.save': call<void>('inventory')(
    z.object({ providerId: id, name: z.string().trim().min(1, 'Give it a name.').max(60), view }),
  ),
  'views.remove': call<void>('inventory')(z.object({ viewId: id })),

  'plans.list': call<CatalogPlan[]>('read')(z.object({ providerId: id })),
  'plans.sync': call<CatalogPlan[]>('inventory')(z.object({ providerId: id })),
  /** As it was typed, such as `1.25` or `1.25 EUR`; a number alone leaves the price's currency. */
  'plans.setPrice': call<void>('catalog')(
    z.object({ providerId: id, code: text, price: z.string().max(40).nullable() }),
  ),
  'plans.setAllowed': call<void>('catalog')(z.object({ providerId: id, code: text, allowed: z.boolean() })),

  'changes.review': call<Review>('change')(bulkChange),
  'changes.start': call<{ jobId: number }>('change')(bulkChange.extend({ confirmed })),
  /** Asks the carrier's history about the devices that have used most of the month's plan changes. */
  'changes.checkQuota': call<QuotaCheck>('inventory')(
    z.object({ providerId: id, deviceIds: z.array(id).max(1_000_000), effectiveAt: z.iso.datetime().nullable() }),
  ),
  /** What a bulk change would do to each device, as CSV with the columns of the final report. */
  'changes.saveDryRun': call<{ file: string | null }>('change')(bulkChange),

  'jobs.list': call<JobView[]>('read')(nothing),
  'jobs.get': call<{ job: JobView; progress: JobProgress | null }>('read')(z.object({ jobId: id })),
  'jobs.compare': call<{ first: JobView; second: JobView; overlap: JobOverlap }>('read')(
    z.object({ first: id, second: id }),
  ),
  'jobs.changes': call<{ total: number; rows: Change[] }>('read')(
    z.object({
      jobId: id,
      states: z.array(z.enum(CHANGE_STATES)),
      search: z.string().max(300),
      ...page,
    }),
  ),
  'jobs.changeLog': call<ChangeLogEntry[]>('read')(z.object({ changeId: id })),
  'jobs.setPriority': call<void>('change')(z.object({ jobId: id, priority: z.enum(PRIORITIES) })),
  'jobs.pause': call<void>('change')(z.object({ jobId: id })),
  'jobs.resume': call<void>('change')(z.object({ jobId: id })),
  'jobs.cancel': call<void>('change')(z.object({ jobId: id })),
  /** Large changes of others that wait for the person. */
  'jobs.toApprove': call<number[]>('approve')(nothing),
  /** By somebody who is not the author, of what they saw: the digest names it. */
  'jobs.approve': call<void>('approve')(decision),
  'jobs.reject': call<void>('approve')(decision),
  /** The request that a retry would start from; the window reviews it like any other. */
  'jobs.retryRequest': call<BulkChangeRequest>('change')(z.object({ jobId: id })),
  'jobs.planUndo': call<UndoView>('change')(z.object({ jobId: id })),
  'jobs.undo': call<{ jobIds: number[] }>('change')(z.object({ jobId: id, confirmed })),
  'jobs.recheck': call<void>('change')(z.object({ jobId: id })),
  /** Those that failed or are unconfirmed; what was cancelled only when it is asked for. */
  'jobs.saveFailures': call<Exported>('export')(
    z.object({ jobId: id, format: z.enum(FILE_FORMATS).optional(), withCancelled: z.boolean().optional() }),
  ),
  'jobs.saveReport': call<{ file: string | null }>('export')(z.object({ jobId: id })),

  /** Newest first; `sealed` entries have left the store before them. */
  'audit.page': call<{ total: number; sealed: number; rows: AuditRow[] }>('audit')(
    z.object({ search: z.string().max(200), ...page }),
  ),
  /** An Admin says why the data file is not the one that was last signed; then jobs may run again. */
  'audit.accept': call<void>('settings')(z.object({ why: z.string().trim().min(5, 'Say why.').max(500) })),
  'audit.verify': call<WholeVerdict>('audit')(nothing),
  /** Takes older entries out of the store into a sealed file; null when there are none. */
  'audit.seal': call<{ file: string; entries: number } | null>('settings')(z.object({ before: z.iso.datetime() })),
  'audit.export': call<{ file: string | null; entries: number }>('audit')(nothing),

  // Exports: the columns in the order in which they are shown. Each is told of by `export.progress`.
  /** These devices, or all that match; in the table's order either way. */
  'export.devices': call<Exported>('export')(
    z.object({
      providerId: id,
      deviceIds: z.array(id).max(1_000_000).optional(),
      filter,
      sort,
      columns: z
        .array(z.enum(columnsOfTable('devices')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  'export.changes': call<Exported>('export')(
    z.object({
      jobId: id,
      states: z.array(z.enum(CHANGE_STATES)),
      search: z.string().max(300),
      columns: z
        .array(z.enum(columnsOfTable('changes')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  /** These jobs, in this order. */
  'export.jobs': call<Exported>('export')(
    z.object({
      jobIds: z.array(id).max(1_000_000),
      columns: z
        .array(z.enum(columnsOfTable('jobs')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  'export.plans': call<Exported>('export')(
    z.object({
      providerId: id,
      columns: z
        .array(z.enum(columnsOfTable('plans')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  /** A table to read; `audit.export` is the log with its signatures. */
  'export.audit': call<Exported>('audit')(
    z.object({
      search: z.string().max(200),
      columns: z
        .array(z.enum(columnsOfTable('audit')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  /** By whoever began it. Nothing of it is left. */
  'export.cancel': call<void>('export')(z.object({ ticket })),
  // Copying: what is selected, in the table's order, then row by row as far as it is needed.
  'devices.inOrder': call<number[]>('read')(z.object({ providerId: id, deviceIds: z.array(id).max(1_000_000), sort })),
  'devices.byIds': call<Device[]>('read')(z.object({ providerId: id, deviceIds: z.array(id).max(5000) })),

  // A file is read in the window and handed over in pieces, so that no path from the window is ever opened. Each kind of
  // import begins with a call of its own, which names the permission for it.
  /** Only looked up in the inventory: nothing is written. */
  'import.identifiers': call<{ importId: number }>('read')(z.object({ providerId: id })),
  'import.devices': call<{ importId: number }>('inventory')(z.object({ providerId: id })),
  'import.prices': call<{ importId: number }>('catalog')(z.object({ providerId: id })),
  // Whoever goes on with an import must have the permission of the call that it began with, for its service provider.
  'import.piece': call<void>('read')(z.object({ importId: id, bytes: z.base64().max(8 * 1024 * 1024) })),
  /** When all pieces have come; again with other choices as often as wanted. Nothing is written by it. */
  'import.look': call<ImportLook>('read')(
    z.object({
      importId: id,
      sheet: text.optional(),
      /** Those of a list that name devices, from 1. */
      deviceColumns: z.array(z.number().int().min(1).max(20_000)).min(1).max(60).optional(),
      /** What each column is, in the file's order; null for one that is passed over. */
      columns: z.array(z.string().max(20).nullable()).max(1000).optional(),
      decimal: z.enum(['point', 'comma']).optional(),
    }),
  ),
  /** Writes what was looked at last. `leaveOut` when rows that cannot be taken are to be left out. */
  'import.apply': call<ImportDone>('read')(z.object({ importId: id, leaveOut: z.boolean() })),
  'import.abandon': call<void>('read')(z.object({ importId: id })),
} as const;

export const EVENTS = {
  'job.progress': { payload: undefined } as Event<JobProgress>,
  'job.changed': { payload: undefined } as Event<{ jobId: number; state: JobState }>,
  'sync.progress': { payload: undefined } as Event<SyncProgress>,
  'export.progress': { payload: undefined } as Event<{ ticket: string; rows: number }>,
  alert: { payload: undefined } as Event<{ jobId: number | null; message: string }>,
  'menu.command': { payload: undefined } as Event<{ command: Command }>,
  /** The engine runs, or cannot: what `app.info` says of it is known now. */
  'engine.started': { payload: undefined } as Event<Record<string, never>>,
  /** Somebody else is there, or nobody, or may do something else. */
  'session.changed': { payload: undefined } as Event<AccessView>,
  /** A link to a place in the console was opened. */
  'link.opened': { payload: undefined } as Event<{ jobId: number }>,
} as const;

export type CallName = keyof typeof CALLS;
export type CallInput<N extends CallName> = z.input<(typeof CALLS)[N]['input']>;
export type CallOutput<N extends CallName> = Exclude<(typeof CALLS)[N]['output'], undefined>;
export type EventName = keyof typeof EVENTS;
export type EventPayload<N extends EventName> = Exclude<(typeof EVENTS)[N]['payload'], undefined>;

/** The only thing that the preload script exposes to the window. */
export interface Bridge {
  call(name: string, input: unknown): Promise<CallAnswer<unknown>>;
  /** @returns a function that stops listening */
  listen(name: string, receive: (payload: unknown) => void): () => void;
}
