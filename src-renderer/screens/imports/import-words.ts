/** What an import would do and has done, in words; and why it cannot be started yet. */
import type { ImportDone } from '../../../src-preload/contract/index.ts';
import { IDENTIFIER_KINDS } from '../../../src-main/domain/identifiers.ts';
import type { ImportPreview, ImportVerdict } from '../../../src-main/tables/import-table.ts';
import { count, devices } from '../../lib/format.ts';

export type ImportKind = 'devices' | 'prices';

export const IMPORT_WORDS = {
  devices: {
    title: 'Import devices and customers',
    explanation:
      'A CSV, text or XLSX file with a column ICCID, IMEI or MDN and optionally Customer. Other columns are ignored. You see what would change before anything is written.',
    verdicts: {
      new: ['new', 'added'],
      changed: ['changed', 'another customer'],
      same: ['same', 'nothing changes'],
      refused: ['cannot be taken', 'see why below'],
      none: ['names no device', 'left out'],
    },
    columns: [
      ...IDENTIFIER_KINDS.map((kind) => ({ value: kind, label: kind.toUpperCase() })),
      { value: 'any', label: 'Any identifier' },
      { value: 'customer', label: 'Customer' },
    ],
  },
  prices: {
    title: 'Import plan prices',
    explanation:
      'A CSV, text or XLSX file with the columns Code and Price (per device and month). A price that is not in USD says so itself or has a column Currency. You see what would change before anything is written.',
    verdicts: {
      new: ['new', 'had no price'],
      changed: ['changed', 'another price'],
      same: ['same', 'nothing changes'],
      refused: ['cannot be taken', 'see why below'],
      none: ['names no plan', 'left out'],
    },
    columns: [
      { value: 'code', label: 'Plan code' },
      { value: 'price', label: 'Price' },
      { value: 'currency', label: 'Currency' },
    ],
  },
} as const satisfies Record<ImportKind, unknown>;

export const IMPORT_COLORS: Readonly<Record<ImportVerdict, string>> = {
  new: 'green',
  changed: 'blue',
  same: 'gray',
  refused: 'red',
  none: 'gray',
};

/** Rows that would write something. */
export function writes({ counts }: Pick<ImportPreview, 'counts'>): number {
  return counts.new + counts.changed;
}

export function applyLabel(kind: ImportKind, size: number): string {
  return `Import ${kind === 'devices' ? devices(size) : `${count(size)} ${size === 1 ? 'price' : 'prices'}`}`;
}

export function leaveOutLabel(refused: number): string {
  return `Leave out ${count(refused)} ${refused === 1 ? 'row' : 'rows'} that cannot be taken`;
}

/** @returns what has to be decided or mended first; null when it can be imported */
export function whyNotYet(
  preview: ImportPreview & { decimal?: 'point' | 'comma' | null },
  leavesOut: boolean,
): string | null {
  if (preview.missing !== null) return `Say which column is the one ${preview.missing}.`;
  if (preview.decimal === null) return 'Say first what the comma in the prices is.';
  if (writes(preview) === 0) return 'Nothing would change.';
  const { refused } = preview.counts;
  if (refused > 0 && !leavesOut)
    return `${refused === 1 ? '1 row' : `${count(refused)} rows`} cannot be taken. Fix the file, change what a column is, or leave ${refused === 1 ? 'it' : 'them'} out.`;
  return null;
}

/** A price of the file in which a comma may be either, to ask with. */
export function priceWithComma({ columns }: Pick<ImportPreview, 'columns'>): string | null {
  const prices = columns.filter(({ meaning }) => meaning === 'price').flatMap(({ samples }) => samples);
  return prices.find((price) => /\d,\d/.test(price)) ?? null;
}

export function describeDone(done: ImportDone): string {
  const { leftOut } = done.what === 'prices' ? done.prices : done.devices;
  const left = leftOut === 0 ? '' : ` ${count(leftOut)} ${leftOut === 1 ? 'row was' : 'rows were'} left out.`;
  if (done.what === 'prices') {
    const { prices } = done.prices;
    return `${count(prices)} ${prices === 1 ? 'plan has its' : 'plans have their'} price from this file.${left}`;
  }
  const { added, assigned } = done.devices;
  return `${count(added)} new ${added === 1 ? 'device' : 'devices'}. ${devices(assigned)} ${assigned === 1 ? 'has its' : 'have their'} customer from this file.${left}`;
}
