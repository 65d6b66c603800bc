/** Plan prices from the operator's contract: the carrier's API has none. */
import type { Workplace } from '../audit/workplace.ts';
import { badLines, CsvProblems, missingColumn, readCsv, type CsvSource } from '../csv/read.ts';
import { isoTime } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import { parsePrice, type Money } from '../domain/money.ts';
import type { Store } from '../store/index.ts';

const COLUMNS = {
  code: ['plan', 'plan code', 'rate plan', 'rate plan code', 'service plan'],
  price: ['monthly price', 'price per month', 'mrc', 'monthly', 'cost'],
  currency: [],
} as const;

/**
 * Columns Code and Price, and Currency if it is not USD and the price does not say it; all of the file or nothing.
 * @returns how many plans have a price from it
 * @throws ConsoleError `bad-input` that names the lines
 */
export async function importPrices(at: Workplace, providerId: number, source: CsvSource): Promise<number> {
  const prices = new Map<string, Money>();
  const problems = new CsvProblems();
  await readCsv(
    source,
    COLUMNS,
    ({ columns, headers }) => {
      for (const needed of ['code', 'price'] as const)
        if (!columns.includes(needed)) throw missingColumn(`"${needed}"`, headers);
    },
    (row, line) => {
      const code = row.code ?? '';
      if (at.store.plans.find(providerId, code) === undefined)
        problems.add(line, `the catalog has no plan "${code}"; sync the plans first, and use codes, not names`);
      else if (prices.has(code)) problems.add(line, `the plan "${code}" stands on an earlier line already`);
      else {
        try {
          prices.set(code, parsePrice(row.price ?? '', { named: row.currency }));
        } catch (error) {
          problems.add(line, (error as Error).message);
        }
      }
    },
  );
  at.askAgain();
  if (problems.count > 0) throw badLines(problems, 'price list');
  at.store.transaction(() => {
    for (const [code, price] of prices) setPrice(at, providerId, code, price);
  });
  return prices.size;
}

/** @throws ConsoleError `not-found` when the catalog has no such plan */
export function setPrice(at: Workplace, providerId: number, code: string, price: Money | null): void {
  edit(at, providerId, code, { price }, (store) => store.plans.setPrice(providerId, code, price));
}

/** Whether this service provider may put devices on the plan. @throws ConsoleError `not-found` */
export function setAllowed(at: Workplace, providerId: number, code: string, allowed: boolean): void {
  edit(at, providerId, code, { allowed }, (store) => store.plans.setAllowed(providerId, code, allowed));
}

/** @param write returns false when the catalog has no such plan */
function edit(
  at: Workplace,
  providerId: number,
  code: string,
  change: Record<string, unknown>,
  write: (store: Store) => boolean,
): void {
  const { store, audit, clock, actor } = at;
  store.transaction(() => {
    if (!write(store)) throw noSuchPlan(code);
    audit.append({
      at: isoTime(clock.now()),
      actor,
      action: 'catalog.edited',
      subject: `plan ${code}`,
      detail: { provider: providerId, ...change },
    });
  });
}

function noSuchPlan(code: string): ConsoleError {
  return new ConsoleError('not-found', `The catalog has no plan with the code "${code}".`, 'Sync the plans first.');
}
