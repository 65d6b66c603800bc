/** A job's reports, written from the store alone: every device, those that did not change, and a page to print or send. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCsv } from '../csv/write.ts';
import { targetOf, valueText, type ChangeOrder, type ChangeType } from '../domain/change-order.ts';
import { STATUS_OF } from '../domain/changes.ts';
import type { Change, NewChange } from '../store/changes.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import { writingFile, writingFolder } from '../store/output-place.ts';
import { summarize } from './job-summary.ts';
import { renderSummary } from './summary-page.ts';

export const REPORT_FILES = { all: 'all-devices.csv', failures: 'failures.csv', summary: 'summary.html' } as const;

const COLUMNS = [
  { key: 'identifier', header: 'Identifier' },
  { key: 'kind', header: 'Kind' },
  { key: 'status', header: 'Status' },
  { key: 'stage', header: 'Stage' },
  { key: 'from', header: 'From' },
  { key: 'to', header: 'To' },
  { key: 'reason', header: 'Reason' },
  { key: 'code', header: 'Carrier code' },
  { key: 'next', header: 'What to do' },
  { key: 'requestId', header: 'Carrier request' },
  { key: 'attempts', header: 'Attempts' },
  { key: 'submittedAt', header: 'Submitted (UTC)' },
  { key: 'acceptedAt', header: 'Accepted (UTC)' },
  { key: 'finishedAt', header: 'Finished (UTC)' },
  { key: 'localRecord', header: 'Local record' },
] as const;

type ReportRow = Record<(typeof COLUMNS)[number]['key'], string | number>;

/** Writes all three files into a folder, made if need be. @throws as `writingFolder` does */
export async function writeJobReport(store: Store, job: Job, folder: string): Promise<void> {
  await writingFolder(folder, Object.values(REPORT_FILES), async () => {
    await writeCsv(
      join(folder, REPORT_FILES.all),
      COLUMNS,
      rows(store, job, () => true),
    );
    await writeFailureReport(store, job, join(folder, REPORT_FILES.failures));
    await writeFile(join(folder, REPORT_FILES.summary), renderSummary(summarize(store, job)));
  });
}

/** Every device that did not get the plan, with the reason and what to do. @throws as `writingFile` does */
export async function writeFailureReport(store: Store, job: Job, file: string): Promise<void> {
  await writingFile(file, () =>
    writeCsv(
      file,
      COLUMNS,
      rows(store, job, (change) => change.state !== 'confirmed'),
    ),
  );
}

/**
 * What a bulk change would do to each device, in the columns of the final report: QUEUED for what would be sent.
 * @throws as `writingFile` does
 */
export async function writeDryRun(order: ChangeOrder, changes: readonly NewChange[], file: string): Promise<void> {
  await writingFile(file, () =>
    writeCsv(
      file,
      COLUMNS,
      changes.map((change) => row(order.type, targetOf(order), { ...NOTHING_YET, ...change })),
    ),
  );
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
} as const;

function* rows(store: Store, job: Job, wanted: (change: Change) => boolean): Generator<ReportRow> {
  for (const change of store.changes.iterate(job.id)) if (wanted(change)) yield row(job.type, job.target, change);
}

type Reported = Pick<Change, 'identifier' | 'state' | 'fromValue' | 'reason' | keyof typeof NOTHING_YET>;

function row(type: ChangeType, target: string, change: Reported): ReportRow {
  return {
    identifier: change.identifier.id,
    kind: change.identifier.kind.toUpperCase(),
    status: STATUS_OF[change.state],
    stage: change.state,
    from: valueText(type, change.fromValue),
    to: valueText(type, target),
    reason: change.reason ?? '',
    code: change.reasonCode ?? '',
    next: change.nextStep ?? '',
    requestId: change.requestId ?? '',
    attempts: change.attempts,
    submittedAt: change.submittedAt ?? '',
    acceptedAt: change.acceptedAt ?? '',
    finishedAt: change.finishedAt ?? '',
    localRecord: change.localSync === 'none' ? '' : change.localSync === 'done' ? 'updated' : 'not updated',
  };
}
