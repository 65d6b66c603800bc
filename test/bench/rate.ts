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
    const trace = await simulateRate({ ...scenario.run(settings.perSecond), ...settings, seed });
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
