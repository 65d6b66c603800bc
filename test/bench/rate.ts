/** `npm run bench rate`: how much of a rate limit the governor uses, in virtual time, over seeds; prints a table. */
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

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'known limit',
    run: (limit) => ({ learned: limit * 0.99, seconds: 120 }),
    measured: (limit) => [limit, 5, 120],
  },
  { name: 'unknown, first 40 s', run: () => ({ learned: null, seconds: 40 }), measured: (limit) => [limit, 0, 40] },
  { name: 'unknown, settled', run: () => ({ learned: null, seconds: 240 }), measured: (limit) => [limit, 60, 240] },
  {
    name: 'halved, after 10 s',
    run: (limit) => ({ learned: limit * 0.99, seconds: 130, change: { atS: 60, perSecond: limit / 2 } }),
    measured: (limit) => [limit / 2, 70, 130],
  },
];

export async function benchRate(): Promise<void> {
  const rows: string[][] = [];
  for (const perSecond of [20, 50]) {
    for (const kind of KINDS) {
      for (const scenario of SCENARIOS) {
        const results: { used: number; refused: number }[] = [];
        for (let seed = 1; seed <= SEEDS; seed++) {
          results.push(
            usage(
              await simulateRate({ ...scenario.run(perSecond), kind, perSecond, seed }),
              ...scenario.measured(perSecond),
            ),
          );
        }
        const used = results.map((result) => result.used).sort((a, b) => a - b);
        const refused = results.reduce((sum, result) => sum + result.refused, 0) / SEEDS;
        rows.push([
          `${String(perSecond)}/s ${kind}`,
          scenario.name,
          percent(used[SEEDS >> 1] ?? 0),
          percent(used[0] ?? 0),
          percent(refused, 2),
        ]);
      }
    }
  }
  console.log(`${String(SEEDS)} seeds, 8 lanes, 60 ms a call, Retry-After in whole seconds; virtual time`);
  printTable(['limit', 'what', 'used (median)', 'used (worst)', 'refused (mean)'], rows);
}

function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}
