/** A job's reports, written from the store alone: every device, those that failed, and a page to print or send. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { targetOf, type ChangeOrder } from '../domain/change-order.ts';
import type { ChangeState } from '../domain/changes.ts';
import { FAILURE_REPORT, FULL_REPORT, type ReportColumn } from '../domain/export-columns.ts';
import type { FileFormat } from '../domain/file-formats.ts';
import type { NewChange } from '../store/changes.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import { writingFile, writingFolder } from '../store/output-place.ts';
import { writeTable, type TableToWrite, type WriteOptions } from '../tables/write-table.ts';
import { changeColumns, type ReportedOrder, type ReportedRow } from './change-columns.ts';
import { summarize } from './job-summary.ts';
import { renderSummary } from './summary-page.ts';

export const REPORT_FILES = { all: 'all-devices.csv', failures: 'failures.csv', summary: 'summary.html' } as const;

/** What has failed, or is not known to have happened. What was skipped had nothing to fail at. */
const FAILURES = ['rejected', 'failed', 'unconfirmed'] as const satisfies readonly ChangeState[];

export interface FailureChoice {
  format: FileFormat;
  /** Whether what was cancelled is in it, too. */
  withCancelled: boolean;
}

/** Writes all three files into a folder, made if need be. @throws as `writingFolder` does */
export async function writeJobReport(store: Store, job: Job, folder: string): Promise<void> {
  await writingFolder(folder, Object.values(REPORT_FILES), async () => {
    await writeTable(join(folder, REPORT_FILES.all), 'csv', reported(store, job, FULL_REPORT, []));
    await writeTable(join(folder, REPORT_FILES.failures), 'csv', reported(store, job, FAILURE_REPORT, FAILURES));
    await writeFile(join(folder, REPORT_FILES.summary), renderSummary(summarize(store, job)));
  });
}

/**
 * The devices that failed, with the reason and what to do. Given back to the console as a list, it selects just these.
 * @returns how many they are
 * @throws as `writingFile` does
 */
export async function writeFailureReport(
  store: Store,
  job: Job,
  file: string,
  { format, withCancelled }: FailureChoice = { format: 'csv', withCancelled: false },
  options?: WriteOptions,
): Promise<number> {
  const states = withCancelled ? [...FAILURES, 'cancelled' as const] : FAILURES;
  return writingFile(file, () => writeTable(file, format, reported(store, job, FAILURE_REPORT, states), options));
}

/**
 * What a bulk change would do to each device, in the columns of the final report: QUEUED for what would be sent.
 * @throws as `writingFile` does
 */
export async function writeDryRun(
  store: Store,
  providerId: number,
  order: ChangeOrder,
  changes: readonly NewChange[],
  file: string,
): Promise<void> {
  const reportedOrder = { providerId, type: order.type, target: targetOf(order) };
  await writingFile(file, () =>
    writeTable(file, 'csv', tableOf(store, reportedOrder, FULL_REPORT, planned(store, changes))),
  );
}

function reported(
  store: Store,
  job: Job,
  keys: readonly ReportColumn[],
  states: readonly ChangeState[],
): TableToWrite<ReportedRow> {
  return tableOf(store, job, keys, store.reportedChanges.ofJob(job.id, states));
}

function tableOf(
  store: Store,
  order: ReportedOrder,
  keys: readonly ReportColumn[],
  rows: Iterable<ReportedRow>,
): TableToWrite<ReportedRow> {
  return { name: 'Devices', columns: changeColumns(store, order, keys), rows };
}

const NOTHING_YET = {
  reasonCode: null,
  nextStep: null,
  requestId: null,
  attempts: 0,
  submittedAt: null,
  acceptedAt: null,
  finishedAt: null,
  localSync: 'none',
  httpStatus: null,
} as const;

const AT_ONCE = 1000;

function* planned(store: Store, changes: readonly NewChange[]): Generator<ReportedRow> {
  for (let at = 0; at < changes.length; at += AT_ONCE) {
    const some = changes.slice(at, at + AT_ONCE);
    const devices = store.reportedChanges.devices(some.flatMap(({ deviceId }) => deviceId ?? []));
    for (const change of some) {
      const device = change.deviceId === null ? undefined : devices.get(change.deviceId);
      yield { ...NOTHING_YET, ...change, device: device ?? null };
    }
  }
}
