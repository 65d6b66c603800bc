/** Files that the window hands over: lists of devices, customers, prices. */
import { z } from 'zod';
import type { PriceImport, PriceImportPlan } from '../../src-main/catalog/prices.ts';
import type { Identified } from '../../src-main/inventory/identify.ts';
import type { DeviceImport } from '../../src-main/inventory/import.ts';
import type { ImportPreview } from '../../src-main/tables/import-table.ts';
import type { ColumnToChoose } from '../../src-main/tables/questions.ts';
import { call, id, text } from './call.ts';

/** What a file is, before anything is written. */
export type ImportLook =
  /** Several sheets of the workbook may be meant: ask again with one of them. */
  | { what: 'sheets'; sheets: string[] }
  /** No column names devices, or it is not clear which do: ask again with some of them, by their numbers from 1. */
  | { what: 'columns'; why: 'none' | 'several'; columns: ColumnToChoose[]; sheet: string | null; sheets: string[] }
  | { what: 'identifiers'; identified: Identified }
  | { what: 'devices'; preview: ImportPreview }
  | { what: 'prices'; preview: PriceImportPlan['preview'] };

export type ImportWhat = Exclude<ImportLook['what'], 'sheets' | 'columns'>;

export type ImportDone = { what: 'devices'; devices: DeviceImport } | { what: 'prices'; prices: PriceImport };

export const IMPORTS_CALLS = {
  // A file is read in the window and handed over in pieces, so that no path from the window is ever opened. Each kind of
  // import begins with a call of its own, which names the permission for it.
  /** Only looked up in the inventory: nothing is written. */
  'import.identifiers': call<{ importId: number }>('read')(z.object({ providerId: id })),
  'import.devices': call<{ importId: number }>('inventory')(z.object({ providerId: id })),
  'import.prices': call<{ importId: number }>('catalog')(z.object({ providerId: id })),
  // Whoever goes on with an import must have the permission of the call that it began with, for its service provider.
  'import.piece': call<void>('read')(z.object({ importId: id, bytes: z.base64().max(8 * 1024 * 1024) })),
  /** When all pieces have come; again with other choices as often as wanted. Nothing is written by it. */
  'import.look': call<ImportLook>('read')(
    z.object({
      importId: id,
      sheet: text.optional(),
      /** Those of a list that name devices, from 1. */
      deviceColumns: z.array(z.number().int().min(1).max(20_000)).min(1).max(60).optional(),
      /** What each column is, in the file's order; null for one that is passed over. */
      columns: z.array(z.string().max(20).nullable()).max(1000).optional(),
      decimal: z.enum(['point', 'comma']).optional(),
    }),
  ),
  /** Writes what was looked at last. `leaveOut` when rows that cannot be taken are to be left out. */
  'import.apply': call<ImportDone>('read')(z.object({ importId: id, leaveOut: z.boolean() })),
  'import.abandon': call<void>('read')(z.object({ importId: id })),
} as const;
