/** The audit log. */
import { z } from 'zod';
import type { WholeVerdict } from '../../src-main/audit/audit-service.ts';
import type { AuditRow } from '../../src-main/store/audit-entries.ts';
import { call, nothing, page } from './call.ts';

export const AUDIT_CALLS = {
  /** Newest first; `sealed` entries have left the store before them. */
  'audit.page': call<{ total: number; sealed: number; rows: AuditRow[] }>('audit')(
    z.object({ search: z.string().max(200), ...page }),
  ),
  /** An Admin says why the data file is not the one that was last signed; then jobs may run again. */
  'audit.accept': call<void>('settings')(z.object({ why: z.string().trim().min(5, 'Say why.').max(500) })),
  'audit.verify': call<WholeVerdict>('audit')(nothing),
  /** Takes older entries out of the store into a sealed file; null when there are none. */
  'audit.seal': call<{ file: string; entries: number } | null>('settings')(z.object({ before: z.iso.datetime() })),
  'audit.export': call<{ file: string | null; entries: number }>('audit')(nothing),
} as const;
