import { InvalidArgumentError, Option, type Command } from 'commander';
import type { App } from '../app.ts';
import { CHANGE_TYPE_NAMES, type ChangeOrder, type CustomFields } from '../domain/change-order.ts';
import { counted } from '../domain/counted.ts';
import { ConsoleError } from '../domain/errors.ts';
import { PRIORITIES, type Priority } from '../domain/jobs.ts';
import { costText } from '../domain/cost.ts';
import { checkConfirmed, type Review } from '../bulk-change/create-job.ts';
import { writeDryRun } from '../reports/job-report.ts';
import type { BulkChangeRequest, Selection } from '../bulk-change/plan-changes.ts';
import { badLinesError, refuseBadLines, type Identified } from '../inventory/identify.ts';
import type { DeviceFilter } from '../store/device-query.ts';
import { checkOutputFile } from '../store/output-place.ts';
import type { Provider } from '../store/providers.ts';
import { FILTER_HELP, parseFilter, withPlanCodes } from './filter.ts';
import { sync } from './inventory.ts';
import { EXIT, EXIT_OF, note, print, printJson } from './output.ts';
import { listJson, readList, selectionOf, UNKNOWN_CHOICES, type UnknownChoice } from './device-list.ts';
import { followJob, jobResult, printResult } from './run-job.ts';
import {
  addProviderOptions,
  digestText,
  isoDate,
  positiveInteger,
  requireHere,
  withProvider,
  type CommonOptions,
} from './session.ts';

interface ChangeFlags extends CommonOptions {
  plan?: string;
  suspend?: boolean;
  restore?: boolean;
  customField?: CustomFields;
  priority?: Priority;
  ids?: string;
  sheet?: string;
  column?: string[];
  unknown: UnknownChoice;
  filter?: DeviceFilter;
  batch?: number;
  effectiveDate?: string;
  canary?: number;
  abortShare?: number;
  abortAfter: number;
  ignoreQuota?: boolean;
  checkQuota?: boolean;
  digest?: string;
  dryRun?: boolean;
  report?: string;
  yes?: boolean;
  sync: boolean;
}

/** `rateplan change`: one bulk change. */
export function addChangeCommand(program: Command): void {
  addProviderOptions(program.command('change'))
    .description('change many devices: their rate plan, their state or their custom fields')
    .option('--plan <code>', 'the new plan, by its code or its name in the catalog')
    .option('--suspend', 'suspend service')
    .option('--restore', 'restore service of suspended devices')
    .option('--custom-field <name=value>', 'such as CustomField1=Site 5; can be given again', parseField)
    .option('--ids <file>', 'CSV, XLSX or text file with ICCIDs, IMEIs or MDNs; - for standard input')
    .option('--sheet <name>', 'of a workbook in which several sheets have identifiers')
    .option(
      '--column <name>',
      'of the list, by its header or its number from 1, when it is not clear; can be given again',
      (one: string, before: string[] | undefined) => [...(before ?? []), one],
    )
    .addOption(
      new Option(
        '--unknown <what>',
        'identifiers of the list that the inventory does not have: leave them out, send them, or refuse the list',
      )
        .choices(UNKNOWN_CHOICES)
        .default('exclude'),
    )
    .option('--filter <key=value>', FILTER_HELP, parseFilter)
    .option('--batch <n>', 'devices in one request', positiveInteger)
    .option('--effective-date <time>', 'start then (ISO 8601) instead of at once; a console must be running', isoDate)
    .option('--canary <n>', 'send only the first n devices, then pause and ask', positiveInteger)
    .option('--abort-share <share>', 'pause when more than this share of the outcomes are errors, such as 0.2', share)
    .option('--abort-after <n>', 'outcomes before --abort-share counts', positiveInteger, 100)
    .addOption(new Option('--priority <p>', 'before or after other jobs of the account').choices(PRIORITIES))
    .option('--ignore-quota', 'send devices too that had the month’s four plan changes')
    .option('--check-quota', 'ask the carrier’s history about devices with three or more plan changes this month')
    .option('--digest <hex>', 'of an earlier dry run: go on only if it is still exactly that change', digestText)
    .option('--dry-run', 'only say what would happen')
    .option('--report <file>', 'with --dry-run: each device as CSV, in the columns of the final report')
    .option('--yes', 'really do it')
    .option('--no-sync', 'do not read the inventory first when it was never read')
    .action((flags: ChangeFlags) =>
      withProvider('change', flags, async ({ app, provider }) => {
        process.exitCode = await change(app, provider, flags);
      }),
    );
}

