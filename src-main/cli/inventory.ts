import { Option, type Command } from 'commander';
import { applyPriceImport, planPriceImport, type DecimalMark } from '../catalog/prices.ts';
import { counted } from '../domain/counted.ts';
import { formatMoney } from '../domain/money.ts';
import { applyDeviceImport, planDeviceImport } from '../inventory/import.ts';
import type { SyncResult } from '../inventory/sync.ts';
import type { DeviceFilter } from '../store/device-query.ts';
import { refuseMissingColumn, type ImportPreview } from '../tables/import-table.ts';
import { NOT_IMPORTED } from '../tables/problems.ts';
import { FILTER_HELP, parseFilter, withPlanCodes } from './filter.ts';
import { note, print, printJson, printTable, progressLine } from './output.ts';
import {
  addProviderOptions,
  positiveInteger,
  requireHere,
  withProvider,
  type CommonOptions,
  type Session,
  withInput,
} from './session.ts';

/** `rateplan sync`, `plans`, `devices`, `import-devices`, `import-prices`. */
export function addInventoryCommands(program: Command): void {
  addProviderOptions(program.command('sync'))
    .description('read plans and devices from the carrier, page by page; goes on where it was broken off')
    .action((options: CommonOptions) =>
      withProvider('inventory', options, async (session) => {
        const result = await sync(session);
        if (options.json === true) printJson(result);
        else {
          print(
            `${counted(result.devices, 'device')} and ${counted(result.plans, 'plan')} read; ${counted(result.changed, 'device')} differed from what the store believed, no longer listed: ${result.missing.toLocaleString('en-US')}.`,
          );
          if (result.replaced > 0)
            print(`${counted(result.replaced, 'device')} got a new SIM; customer and history moved along.`);
          if (result.unreadable > 0) {
            print(
              `${String(result.unreadable)} records of the carrier could not be read, so no device was marked as no longer listed:`,
            );
            for (const { what, problem } of result.firstUnreadable) print(`  ${what}: ${problem}`);
          }
        }
      }),
    );

  addProviderOptions(program.command('plans'))
    .description('the rate plan catalog')
    .option('--sync', 'read it from the carrier first')
    .action((options: CommonOptions & { sync?: boolean }) =>
      withProvider('read', options, async ({ app, provider }) => {
        if (options.sync === true || app.store.plans.list(provider.id).length === 0) {
          requireHere(app, 'inventory', [provider.id]);
          await app.reads.syncPlans(provider.id);
        }
        const plans = app.store.plans.list(provider.id);
        if (options.json === true) printJson({ plans });
        else {
          printTable(
            ['code', 'name', 'size KB', 'price', 'devices', 'allowed'],
            plans.map((p) => [
              p.code,
              p.name,
              p.sizeKb ?? '',
              p.price === null ? '' : formatMoney(p.price),
              p.deviceCount,
              p.allowed ? 'yes' : 'no',
            ]),
          );
        }
      }),
    );

  addProviderOptions(program.command('devices'))
    .description('devices of the inventory')
    .option('--filter <key=value>', FILTER_HELP, parseFilter)
    .option('--limit <n>', 'at most so many', positiveInteger, 100)
    .action((options: CommonOptions & { filter?: DeviceFilter; limit: number }) =>
      withProvider('read', options, async ({ app, provider }) => {
        const filter = withPlanCodes(options.filter ?? {}, app.store, provider.id);
        const total = app.store.devices.count(provider.id, filter);
        const devices = app.store.devices.page(
          provider.id,
          filter,
          { by: 'iccid', descending: false },
          0,
          options.limit,
        );
        await Promise.resolve();
        if (options.json === true) printJson({ total, devices });
        else {
          printTable(
            ['ICCID', 'IMEI', 'MDN', 'plan', 'state', 'customer'],
            devices.map((d) => [
              d.iccid ?? '',
              d.imei ?? '',
              d.mdn ?? '',
              d.planCode ?? '',
              d.state ?? '',
              d.customer ?? '',
            ]),
          );
          if (total > devices.length) note(`${String(total - devices.length)} more; see --limit`);
        }
      }),
    );

  addImport(
    program,
    'import-devices <file>',
    'devices and their customers from CSV or XLSX (columns ICCID, IMEI or MDN, and Customer)',
  ).action((file: string, options: ImportFlags) =>
    withProvider('inventory', options, async ({ app, provider }) => {
      const plan = await withInput(app, file, NOT_IMPORTED, (source) =>
        planDeviceImport(app, provider.id, source, options),
      );
      if (options.dryRun === true) {
        printPreview(plan.preview, options);
        return;
      }
      const result = applyDeviceImport(app, provider.id, plan, options.leaveOut === true);
      if (options.json === true) printJson(result);
      else
        print(
          `${counted(result.lines, 'line')}: new devices: ${String(result.added)}, with another customer: ${String(result.assigned)}, lines that repeat an earlier one: ${String(result.duplicates)}, left out: ${String(result.leftOut)}.`,
        );
    }),
  );

  addImport(
    program,
    'import-prices <file>',
    'plan prices from CSV or XLSX (columns Code, Price and, if wanted, Currency)',
  )
    .addOption(
      new Option(
        '--decimal <mark>',
        'what a comma in a price is: decimal, or between thousands (then the point is decimal)',
      ).choices(['point', 'comma']),
    )
    .action((file: string, options: ImportFlags) =>
      withProvider('catalog', options, async ({ app, provider }) => {
        const plan = await withInput(app, file, NOT_IMPORTED, (source) =>
          planPriceImport(app, provider.id, source, options),
        );
        if (options.dryRun === true) {
          printPreview(plan.preview, options);
          return;
        }
        const { prices, leftOut } = applyPriceImport(app, provider.id, plan, options.leaveOut === true);
        if (options.json === true) printJson({ prices, leftOut });
        else
          print(
            `${counted(prices, 'plan')} ${prices === 1 ? 'has' : 'have'} a price from this file.${leftOut === 0 ? '' : ` ${counted(leftOut, 'row')} left out.`}`,
          );
      }),
    );
}

