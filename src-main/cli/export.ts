import type { Command } from 'commander';
import { Option } from 'commander';
import type { App } from '../app.ts';
import { counted } from '../domain/counted.ts';
import { columnsOfTable, FULL_REPORT } from '../domain/export-columns.ts';
import type { FileFormat } from '../domain/file-formats.ts';
import { changeColumns } from '../reports/change-columns.ts';
import { auditTable, deviceTable, jobTable, planTable } from '../reports/export-tables.ts';
import { writeFailureReport } from '../reports/job-report.ts';
import { summarize } from '../reports/job-summary.ts';
import type { DeviceFilter } from '../store/device-query.ts';
import { writingFile } from '../store/output-place.ts';
import { writeTable, type TableToWrite } from '../tables/write-table.ts';
import { FILTER_HELP, parseFilter, withPlanCodes } from './filter.ts';
import { jobNumber } from './jobs.ts';
import { note, print, printJson } from './output.ts';
import { addCommonOptions, addProviderOptions, withConsole, withProvider, type CommonOptions } from './session.ts';

interface ExportFlags extends CommonOptions {
  out: string;
  format?: 'csv' | 'xlsx';
  guard?: boolean;
}

/** `rateplan export devices|jobs|job|failures|plans|audit`: tables as files, all of their columns. */
export function addExportCommand(program: Command): void {
  const exported = program.command('export').description('tables as CSV or XLSX files');

  fileOptions(addProviderOptions(exported.command('devices')))
    .description('the devices of the inventory')
    .option('--filter <key=value>', FILTER_HELP, parseFilter)
    .action((options: ExportFlags & { filter?: DeviceFilter }) =>
      withProvider('export', options, async ({ app, provider }) => {
        const filter = withPlanCodes(options.filter ?? {}, app.store, provider.id);
        const sort = { by: 'iccid', descending: false } as const;
        const ids = app.store.devices.idsOfPage(provider.id, filter, sort, 0, EVERYTHING);
        const table = deviceTable(app.store, provider.id, ids, columnsOfTable('devices'));
        await save(app, options, table, [`service provider ${String(provider.id)}`, 'devices']);
      }),
    );

  fileOptions(addCommonOptions(exported.command('jobs')))
    .description('all jobs, newest first')
    .action((options: ExportFlags) =>
      withConsole('export', async (app) => {
        const jobs = app.store.jobs.list().filter(({ providerId }) => app.access.sees(providerId));
        const summaries = jobs.map((job) => summarize(app.store, job));
        await save(app, options, jobTable(summaries, columnsOfTable('jobs')), ['console', 'jobs']);
      }),
    );

  fileOptions(addCommonOptions(exported.command('job')))
    .argument('<job>', 'number of the job', jobNumber)
    .description('every device of a job, with what became of it')
    .action((id: number, options: ExportFlags) =>
      withConsole(
        'export',
        async (app) => {
          const { store } = app;
          const columns = changeColumns(store, store.jobs.get(id), FULL_REPORT);
          const table = { name: `Job ${String(id)}`, columns, rows: store.reportedChanges.ofJob(id, []) };
          await save(app, options, table, [`job ${String(id)}`, 'devices of the job']);
        },
        id,
      ),
    );

  fileOptions(addCommonOptions(exported.command('failures')))
    .argument('<job>', 'number of the job', jobNumber)
    .description('the devices of a job that failed or are unconfirmed; to be read in again with --ids')
    .option('--with-cancelled', 'also those that were cancelled')
    .action((id: number, options: ExportFlags & { withCancelled?: boolean }) =>
      withConsole(
        'export',
        async (app) => {
          const choice = { format: formatOf(options), withCancelled: options.withCancelled === true };
          const rows = await writeFailureReport(app.store, app.store.jobs.get(id), options.out, choice);
          app.logSaved(`job ${String(id)}`, 'failure report');
          tell(options, rows);
        },
        id,
      ),
    );

  fileOptions(addProviderOptions(exported.command('plans')))
    .description('the rate plan catalog')
    .action((options: ExportFlags) =>
      withProvider('export', options, async ({ app, provider }) => {
        const table = planTable(app.store, provider.id, columnsOfTable('plans'));
        await save(app, options, table, [`service provider ${String(provider.id)}`, 'rate plans']);
      }),
    );

  fileOptions(addCommonOptions(exported.command('audit')))
    .description('the audit log as a table; "audit export" writes it with its signatures')
    .action((options: ExportFlags) =>
      withConsole('audit', async (app) => {
        await save(app, options, auditTable(app.store, '', columnsOfTable('audit')), ['audit log', 'entries']);
      }),
    );
}

/** SQLite's word for no limit. */
const EVERYTHING = -1;

function fileOptions(command: Command): Command {
  return command
    .requiredOption('--out <file>', 'where to, such as devices.xlsx')
    .addOption(new Option('--format <format>', 'by the file’s ending, where it is not given').choices(['csv', 'xlsx']))
    .option('--guard', 'in CSV, identifiers as ="8914…", so that Excel keeps all of their digits');
}

function formatOf({ out, format, guard }: ExportFlags): FileFormat {
  if ((format ?? (/\.xlsx$/i.test(out) ? 'xlsx' : 'csv')) === 'xlsx') return 'xlsx';
  return guard === true ? 'csv-excel' : 'csv';
}

async function save<R>(
  app: App,
  options: ExportFlags,
  table: TableToWrite<R>,
  [subject, what]: readonly [string, string],
): Promise<void> {
  const { out } = options;
  const format = formatOf(options);
  const interrupted = new AbortController();
  const stop = (): void => {
    note('Cancelled: no file is left.');
    interrupted.abort();
  };
  process.once('SIGINT', stop);
  try {
    const rows = await writingFile(out, () => writeTable(out, format, table, { signal: interrupted.signal }));
    app.logSaved(subject, `${what}: ${String(rows)} rows as ${format}`);
    tell(options, rows);
  } finally {
    process.off('SIGINT', stop);
  }
}

function tell({ out, json }: ExportFlags, rows: number): void {
  if (json === true) printJson({ file: out, rows });
  else print(`${counted(rows, 'row')} in ${out}`);
}
