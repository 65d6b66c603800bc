/** `npm run bench [rate|engine|inventory|ui|audit|files]`: prints tables and judges nothing. */
import { benchAudit } from './audit.ts';
import { benchEngine } from './engine.ts';
import { benchFilesIn } from './files-in.ts';
import { benchFilesOut } from './files-out.ts';
import { benchInventory } from './inventory.ts';
import { benchRate } from './rate.ts';
import { benchUi } from './ui.ts';

const which = process.argv[2];
if (which === undefined || which === 'rate') await benchRate();
if (which === undefined || which === 'engine') await benchEngine(process.argv.slice(3).map(Number));
if (which === undefined || which === 'inventory') benchInventory(Number(process.argv[3] ?? 1_000_000));
if (which === undefined || which === 'ui') await benchUi(Number(process.argv[3] ?? 1_000_000));
if (which === undefined || which === 'audit') await benchAudit(Number(process.argv[3] ?? 1_000_000));
if (which === undefined || which === 'files') {
  await benchFilesIn();
  await benchFilesOut(Number(process.argv[3] ?? 1_000_000));
}
