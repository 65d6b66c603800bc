/** Plan prices from the operator's contract: the carrier's API has none. */
import { appendEntry, type ActionContext } from '../audit/action-context.ts';
import { toCurrency } from '../domain/currency.ts';
import { ConsoleError } from '../domain/errors.ts';
import { formatMoney, parsePrice, type Money } from '../domain/money.ts';
import { shownText } from '../domain/shown-text.ts';
import type { Store } from '../store/index.ts';
import {
  ImportTally,
  readImport,
  refuseMissingColumn,
  type ImportChoices,
  type ImportPreview,
  type ImportRule,
} from '../tables/import-table.ts';
import { NOT_IMPORTED, refusedLines, type Problems } from '../tables/problems.ts';
import type { TableSource } from '../tables/table.ts';

const PRICE_COLUMNS = {
  code: ['plan', 'plan code', 'rate plan', 'rate plan code', 'service plan'],
  price: ['monthly price', 'price per month', 'mrc', 'monthly', 'cost', 'rate'],
  currency: ['currency code', 'iso currency', 'cur'],
} as const;
type PriceColumn = keyof typeof PRICE_COLUMNS;

const PRICE_LIST: ImportRule<PriceColumn> = {
  names: PRICE_COLUMNS,
  isHeader: (columns) => columns.includes('code') && columns.includes('price'),
  // A title has no price.
  isData: ({ cells }) => cells.some((cell) => /^\p{Sc}?\s*\d+[.,]\d{1,4}\s*\p{Sc}?$/u.test(cell)),
  missing: (columns) => {
    const needed = (['code', 'price'] as const).find((one) => !columns.includes(one));
    return needed === undefined ? null : `"${needed}"`;
  },
};

/** How prices are written: `1,25` is one and a quarter where the comma is decimal. */
export type DecimalMark = 'point' | 'comma';

export interface PriceImport {
  /** Plans that have a price from the file. */
  prices: number;
  /** Rows that could not be taken, and were left out because a person said so. */
  leftOut: number;
}

/** A file that was looked at and can be written. */
export interface PriceImportPlan {
  preview: ImportPreview & {
    /** How the prices were read; null when a comma in one of them may be either, and nobody has said what it is. */
    decimal: DecimalMark | null;
  };
  problems: Problems;
  prices: ReadonlyMap<string, Money>;
}

export interface PriceChoices extends ImportChoices {
  decimal?: DecimalMark | undefined;
}

/**
 * Columns Code and Price, and Currency if it is not USD and the price does not say it. Nothing is written.
 * @throws ConsoleError `bad-input` when the file cannot be read, `choose-sheet`
 */
export async function planPriceImport(
  { store }: ActionContext,
  providerId: number,
  source: TableSource,
  choices: PriceChoices = {},
): Promise<PriceImportPlan> {
  const prices = new Map<string, Money>();
  const tally = new ImportTally();
  const comma = { isSeen: false };
  const seen = await readImport<PriceColumn>(source, choices, PRICE_LIST, ({ row, values, headers, numbers }) => {
    const { line } = row;
    // Of a name and a code the catalog knows the code.
    const codes = values.code ?? [];
    const code = codes.find((one) => store.plans.find(providerId, one) !== undefined) ?? codes[0] ?? '';
    const [text = '', ...more] = values.price ?? [];
    const [named] = values.currency ?? [];
    const said = currencyIn(headers.price ?? '');
    const otherwise = said === undefined ? undefined : toCurrency(said);
    // A sign of several currencies is refused with the price.
    const context = { named: named ?? (otherwise === undefined ? said : undefined), ...(otherwise && { otherwise }) };
    const priceOf = (one: string): Money =>
      parsePrice(numbers.has('price') ? one : withPoint(one, choices.decimal), context);
    const shown = [code, text, named ?? ''].filter((cell) => cell !== '').join(', ');
    if (row.problem !== undefined) tally.refuse(line, '', row.problem);
    else if (code === '' && text === '') tally.add(line, row.cells.join(', '), 'none', 'it names no plan');
    else if (store.plans.find(providerId, code) === undefined)
      tally.refuse(
        line,
        shown,
        `the catalog has no plan "${shownText(code)}"; sync the plans first, and use codes, not names`,
      );
    else if (prices.has(code)) tally.refuse(line, shown, `the plan "${code}" stands on an earlier line already`);
    else {
      comma.isSeen ||= /\d,\d/.test(text) && !/\.\d{1,4}\D*$/.test(text);
      try {
        const price = priceOf(text);
        const other = more.find((one) => !isSameMoney(priceOf(one), price));
        if (other !== undefined) {
          tally.refuse(
            line,
            shown,
            `it names two prices, ${shownText(text)} and ${shownText(other)}; say which column is the price`,
          );
          return;
        }
        prices.set(code, price);
        const before = store.plans.find(providerId, code)?.price ?? null;
        if (before === null) tally.add(line, shown, 'new', formatMoney(price));
        else if (isSameMoney(before, price)) tally.add(line, shown, 'same', formatMoney(price));
        else tally.add(line, shown, 'changed', `${formatMoney(before)} → ${formatMoney(price)}`);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        tally.refuse(line, shown, error.message);
      }
    }
  });
  const decimal = choices.decimal ?? (comma.isSeen ? null : 'point');
  return { preview: { ...seen, counts: tally.counts, lines: tally.lines, decimal }, problems: tally.problems, prices };
}

