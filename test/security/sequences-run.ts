/**
 * `npm run sequences -- <how many> [first seed] [--trace]`: random sequences of four people, as many as wanted. Prints the
 * seeds of those in which something was sent that nobody allowed, and ends with 1 then.
 */
import { parseArgs } from 'node:util';
import { play } from '../simulation/four-people.ts';

const { values, positionals } = parseArgs({ options: { trace: { type: 'boolean' } }, allowPositionals: true });
const count = Number(positionals[0] ?? 1000);
const from = Number(positionals[1] ?? Date.now() % 1_000_000_000);
const trace = values.trace === true ? (line: string): void => void process.stdout.write(`${line}\n`) : undefined;
const started = process.hrtime.bigint();
const total = { calls: 0, refused: 0, changed: 0, approved: 0, wrong: 0 };
for (let seed = from; seed < from + count; seed++) {
  const { wrongs, calls, refused, changed, approved } = await play(seed, trace).catch((error: unknown) => {
    throw new Error(`seed ${seed} threw`, { cause: error });
  });
  total.calls += calls;
  total.refused += refused;
  total.changed += changed;
  total.approved += approved;
  const done = seed + 1 - from;
  if (done % 1000 === 0) console.log(`${done} done`);
  if (wrongs.length === 0) continue;
  total.wrong++;
  console.log(`seed ${seed}: ${wrongs.slice(0, 3).join('; ')}`);
}
const seconds = Number((process.hrtime.bigint() - started) / 1_000_000n) / 1000;
console.log(
  `${count} sequences from seed ${from} in ${seconds.toFixed(0)} s: ${total.calls} calls, ${total.refused} refused, ${total.approved} approvals, ${total.changed} devices changed, ${total.wrong} sequences wrong`,
);
process.exitCode = total.wrong === 0 ? 0 : 1;
