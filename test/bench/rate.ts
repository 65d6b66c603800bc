/** `npm run bench rate`: how much of a rate limit is used, by our governor and by others, in virtual time; prints tables. */
import { awsAdaptive, bottleneck, governor, pThrottleStrict, type LimiterFactory } from '../simulation/limiters.ts';
import { simulateRate, usage, type RateRun } from '../simulation/carrier-rate.ts';
import { printTable } from './table.ts';

const SEEDS = 12;
const KINDS = ['token-bucket', 'fixed-window', 'sliding-window'] as const;

interface Scenario {
  name: string;
  run: (perSecond: number) => Omit<RateRun, 'kind' | 'perSecond' | 'seed'>;
  /** The limit that counts, and the seconds that are measured. */
  measured: (perSecond: number) => [limit: number, from: number, to: number];
}

const KNOWN: Scenario = {
  name: 'known limit',
  run: (limit) => ({ known: limit, seconds: 120 }),
  measured: (limit) => [limit, 5, 120],
};
const FIRST: Scenario = {
  name: 'unknown, first 40 s',
  run: () => ({ known: null, seconds: 40 }),
  measured: (limit) => [limit, 0, 40],
};
const SETTLED: Scenario = {
  name: 'unknown, settled',
  run: () => ({ known: null, seconds: 240 }),
  measured: (limit) => [limit, 60, 240],
};
const HALVED: Scenario = {
  name: 'halved, 10-70 s later',
  run: (limit) => ({ known: limit, seconds: 130, change: { atS: 60, perSecond: limit / 2 } }),
  measured: (limit) => [limit / 2, 70, 130],
};
const DOUBLED: Scenario = {
  name: 'doubled, 4-14 min later',
  run: (limit) => ({ known: limit, seconds: 900, change: { atS: 60, perSecond: limit * 2 } }),
  measured: (limit) => [limit * 2, 300, 900],
};
const SCENARIOS = [KNOWN, FIRST, SETTLED, HALVED];

/** What goes wrong beside the limit. The part of the measured time in which nothing can pass counts as not used. */
const STORM_FIRST: Scenario = {
  name: 'storm of 429, 0-4 s, no Retry-After',
  run: () => ({ known: null, seconds: 40, storm: { fromS: 0, toS: 4 } }),
  measured: (limit) => [limit, 4, 40],
};
const STORM_LATER: Scenario = {
  name: 'storm of 429, 30-34 s',
  run: () => ({ known: null, seconds: 90, storm: { fromS: 30, toS: 34 } }),
  measured: (limit) => [limit, 34, 90],
};
const ONE_REFUSAL: Scenario = {
  name: 'one 429 beside few refusals',
  run: () => ({ known: null, seconds: 60, lanes: 1, latencyMs: 900, refusedOnce: { atS: 2, askMs: null } }),
  measured: () => [1, 3, 60],
};
const SIX_HOURS: Scenario = {
  name: 'Retry-After of 6 h, asked again',
  run: (limit) => ({ known: limit, seconds: 960, refusedOnce: { atS: 5, askMs: 6 * 3_600_000 } }),
  measured: (limit) => [limit, 905, 960],
};
const A_CENTURY: Scenario = {
  name: 'Retry-After of 100 years',
  run: (limit) => ({ known: limit, seconds: 960, refusedOnce: { atS: 5, askMs: 100 * 365 * 86_400_000 } }),
  measured: (limit) => [limit, 905, 960],
};
const SHARED: Scenario = {
  name: 'half is used by others',
  run: (limit) => ({ known: null, seconds: 240, others: limit / 2 }),
  measured: (limit) => [limit / 2, 60, 240],
};
const TROUBLE = [STORM_FIRST, STORM_LATER, ONE_REFUSAL, SIX_HOURS, A_CENTURY, SHARED];

interface Line {
  name: string;
  limits: readonly number[];
  scenarios: readonly Scenario[];
  settings: Partial<RateRun>;
}

export async function benchRate(): Promise<void> {
  console.log(
    `Our governor. ${String(SEEDS)} seeds, 8 lanes (16 at 100/s), 60 ms ± 10 % a call, Retry-After in whole seconds, which is the cost of a refusal; virtual time.`,
  );
  await table([
    { name: '', limits: [20, 50], scenarios: SCENARIOS, settings: {} },
    { name: '', limits: [100], scenarios: SCENARIOS, settings: { lanes: 16 } },
    { name: 'doubled', limits: [20], scenarios: [DOUBLED], settings: {} },
    { name: 'rough line (± 40 %)', limits: [50], scenarios: SCENARIOS, settings: { jitter: 0.4 } },
    { name: 'windows of 10 s', limits: [5], scenarios: [KNOWN, SETTLED], settings: { windowS: 10 } },
    { name: 'trouble', limits: [20], scenarios: TROUBLE, settings: {} },
  ]);
  console.log('\nSide by side at 50/s, 60 ms ± 10 % a call. Bottleneck and p-throttle must be told the limit.');
  await sideBySide();
}

async function table(lines: readonly Line[]): Promise<void> {
  const rows: string[][] = [];
  for (const { name, limits, scenarios, settings } of lines) {
    for (const perSecond of limits) {
      for (const kind of KINDS) {
        for (const scenario of scenarios) {
          const { used, worst, refused } = await measure(scenario, { kind, perSecond, ...settings });
          rows.push([
            `${String(perSecond)}/s ${kind} ${name}`.trim(),
            scenario.name,
            percent(used),
            percent(worst),
            percent(refused, 2),
          ]);
        }
      }
    }
  }
  printTable(['limit', 'what', 'used (median)', 'used (worst)', 'refused (mean)'], rows);
}

async function sideBySide(): Promise<void> {
  const limiters: [name: string, limiter: LimiterFactory, needsLimit: boolean][] = [
    ['ours', governor, false],
    ['AWS adaptive', awsAdaptive, false],
    ['Bottleneck', bottleneck, true],
    ['p-throttle strict', pThrottleStrict, true],
  ];
  const rows: string[][] = [];
  for (const kind of KINDS) {
    for (const scenario of SCENARIOS) {
      const cells: string[] = [];
      for (const [, limiter, needsLimit] of limiters) {
        if (needsLimit && scenario.run(50).known === null) {
          cells.push('cannot');
          continue;
        }
        const { used, refused } = await measure(scenario, { kind, perSecond: 50, limiter });
        cells.push(`${percent(used)} / ${percent(refused, 2)}`);
      }
      rows.push([kind, scenario.name, ...cells]);
    }
  }
  printTable(['limit', 'used (median) / refused (mean)', ...limiters.map(([name]) => name)], rows);
}

async function measure(
  scenario: Scenario,
  settings: Partial<RateRun> & Pick<RateRun, 'kind' | 'perSecond'>,
): Promise<{ used: number; worst: number; refused: number }> {
  const results: { used: number; refused: number }[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const trace = await simulateRate({ ...settings, ...scenario.run(settings.perSecond), seed });
    results.push(usage(trace, ...scenario.measured(settings.perSecond)));
  }
  const used = results.map((result) => result.used).sort((a, b) => a - b);
  return {
    used: used[SEEDS >> 1] ?? 0,
    worst: used[0] ?? 0,
    refused: results.reduce((sum, result) => sum + result.refused, 0) / SEEDS,
  };
}

function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}