/**
 * Writes what was looked at, in one transaction.
 * @param leaveOut a person has seen which rows cannot be taken, and wants the others
 * @throws ConsoleError `bad-input` that names the rows, or asks what the comma is; then nothing was imported
 */
export function applyPriceImport(
  at: ActionContext,
  providerId: number,
  { preview, problems, prices }: PriceImportPlan,
  leaveOut = false,
): PriceImport {
  at.askAgain();
  refuseMissingColumn(preview);
  if (preview.decimal === null)
    throw new ConsoleError(
      'bad-input',
      'The prices have a comma, which can divide decimals or thousands.',
      `${NOT_IMPORTED} Say which: a decimal comma, or a decimal point.`,
    );
  if (problems.count > 0 && !leaveOut) throw refusedLines(problems, 'price list', NOT_IMPORTED);
  at.store.transaction(() => {
    for (const [code, price] of prices) setPrice(at, providerId, code, price);
  });
  return { prices: prices.size, leftOut: problems.count };
}

function isSameMoney(one: Money, other: Money): boolean {
  return one.amount === other.amount && one.currency === other.currency;
}

/** The currency that the header of the prices says, such as `Price (€)`, `Price EUR` or `Price CA$`. */
function currencyIn(header: string): string | undefined {
  const dollars = /\b(?:CA|AU|NZ|HK|SG)\$/.exec(header)?.[0];
  // In capitals, ALL and TOP are words. Alone in brackets a code is one.
  const codes =
    header.match(header === header.toUpperCase() ? /(?<=[([])\s*[A-Z]{3}\s*(?=[)\]])/g : /\b[A-Z]{3}\b/g) ?? [];
  const code = codes.map((one) => toCurrency(one)).find((one) => one !== undefined);
  return code ?? (dollars === undefined ? /\p{Sc}/u.exec(header)?.[0] : `${dollars.slice(0, 2)}D`);
}

/**
 * The number as it reads once a person has said what its comma is.
 * @throws RangeError when a mark that would divide thousands divides something else: `1.2.34` where the comma is decimal
 */
function withPoint(text: string, decimal: DecimalMark | undefined): string {
  if (decimal === undefined) return text;
  const [thousands, mark] = decimal === 'comma' ? ['.', ','] : [',', '.'];
  // Before one, two or four digits it can be no other mark, whatever the others are.
  if (
    !text.includes(mark) &&
    new RegExp(`^[^.,]*\\${thousands}(?!\\d{3}(?!\\d))\\d+\\D*$|^[^.,\\d]*0\\${thousands}\\d+\\D*$`).test(text)
  )
    return text.replace(thousands, '.');
  const [whole = ''] = text.split(mark);
  const groups = whole.replace(/[^\d.,]/g, '').split(thousands);
  if (groups.slice(1).some((group) => group.length !== 3) || text.slice(whole.length).includes(thousands))
    throw new RangeError(
      `"${shownText(text)}" does not fit: with a decimal ${decimal}, "${thousands}" stands before three digits`,
    );
  return text.replaceAll(thousands, '').replace(mark, '.');
}

/** @throws ConsoleError `not-found` when the catalog has no such plan */
export function setPrice(at: ActionContext, providerId: number, code: string, price: Money | null): void {
  edit(at, providerId, code, { price }, (store) => store.plans.setPrice(providerId, code, price));
}

/** Whether this service provider may put devices on the plan. @throws ConsoleError `not-found` */
export function setAllowed(at: ActionContext, providerId: number, code: string, allowed: boolean): void {
  edit(at, providerId, code, { allowed }, (store) => store.plans.setAllowed(providerId, code, allowed));
}

/** @param write returns false when the catalog has no such plan */
function edit(
  at: ActionContext,
  providerId: number,
  code: string,
  change: Record<string, unknown>,
  write: (store: Store) => boolean,
): void {
  const { store } = at;
  store.transaction(() => {
    if (!write(store)) throw noSuchPlan(code);
    appendEntry(at, 'catalog.edited', `plan ${code}`, { provider: providerId, ...change });
  });
}

function noSuchPlan(code: string): ConsoleError {
  return new ConsoleError('not-found', `The catalog has no plan with the code "${code}".`, 'Sync the plans first.');
}
