/** What support needs to see of a console: versions, settings, figures and the end of its log; never a secret, never a device. */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutIdentifiers } from '../domain/masked.ts';
import { bulkStatus, jobCounts } from '../domain/jobs.ts';
import type { Store } from '../store/index.ts';
import { writingFile } from '../store/output-place.ts';

const LOG_LINES = 2000;
const JOBS = 50;

export interface DiagnosticsFacts {
  version: string;
  host: string;
  vault: string;
  /** The outcome of the check of the audit log. */
  audit: unknown;
}

/** How secrets are taken out, for who does not know them. */
export interface Redaction {
  whole(text: string): string;
  inPieces(): { push(piece: string): string; end(): string };
}

/**
 * @param redaction what every text passes once more before it is written: the log in pieces, the rest whole
 * @throws as `writingFile` does
 */
export async function writeDiagnostics(
  store: Store,
  home: string,
  file: string,
  facts: DiagnosticsFacts,
  redaction: Redaction,
): Promise<void> {
  const content = {
    madeAt: new Date().toISOString(),
    ...facts,
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    memoryMb: Math.round(process.memoryUsage().rss / 1_048_576),
    providers: store.providers.list().map((provider) => ({
      ...provider,
      // Whose account it is concerns nobody who reads this.
      name: `provider ${String(provider.id)}`,
      accountName: '',
      devices: store.devices.count(provider.id),
      lastSync: lastSync(store, provider.id),
    })),
    jobs: store.jobs
      .list()
      .slice(0, JOBS)
      .map((job) => {
        const counts = jobCounts(store.changes.counts(job.id));
        return {
          id: job.id,
          type: job.type,
          state: job.state,
          status: bulkStatus(job.state, counts, job.wanted === 'cancel'),
          counts,
          startedAt: job.startedAt,
          finishedAt: job.finishedAt,
          stopReason: job.stopReason,
          // Codes only: the carrier's words may name a device or a customer.
          reasons: store.changes.topReasons(job.id, 10).map(({ code, count }) => ({ code, count })),
        };
      }),
    log: await endOfLog(home, redaction.inPieces()),
  };
  await writingFile(file, () => writeFile(file, withoutIdentifiers(redaction.whole(JSON.stringify(content, null, 2)))));
}

/** Without the account and the devices that it names. */
function lastSync(store: Store, providerId: number): object | null {
  const run = store.syncRuns.latest(providerId);
  if (run === undefined) return null;
  const { startedAt, finishedAt, pages, devices, changed, unreadable } = run;
  return { startedAt, finishedAt, pages, devices, changed, unreadable };
}

/** The older file first. */
async function endOfLog(home: string, redactor: ReturnType<Redaction['inPieces']>): Promise<string[]> {
  let lines: string[] = [''];
  const add = (text: string): void => {
    const [first = '', ...more] = text.split('\n');
    lines = [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${first}`, ...more].slice(-LOG_LINES);
  };
  for (const name of ['main.old.log', 'main.log']) {
    try {
      for await (const piece of createReadStream(join(home, 'logs', name), 'utf8')) add(redactor.push(piece as string));
    } catch {
      // Nothing has been logged yet.
    }
  }
  add(redactor.end());
  return lines;
}
