/** `npm run bench [rate|engine]`: prints tables and judges nothing. */
import { benchEngine } from './engine.ts';
import { benchRate } from './rate.ts';

const which = process.argv[2];
if (which === undefined || which === 'rate') await benchRate();
if (which === undefined || which === 'engine') await benchEngine(process.argv.slice(3).map(Number));
