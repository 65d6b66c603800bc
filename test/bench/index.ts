/** `npm run bench [rate|engine|inventory]`: prints tables and judges nothing. */
import { benchEngine } from './engine.ts';
import { benchInventory } from './inventory.ts';
import { benchRate } from './rate.ts';

const which = process.argv[2];
if (which === undefined || which === 'rate') await benchRate();
if (which === undefined || which === 'engine') await benchEngine(process.argv.slice(3).map(Number));
if (which === undefined || which === 'inventory') benchInventory(Number(process.argv[3] ?? 1_000_000));
