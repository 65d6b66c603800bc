/** The window's tables as files. */
import { ConsoleError } from '../../domain/errors.ts';
import { FILE_FORMAT_NAMES, type FileFormat } from '../../domain/file-formats.ts';
import { auditTable, deviceTable, jobTable, planTable } from '../../reports/export-tables.ts';
import { changeColumns } from '../../reports/change-columns.ts';
import { summarize } from '../../reports/job-summary.ts';
import { writingFile } from '../../store/output-place.ts';
import { writeTable, type TableToWrite } from '../../tables/write-table.ts';
import type { Exported } from '../../../src-preload/contract/index.ts';
import { askForTable, type HandlerContext, type Handlers } from '../handler-context.ts';

type Calls = 'export.devices' | 'export.changes' | 'export.jobs' | 'export.plans' | 'export.audit' | 'export.cancel';

interface Running {
  cancel: AbortController;
  /** Who began it. */
  by: number | null;
}

interface Choice {
  format: FileFormat;
  ticket: string;
}

/** Rows after which whoever exports is asked for the right again. */
const ASKED_EVERY = 1000;

export function exportHandlers(context: HandlerContext): Handlers<Calls> {
  const { app } = context;
  const { store } = app;
  const running = new Map<string, Running>();

  /**
   * @param name of the file, without its ending
   * @param about for the audit log: of what it is, and what
   * @param table made when the place is known: it is as things are then
   */
  const save = async <R>(
    choice: Choice,
    name: string,
    about: readonly [subject: string, what: string],
    table: () => TableToWrite<R> & { rows: Iterable<R> },
  ): Promise<Exported> => {
    const { ticket } = choice;
    if (running.has(ticket))
      throw new ConsoleError('bad-input', 'There is such an export already.', 'Begin a new one.');
    const cancel = new AbortController();
    running.set(ticket, { cancel, by: app.acting.id });
    try {
      const place = await askForTable(context, name, choice.format);
      if (place === undefined) return NOTHING;
      const { file, format } = place;
      const { rows, ...rest } = table();
      const guarded = {
        ...rest,
        rows: whilePermitted(rows, () => {
          app.askAgain(true);
        }),
      };
      const written = await writingFile(file, () =>
        writeTable(file, format, guarded, {
          signal: cancel.signal,
          onProgress: (done) => {
            context.onExportProgress({ ticket, rows: done });
          },
        }),
      );
      app.logSaved(about[0], `${about[1]}: ${String(written)} rows as ${FILE_FORMAT_NAMES[format]}`);
      return { file, rows: written };
    } catch (error) {
      if (cancel.signal.aborted && error === cancel.signal.reason) return NOTHING;
      throw error;
    } finally {
      running.delete(ticket);
    }
  };

  return {
    'export.devices': ({ providerId, deviceIds, filter, sort, columns, ...choice }) =>
      save(choice, 'devices', [`service provider ${providerId}`, 'devices'], () => {
        const ids =
          deviceIds === undefined
            ? store.devices.idsOfPage(providerId, filter, sort, 0, EVERYTHING)
            : store.devices.inOrder(providerId, deviceIds, sort);
        return deviceTable(store, providerId, ids, columns);
      }),
    'export.changes': ({ jobId, states, search, columns, ...choice }) =>
      save(choice, `job-${jobId}-devices`, [`job ${jobId}`, 'devices of the job'], () => ({
        name: `Job ${jobId}`,
        columns: changeColumns(store, store.jobs.get(jobId), columns),
        rows: store.reportedChanges.ofJob(jobId, states, search),
      })),
    'export.jobs': ({ jobIds, columns, ...choice }) =>
      save(choice, 'jobs', ['console', 'jobs'], () =>
        jobTable(
          (function* () {
            for (const jobId of jobIds) yield summarize(store, store.jobs.get(jobId));
          })(),
          columns,
        ),
      ),
    'export.plans': ({ providerId, columns, ...choice }) =>
      save(choice, 'rate-plans', [`service provider ${providerId}`, 'rate plans'], () =>
        planTable(store, providerId, columns),
      ),
    'export.audit': ({ search, columns, ...choice }) =>
      save(choice, 'audit-log', ['audit log', 'entries'], () => auditTable(store, search, columns)),
    'export.cancel': ({ ticket }) => {
      const found = running.get(ticket);
      if (found?.by === app.acting.id) found.cancel.abort();
    },
  };
}

const NOTHING: Exported = { file: null, rows: 0 };
/** SQLite's word for no limit. */
const EVERYTHING = -1;

/** A right that was taken away meanwhile ends it; a console that is locked does not. */
function* whilePermitted<R>(rows: Iterable<R>, askAgain: () => void): Generator<R> {
  let count = 0;
  for (const row of rows) {
    if (count++ % ASKED_EVERY === 0) askAgain();
    yield row;
  }
  askAgain();
}