interface ImportFlags extends CommonOptions {
  sheet?: string;
  decimal?: DecimalMark;
  leaveOut?: boolean;
  dryRun?: boolean;
}

function addImport(program: Command, command: string, description: string): Command {
  return addProviderOptions(program.command(command))
    .description(`${description}; all of it or nothing`)
    .option('--sheet <name>', 'of a workbook in which several sheets could be meant')
    .option('--leave-out', 'take the rows that can be taken, and leave out the others')
    .option('--dry-run', 'only say what would change');
}

/** What each column is taken for, and what the rows would change. */
function printPreview(preview: ImportPreview, { json }: CommonOptions): void {
  refuseMissingColumn(preview);
  if (json === true) {
    printJson({ dryRun: true, ...preview });
    return;
  }
  printTable(
    ['Column', 'Taken for', 'First rows'],
    preview.columns.map(({ header, meaning, samples }) => [header, meaning ?? '(passed over)', samples.join(' | ')]),
  );
  const { counts, hiddenRows } = preview;
  if (hiddenRows > 0) print(`${counted(hiddenRows, 'row')} hidden in the workbook, read all the same`);
  print(
    `new: ${String(counts.new)}, changed: ${String(counts.changed)}, the same: ${String(counts.same)}, refused: ${String(counts.refused)}, without a name: ${String(counts.none)}`,
  );
  for (const { line, text, verdict, why } of preview.lines.slice(0, PREVIEW_LINES))
    if (verdict !== 'same') print(`line ${String(line)}: ${verdict}: ${text}: ${why}`);
}

const PREVIEW_LINES = 50;

export async function sync({ app, provider }: Session): Promise<SyncResult & { plans: number }> {
  const plans = await app.reads.syncPlans(provider.id);
  const bar = progressLine('sync');
  const result = await app.reads.syncDevices(provider.id, (progress) => {
    const { devices, expected, pages } = progress;
    bar.update(devices, expected, `${expected === 1 ? 'device' : 'devices'}, ${counted(pages, 'page')}`);
  });
  bar.end();
  return { ...result, plans: plans.length };
}
