/** The tables that the window shows, as files: the same rows in the same order, column by column. */
import { CHANGE_TYPE_NAMES } from '../domain/change-order.ts';
import { EXPORT_COLUMNS, type ExportColumn } from '../domain/export-columns.ts';
import { progressOf } from '../domain/jobs.ts';
import { localTime } from '../domain/local-time.ts';
import { formatAmount } from '../domain/money.ts';
import type { AuditRow } from '../store/audit-entries.ts';
import type { Device } from '../store/devices.ts';
import type { Store } from '../store/index.ts';
import type { CatalogPlan } from '../store/plans.ts';
import type { TableColumn, TableToWrite } from '../tables/write-table.ts';
import type { JobSummary } from './job-summary.ts';

const AT_ONCE = 250;

/** Its rows come from the store when they are asked for. */
type TableAtHand<R> = TableToWrite<R> & { rows: Iterable<R> };

type Cells<R, K extends string> = Record<K, Omit<TableColumn<R>, 'header'>>;

function columnsOf<R, K extends string>(
  headers: Readonly<Record<K, string>>,
  cells: Cells<R, K>,
  keys: readonly K[],
): TableColumn<R>[] {
  return keys.map((key) => ({ header: headers[key], ...cells[key] }));
}

/** @param ids in their order; who is gone by then is left out */
export function deviceTable(
  { devices, plans }: Store,
  providerId: number,
  ids: readonly number[],
  keys: readonly ExportColumn<'devices'>[],
): TableAtHand<Device> {
  const names = new Map(plans.list(providerId).map(({ code, name }) => [code, name]));
  const field = (name: string): Omit<TableColumn<Device>, 'header'> => ({
    value: ({ customFields }) => customFields[name] ?? null,
  });
  const cells: Cells<Device, ExportColumn<'devices'>> = {
    iccid: { is: 'identifier', value: ({ iccid }) => iccid },
    mdn: { is: 'identifier', value: ({ mdn }) => mdn },
    imei: { is: 'identifier', value: ({ imei }) => imei },
    planCode: { value: ({ planCode }) => (planCode === null ? null : (names.get(planCode) ?? planCode)) },
    state: { value: ({ state, missingSince }) => (missingSince === null ? state : 'not listed') },
    customer: { value: ({ customer }) => customer },
    lastConnectedAt: { value: ({ lastConnectedAt }) => localTime(lastConnectedAt) },
    group: { value: ({ groupName }) => groupName },
    billingCycleEnds: { value: ({ billingCycleEnds }) => localTime(billingCycleEnds) },
    syncedAt: { value: ({ syncedAt }) => localTime(syncedAt) },
    CustomField1: field('CustomField1'),
    CustomField2: field('CustomField2'),
    CustomField3: field('CustomField3'),
    CustomField4: field('CustomField4'),
    CustomField5: field('CustomField5'),
    exactPlanCode: { value: ({ planCode }) => planCode },
    driftedAt: { value: ({ driftedAt }) => localTime(driftedAt) },
    missingSince: { value: ({ missingSince }) => localTime(missingSince) },
  };
  return {
    name: 'Devices',
    columns: columnsOf(EXPORT_COLUMNS.devices, cells, keys),
    rows: inPages(ids, (some) => devices.byIds(providerId, some)),
  };
}

/** Read in pages, so the store can be written in between. */
function* inPages<T>(ids: readonly number[], read: (some: readonly number[]) => T[]): Generator<T> {
  for (let at = 0; at < ids.length; at += AT_ONCE) yield* read(ids.slice(at, at + AT_ONCE));
}

export function jobTable(jobs: Iterable<JobSummary>, keys: readonly ExportColumn<'jobs'>[]): TableAtHand<JobSummary> {
  const number = (value: (summary: JobSummary) => number): Omit<TableColumn<JobSummary>, 'header'> => ({
    is: 'number',
    value,
  });
  const cells: Cells<JobSummary, ExportColumn<'jobs'>> = {
    id: number(({ job }) => job.id),
    status: { value: ({ status }) => status },
    title: { value: ({ job }) => job.title },
    progress: { value: ({ counts }) => `${String(Math.floor(progressOf(counts) * 100))}%` },
    processed: number(({ counts }) => counts.processed),
    error: number(({ counts }) => counts.error),
    provider: { value: ({ provider }) => provider },
    created: { value: ({ job }) => localTime(job.createdAt) },
    author: { value: ({ job }) => job.author },
    type: { value: ({ job }) => CHANGE_TYPE_NAMES[job.type] },
    toName: { value: ({ targetName }) => targetName },
    toCode: { value: ({ job }) => (job.type === 'carrier-rate-plan' ? job.target : null) },
    state: { value: ({ job }) => job.state },
    total: number(({ counts }) => counts.total),
    skipped: number(({ counts }) => counts.skipped),
    unconfirmed: number(({ counts }) => counts.unconfirmed),
    cancelled: number(({ counts }) => counts.cancelled),
    open: number(({ counts }) => counts.open),
    started: { value: ({ job }) => localTime(job.startedAt) },
    finished: { value: ({ job }) => localTime(job.finishedAt) },
    stopReason: { value: ({ job }) => job.stopReason },
  };
  return { name: 'Jobs', columns: columnsOf(EXPORT_COLUMNS.jobs, cells, keys), rows: jobs };
}

export function planTable(
  { plans }: Store,
  providerId: number,
  keys: readonly ExportColumn<'plans'>[],
): TableAtHand<CatalogPlan> {
  const cells: Cells<CatalogPlan, ExportColumn<'plans'>> = {
    name: { value: ({ name }) => name },
    code: { value: ({ code }) => code },
    included: { is: 'number', value: ({ sizeKb }) => sizeKb },
    carrierCode: { value: ({ carrierCode }) => carrierCode },
    price: { value: ({ price }) => (price === null ? null : formatAmount(price)) },
    currency: { value: ({ price }) => price?.currency ?? null },
    devices: { is: 'number', value: ({ deviceCount }) => deviceCount },
    allowed: { value: ({ allowed }) => (allowed ? 'yes' : 'no') },
    retired: { value: ({ retiredAt }) => localTime(retiredAt) },
  };
  return { name: 'Rate plans', columns: columnsOf(EXPORT_COLUMNS.plans, cells, keys), rows: plans.list(providerId) };
}

/** Newest first, as the window shows it. @param search as in `AuditRepository.page` */
export function auditTable(
  { audit }: Store,
  search: string,
  keys: readonly ExportColumn<'audit'>[],
): TableAtHand<AuditRow> {
  const cells: Cells<AuditRow, ExportColumn<'audit'>> = {
    seq: { is: 'number', value: ({ seq }) => seq },
    at: { value: ({ at }) => localTime(at) },
    actor: { value: ({ actor }) => actor },
    action: { value: ({ action }) => action },
    subject: { value: ({ subject }) => subject },
    detail: { value: ({ detail }) => detail },
    atUtc: { value: ({ at }) => at },
    hash: { value: ({ hash }) => hash },
  };
  const rows = function* (): Generator<AuditRow> {
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const some = audit.before(before, search, AT_ONCE);
      yield* some;
      const last = some.at(-1);
      if (last === undefined || some.length < AT_ONCE) return;
      before = last.seq;
    }
  };
  return { name: 'Audit log', columns: columnsOf(EXPORT_COLUMNS.audit, cells, keys), rows: rows() };
}
