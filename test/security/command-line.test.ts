import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { Simulator } from '../../src-main/simulator/server.ts';
import { rateplan } from '../faults/command-line.ts';
import { QUIET } from '../integration/carrier.ts';

const GIVEN = 'given by somebody else';
const OWN = 'chosen by myself alone';

let home: string;
let simulator: Simulator;
let address: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-cli-rights-'));
  simulator = new Simulator({ ...QUIET, devices: 40 });
  address = await simulator.start();
});

afterAll(async () => {
  await simulator.stop();
  rmSync(home, { recursive: true, force: true });
});

async function run(
  who: string | null,
  args: string,
  env: NodeJS.ProcessEnv = {},
  password = OWN,
): Promise<{ code: number | null; answer: Record<string, unknown> }> {
  const signIn = who === null ? {} : { RATEPLAN_OPERATOR: who, RATEPLAN_OPERATOR_PASSWORD: password };
  const { code, stdout } = await rateplan(home, address, [...args.split(' '), '--json'], { ...signIn, ...env }).done;
  return { code, answer: JSON.parse(stdout) as Record<string, unknown> };
}

async function add(name: string, role: string): Promise<void> {
  await run('Ada', `operators add ${name} --role ${role}`, { RATEPLAN_NEW_PASSWORD: GIVEN });
  const early = await run(name, 'jobs list', {}, GIVEN);
  expect(early).toMatchObject({ code: 1, answer: { error: { code: 'denied' } } });
  expect((await run(name, 'password', { RATEPLAN_NEW_PASSWORD: OWN }, GIVEN)).code).toBe(0);
}

it('the command line asks who it is, keeps to their role, and lets a second person approve', async () => {
  expect((await run(null, 'sync --settle 1')).code).toBe(0);
  expect((await run(null, 'operators add Ada', { RATEPLAN_NEW_PASSWORD: OWN })).code).toBe(0);
  expect(await run(null, 'jobs list')).toMatchObject({ code: 1, answer: { error: { code: 'signed-out' } } });
  expect(await run('Ada', 'jobs list', {}, 'wrong')).toMatchObject({ code: 1, answer: { error: { code: 'denied' } } });
  await add('Vera', 'viewer');
  await add('Otto', 'operator');
  await add('Petra', 'approver');
  const change = 'change --plan M2M150MB-A --filter state=active --yes';
  expect(await run('Vera', change)).toMatchObject({ code: 1, answer: { error: { code: 'denied' } } });
  // What the settings ask for is not an Operator's to loosen by an option, not even for one run.
  for (const option of ['--lanes 20', '--settle 0.1', '--confirm-within 1'])
    expect(await run('Otto', `${change} ${option}`)).toMatchObject({ answer: { error: { code: 'denied' } } });
  expect(await run('Otto', `${change} --ignore-quota`)).toMatchObject({ answer: { error: { code: 'denied' } } });
  expect(await run('Otto', 'audit verify')).toMatchObject({ answer: { error: { code: 'denied' } } });

  // The demo writes into the console of RATEPLAN_HOME: nobody gets in by it.
  expect(await run(null, 'demo --devices 10')).toMatchObject({ code: 1, answer: { error: { code: 'refused' } } });
  expect(await run('Ada', 'demo --devices 10')).toMatchObject({ code: 1, answer: { error: { code: 'refused' } } });
  // A catalog that is empty is not read from the carrier by somebody who may only look.
  const db = new Database(join(home, 'console.db'));
  db.exec('DELETE FROM rate_plan');
  expect(await run('Vera', 'plans')).toMatchObject({ code: 1, answer: { error: { code: 'denied' } } });
  expect((await run('Otto', 'plans')).code).toBe(0);

  db.exec('UPDATE service_provider SET four_eyes_above = 5');
  db.close();
  expect(await run('Otto', change)).toMatchObject({ code: 3, answer: { state: 'awaiting-approval' } });
  expect([...simulator.ledgerEntries()]).toEqual([]);
  expect(await run('Otto', 'jobs approve 1')).toMatchObject({ answer: { error: { code: 'denied' } } });
  const { answer } = await run('Petra', 'jobs approve 1');
  expect(answer).toMatchObject({ author: 'Otto', target: 'M2M150MB-A' });
  expect(await run('Petra', `jobs approve 1 --digest ${'0'.repeat(64)}`)).toMatchObject({ code: 1 });
  expect((await run('Petra', `jobs approve 1 --digest ${String(answer['digest'])}`)).code).toBe(0);
  expect((await run('Otto', 'jobs resume 1')).code).toBe(0);
  expect([...simulator.ledgerEntries()].length).toBeGreaterThan(20);

  const log = new Database(join(home, 'console.db'), { readonly: true });
  const actions = log.prepare('SELECT actor, action FROM audit').all() as { actor: string; action: string }[];
  log.close();
  expect(actions.filter(({ action }) => action === 'access.denied').map(({ actor }) => actor)).toEqual([
    'Vera', 'Otto', 'Petra', 'Vera', 'Otto', 'Otto', 'Otto', 'Otto', 'Otto', 'Vera', 'Otto',
  ]); // prettier-ignore
  expect(actions).toContainEqual({ actor: 'Petra', action: 'job.approved' });
}, 400_000);
