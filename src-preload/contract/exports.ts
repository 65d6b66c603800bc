/** The tables of the window as files. */
import { z } from 'zod';
import { CHANGE_STATES } from '../../src-main/domain/changes.ts';
import { columnsOfTable } from '../../src-main/domain/export-columns.ts';
import { FILE_FORMATS } from '../../src-main/domain/file-formats.ts';
import { call, id } from './call.ts';
import { filter, sort } from './devices.ts';

/** What became of an export. */
export interface Exported {
  /** Null when the person thought better of it, before or meanwhile; then there is no file. */
  file: string | null;
  rows: number;
}

/** A word of the window's own by which an export is followed and cancelled. */
const ticket = z.string().regex(/^[\w-]{8,60}$/);

const exported = { format: z.enum(FILE_FORMATS), ticket };

export const EXPORTS_CALLS = {
  // Exports: the columns in the order in which they are shown. Each is told of by `export.progress`.
  /** These devices, or all that match; in the table's order either way. */
  'export.devices': call<Exported>('export')(
    z.object({
      providerId: id,
      deviceIds: z.array(id).max(1_000_000).optional(),
      filter,
      sort,
      columns: z
        .array(z.enum(columnsOfTable('devices')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  'export.changes': call<Exported>('export')(
    z.object({
      jobId: id,
      states: z.array(z.enum(CHANGE_STATES)),
      search: z.string().max(300),
      columns: z
        .array(z.enum(columnsOfTable('changes')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  /** These jobs, in this order. */
  'export.jobs': call<Exported>('export')(
    z.object({
      jobIds: z.array(id).max(1_000_000),
      columns: z
        .array(z.enum(columnsOfTable('jobs')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  'export.plans': call<Exported>('export')(
    z.object({
      providerId: id,
      columns: z
        .array(z.enum(columnsOfTable('plans')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  /** A table to read; `audit.export` is the log with its signatures. */
  'export.audit': call<Exported>('audit')(
    z.object({
      search: z.string().max(200),
      columns: z
        .array(z.enum(columnsOfTable('audit')))
        .min(1)
        .max(100),
      ...exported,
    }),
  ),
  /** By whoever began it. Nothing of it is left. */
  'export.cancel': call<void>('export')(z.object({ ticket })),
} as const;
