import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import { ConsoleError } from '../domain/errors.ts';
import { RETRY_AFTER_FORMS, SIMULATOR_DEFAULTS, type RateLimitOptions } from '../simulator/options.ts';
import { Simulator } from '../simulator/server.ts';
import { defined, faultsShape, rateShape, shownShape } from '../simulator/switches.ts';
import { note, printJson } from './output.ts';
import { addCommonOptions, positiveInteger } from './session.ts';

interface SimulatorFlags {
  port: string;
  devices: number;
  seed: string;
  account: string;
  limit: RateLimitOptions['kind'];
  rate: string;
  window: string;
  retryAfter: RateLimitOptions['retryAfter'];
  delay: string;
  suspended: string;
  quotaUsed: string;
  serverError: string;
  resetBefore: string;
  resetAfter: string;
  html: string;
  slow: string;
  slowMs: string;
  fault?: Record<string, unknown>;
  throttle?: Record<string, unknown>;
  shown?: Record<string, unknown>;
}

/** `rateplan simulator`: ThingSpace on this machine's loopback, until it is ended. */
export function addSimulatorCommand(program: Command): void {
  const { rateLimit, faults, applyDelayMs } = SIMULATOR_DEFAULTS;
  addCommonOptions(program.command('simulator'))
    .description('run a simulated ThingSpace on 127.0.0.1; prints its URL as JSON and runs until it is ended')
    .option('--port <n>', 'port; 0 takes a free one', '0')
    .option('--devices <n>', 'size of the fleet', positiveInteger, SIMULATOR_DEFAULTS.devices)
    .option('--seed <n>', 'one seed, one history', String(SIMULATOR_DEFAULTS.seed))
    .option('--account <name>', 'account name', SIMULATOR_DEFAULTS.accountName)
    .addOption(
      new Option('--limit <kind>', 'how requests are counted')
        .choices(['none', 'token-bucket', 'fixed-window', 'sliding-window'])
        .default(rateLimit.kind),
    )
    .option('--rate <n>', 'requests a second', String(rateLimit.perSecond))
    .option('--window <seconds>', 'length of a window, or depth of the bucket', String(rateLimit.windowS))
    .addOption(
      new Option('--retry-after <form>', 'what a 429 says').choices(RETRY_AFTER_FORMS).default(rateLimit.retryAfter),
    )
    .option(
      '--delay <min-max>',
      'milliseconds until an accepted change is applied',
      `${String(applyDelayMs.min)}-${String(applyDelayMs.max)}`,
    )
    .option('--suspended <share>', 'share of devices that are not active', String(SIMULATOR_DEFAULTS.suspendedShare))
    .option(
      '--quota-used <share>',
      'share of devices that had four plan changes this month',
      String(SIMULATOR_DEFAULTS.quotaUsedShare),
    )
    .option('--server-error <share>', 'share of calls answered with 503', String(faults.serverError))
    .option(
      '--reset-before <share>',
      'share of connections broken before the call is applied',
      String(faults.resetBefore),
    )
    .option('--reset-after <share>', 'share of connections broken after the call is applied', String(faults.resetAfter))
    .option('--html <share>', 'share of calls answered with HTML by a proxy', String(faults.htmlError))
    .option('--slow <share>', 'share of slow answers', String(faults.slow))
    .option('--slow-ms <n>', 'how slow', String(faults.slowMs))
    .option('--fault <name=share>', 'any other fault of docs/simulator.md; can be given again', parseSwitch)
    .option('--throttle <name=value>', 'what a refusal looks like: status, form, code', parseSwitch)
    .option('--shown <name=value>', 'how records and answers look, such as planShownAs=name', parseSwitch)
    .action(async (flags: SimulatorFlags) => {
      const [min = 0, max = min] = flags.delay.split('-').map(Number);
      const simulator = new Simulator({
        port: Number(flags.port),
        devices: flags.devices,
        seed: Number(flags.seed),
        accountName: flags.account,
        applyDelayMs: { min, max },
        suspendedShare: Number(flags.suspended),
        quotaUsedShare: Number(flags.quotaUsed),
        rateLimit: {
          kind: flags.limit,
          perSecond: Number(flags.rate),
          windowS: Number(flags.window),
          retryAfter: flags.retryAfter,
          ...checked(rateShape, flags.throttle),
        },
        faults: {
          serverError: Number(flags.serverError),
          resetBefore: Number(flags.resetBefore),
          resetAfter: Number(flags.resetAfter),
          htmlError: Number(flags.html),
          slow: Number(flags.slow),
          slowMs: Number(flags.slowMs),
          ...checked(faultsShape, flags.fault),
        },
        ...checked(shownShape, flags.shown),
      });
      const url = await simulator.start();
      const { accountName, key, secret, username, password } = simulator.options;
      printJson({
        url,
        accountName,
        devices: flags.devices,
        credentials: { key, secret, username, password },
        ledger: `${url}/simulator/ledger`,
      });
      note('The simulator runs until it is ended (Ctrl+C).');
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      });
      await simulator.stop();
    });
}

/** `name=value`; the value is JSON, or a text where it is none. */
function parseSwitch(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const [, name, value] = /^([a-zA-Z0-9]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It must be a name and a value, such as planShownAs=name.');
  try {
    return { ...before, [name]: JSON.parse(value) as unknown };
  } catch {
    return { ...before, [name]: value };
  }
}

/** @throws ConsoleError `bad-input` for a switch or a value that there is not */
function checked<T extends object>(
  shape: z.ZodType<T>,
  given: Record<string, unknown> = {},
): ReturnType<typeof defined<T>> {
  // A code such as 900803 was read as a number.
  const result = shape.safeParse(typeof given['code'] === 'number' ? { ...given, code: String(given['code']) } : given);
  if (result.success) return defined(result.data);
  const issue = result.error.issues[0];
  throw new ConsoleError(
    'bad-input',
    `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
    'See docs/simulator.md.',
  );
}
