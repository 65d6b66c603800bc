/** What support needs to see of a console: versions, settings, figures and the end of its log; never a secret, never a device. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bulkStatus, jobCounts } from '../domain/jobs.ts';
import type { Store } from '../store/index.ts';

const LOG_LINES = 2000;
const JOBS = 50;

export interface DiagnosticsFacts {
  version: string;
  host: string;
  vault: string;
  /** The outcome of the check of the audit log. */
  audit: unknown;
}

/**
 * @param redact every text passes it once more, whole, before it is written
 * @throws the file system's error
 */
export async function writeDiagnostics(
  store: Store,
  home: string,
  file: string,
  facts: DiagnosticsFacts,
  redact: (text: string) => string,
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
      lastSync: store.syncRuns.latest(provider.id) ?? null,
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
          status: bulkStatus(job.state, counts),
          counts,
          startedAt: job.startedAt,
          finishedAt: job.finishedAt,
          stopReason: job.stopReason,
          reasons: store.changes.topReasons(job.id, 10),
        };
      }),
    log: endOfLog(home),
  };
  await writeFile(file, redact(JSON.stringify(content, null, 2)));
}

function endOfLog(home: string): string[] {
  try {
    return readFileSync(join(home, 'logs', 'main.log'), 'utf8')
      .split('\n')
      .slice(-LOG_LINES);
  } catch {
    // Nothing has been logged yet.
    return [];
  }
}