async function change(app: App, provider: Provider, flags: ChangeFlags): Promise<number> {
  if ((flags.ids === undefined) === (flags.filter === undefined)) {
    throw new ConsoleError('bad-input', 'Name the devices with either --ids or --filter.', 'See change --help.');
  }
  if (flags.dryRun !== true && flags.yes !== true) {
    throw new ConsoleError(
      'bad-input',
      'A change bills money and cannot be taken back freely.',
      'Look at it with --dry-run, then add --yes to do it.',
    );
  }
  if (flags.report !== undefined) {
    if (flags.dryRun !== true)
      throw new ConsoleError(
        'bad-input',
        '--report goes with --dry-run; a job has its own reports.',
        'See jobs report --help.',
      );
    await checkOutputFile(flags.report);
  }
  if (flags.ignoreQuota === true) requireHere(app, 'override-quota', [provider.id]);
  await freshen(app, provider, flags);
  const list = flags.ids === undefined ? undefined : await readList(app, provider, flags.ids, flags);
  if (list !== undefined && flags.dryRun !== true) refuseBadLines(list);
  const request: BulkChangeRequest = {
    providerId: provider.id,
    selection: list === undefined ? filtered(app, provider, flags) : selectionOf(list, flags.unknown),
    order: orderOf(flags),
    priority: flags.priority,
    effectiveAt: flags.effectiveDate ?? null,
    batchSize: flags.batch,
    guards: { canary: flags.canary, abortShare: flags.abortShare, abortAfter: flags.abortAfter },
    ignoreQuota: flags.ignoreQuota,
  };
  if (flags.checkQuota === true) {
    requireHere(app, 'inventory', [provider.id]);
    const { deviceIds } = request.selection;
    const { read, corrected } = await app.reads.checkQuota(provider.id, deviceIds, request.effectiveAt);
    note(
      `${String(read)} histories read at the carrier; ${String(corrected)} devices had more plan changes than the console knew.`,
    );
  }
  const review = app.bulkChanges.review(request, app.acting);
  if (flags.dryRun === true) {
    if (review.problems.length === 0) checkConfirmed(flags.digest, review.digest);
    if (flags.report !== undefined) {
      const plan = app.bulkChanges.plan(request);
      await writeDryRun(app.store, provider.id, request.order, plan, flags.report);
    }
    if (flags.json === true)
      printJson({ dryRun: true, review, ...(list === undefined ? {} : { list: listJson(list) }) });
    else printReview(review);
    // Said after the review, so that a person sees what the rest of the list would do.
    if (list !== undefined && hasBadLines(list, flags)) return EXIT.usage;
    if (review.problems.length === 0) return review.leftOut > 0 ? EXIT.partial : EXIT.processed;
    if (review.problems[0]?.code === 'nothing-to-do') {
      note(review.problems.map((problem) => problem.message).join(' '));
      return EXIT.nothingToDo;
    }
    throw new ConsoleError('refused', review.problems.map((problem) => problem.message).join(' '));
  }
  if (flags.json !== true) printReview(review);
  if (flags.effectiveDate === undefined) app.startEngine(true);
  const job = app.bulkChanges.create({ ...request, confirmed: flags.digest ?? review.digest }, app.access.acting);
  const result =
    flags.effectiveDate === undefined && job.state !== 'awaiting-approval'
      ? await followJob(app, job.id, () => {
          app.engine.take(job.id);
        })
      : jobResult(app, job.id);
  if (flags.json === true) printJson(result);
  else printResult(app, result);
  if (job.state === 'awaiting-approval') {
    note(`Job ${String(job.id)} waits for somebody else to approve it: jobs approve ${String(job.id)}`);
    return EXIT.awaitsApproval;
  }
  const exit = flags.effectiveDate === undefined ? EXIT_OF[result.status] : EXIT.processed;
  return exit === EXIT.processed && review.leftOut > 0 ? EXIT.partial : exit;
}

