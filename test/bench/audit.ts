/** `npm run bench audit [entries]`: how long it takes to look through a long audit log; prints a table. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSigningKey, signerOf } from '../../src-main/audit/checkpoint.ts';
import { AuditLog } from '../../src-main/audit/log.ts';
import { openStore } from '../../src-main/store/index.ts';
import { printTable } from './table.ts';

const AT_ONCE = 10_000;

export async function benchAudit(entries: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'rateplan-audit-'));
  const store = openStore(home);
  const log = new AuditLog(store.audit);
  const signer = signerOf(newSigningKey());
  const began = performance.now();
  for (let from = 0; from < entries; from += AT_ONCE) {
    store.transaction(() => {
      for (let n = from; n < Math.min(entries, from + AT_ONCE); n++) {
        log.append({
          at: new Date(1_790_000_000_000 + n).toISOString(),
          actor: 'dana',
          action: 'change.outcome',
          subject: `ICCID 8914800000000${String(1_000_000 + n)}`,
          detail: {
            job: 12,
            from: 'M2M5MB-S',
            to: 'M2M150MB-A',
            outcome: 'confirmed',
            request: '595f5c44-c31c-4552-8670-020a1545a84d',
          },
        });
      }
      log.seal(signer, '2026-11-25T00:00:00.000Z');
    });
  }
  const rows = [['written', seconds(began)]];
  const walked = performance.now();
  const verdict = log.verify();
  rows.push(['verified at a stretch', seconds(walked)]);
  const beside = performance.now();
  await log.verifyBeside();
  rows.push(['verified beside other work', seconds(beside)]);
  console.log(
    `${verdict.entries.toLocaleString('en-US')} entries, ${String(verdict.checkpoints.count)} signatures, ${verdict.firstBad === null ? 'sound' : 'NOT sound'}`,
  );
  printTable(['what', 'time'], rows);
  store.close();
  rmSync(home, { recursive: true });
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`;
}