/** Plans are read when the wanted one is not in the catalog, devices when they never were. */
async function freshen(app: App, provider: Provider, { plan, sync: mayRead }: ChangeFlags): Promise<void> {
  if (app.store.syncRuns.latestFinished(provider.id) === undefined && mayRead) {
    note('The inventory was never read from the carrier; reading it first (--no-sync skips this).');
    await sync({ app, provider });
  } else if (plan !== undefined && app.store.plans.find(provider.id, plan) === undefined) {
    await app.reads.syncPlans(provider.id);
  }
}

/** @throws ConsoleError with the lines, unless other programs read the answer: they have them already */
function hasBadLines(list: Identified, { json }: ChangeFlags): boolean {
  const error = badLinesError(list);
  if (error === undefined) return false;
  if (json !== true) throw error;
  note(`error: ${error.message} ${error.next ?? ''}`);
  return true;
}

function filtered(app: App, provider: Provider, { filter }: ChangeFlags): Selection {
  return {
    deviceIds: app.store.devices.ids(provider.id, withPlanCodes(filter ?? {}, app.store, provider.id)),
    identifiers: [],
  };
}

function printReview(review: Review): void {
  print(
    `${CHANGE_TYPE_NAMES[review.order.type]}: ${review.plan === null ? review.targetName : `${review.plan.name} (${review.plan.code})`}`,
  );
  print(
    `${counted(review.total, 'device')}: ${review.willChange.toLocaleString('en-US')} will be sent in ${counted(review.requests, 'request')}, already there: ${review.alreadyReached.toLocaleString('en-US')}, held by another job: ${review.heldByOtherJobs.toLocaleString('en-US')}`,
  );
  if (review.notListed > 0)
    print(`${String(review.notListed)} are skipped: the carrier no longer listed them at the last sync`);
  if (review.quotaUsed > 0)
    print(`${String(review.quotaUsed)} are skipped: they had four plan changes this month (--ignore-quota sends them)`);
  if (review.lastOfMonth > 0) print(`for ${String(review.lastOfMonth)} it is the last plan change of the month`);
  if (review.notActive > 0)
    print(`${String(review.notActive)} are in a state in which the carrier is likely to refuse them`);
  if (review.drifted > 0) print(`${String(review.drifted)} had their plan changed elsewhere since the console knew it`);
  if (review.needsApproval)
    print(
      `somebody else has to approve it before anything is sent${review.unapprovedBefore === 0 ? '' : ` (it counts with ${counted(review.unapprovedBefore, 'device')} of your changes of the last 24 hours)`}`,
    );
  if (review.unknown > review.leftOut)
    print(
      `${String(review.unknown - review.leftOut)} are not in the inventory: each is read at the carrier before anything is sent`,
    );
  if (review.leftOut > 0)
    print(`${String(review.leftOut)} are left out: they are not in the inventory (--unknown send sends them)`);
  if (review.order.type === 'carrier-rate-plan' && review.willChange > 0)
    print(`cost a month: ${costText(review, review.willChange)}`);
  if (review.abortAfter !== null) print(`the failure rule counts from outcome ${String(review.abortAfter)} on`);
  print(`digest: ${review.digest}`);
  for (const problem of review.problems) print(`! ${problem.message}`);
}

/** Exactly one of the ways to say what is to change. @throws ConsoleError `bad-input` */
function orderOf({ plan, suspend, restore, customField }: ChangeFlags): ChangeOrder {
  const orders: ChangeOrder[] = [
    ...(plan === undefined ? [] : [{ type: 'carrier-rate-plan', planCode: plan } as const]),
    ...(suspend === true ? [{ type: 'suspend' } as const] : []),
    ...(restore === true ? [{ type: 'restore' } as const] : []),
    ...(customField === undefined ? [] : [{ type: 'custom-fields', fields: customField } as const]),
  ];
  const [order] = orders;
  if (order === undefined || orders.length > 1) {
    throw new ConsoleError(
      'bad-input',
      'Say what is to change with one of --plan, --suspend, --restore and --custom-field.',
      'See change --help.',
    );
  }
  return order;
}

/** Of the outcomes. All of them are never more than all of them: 1 would stop nothing. */
function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('It must be above 0 and below 1, such as 0.2.');
  return value;
}

function parseField(text: string, before: CustomFields = {}): CustomFields {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It must be a name and a value, such as CustomField1=Site 5.');
  return { ...before, [name.trim()]: value };
}
