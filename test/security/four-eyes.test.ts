import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorActor, systemUser, type Actor } from '../../src-main/domain/actor.ts';
import { createOperator } from '../../src-main/access/operators.ts';
import { Console } from '../../src-main/console.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import { SIMULATOR_CREDENTIALS } from '../../src-main/simulator/options.ts';
import type { Provider } from '../../src-main/store/providers.ts';
import type { Job } from '../../src-main/store/jobs.ts';
import { QUICK, QUIET, ratePlan, until } from '../integration/carrier.ts';

const DEVICES = 30;
const LIMIT = 12;
const TARGET = 'M2M150MB-A';

let home: string;
let simulator: Simulator;
let console: Console;
let provider: Provider;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-four-eyes-'));
  simulator = new Simulator({ ...QUIET, devices: DEVICES });
  console = new Console({ home, vault: memoryVault(null), actor: 'os-user' });
  provider = console.createProvider({
    ...PROVIDER_DEFAULTS,
    ...QUICK,
    name: 'Acme',
    accountName: simulator.options.accountName,
    baseUrl: await simulator.start(),
    fourEyesAbove: LIMIT,
  });
  await console.setCredentials(provider.id, SIMULATOR_CREDENTIALS);
  await console.syncPlans(provider.id);
  await console.syncDevices(provider.id);
  for (const [name, role] of [
    ['Ada', 'admin'],
    ['Otto', 'operator'],
    ['Petra', 'approver'],
  ] as const)
    await createOperator(console, name, { role, providers: null, disabled: false }, 'a long enough password');
  console.startEngine();
});

afterEach(async () => {
  await console.close();
  await simulator.stop();
  rmSync(home, { recursive: true, force: true });
});

/** An operator as the dispatcher hands them on. */
function op(name: string): Actor {
  const operator = console.store.operators.findByName(name);
  return operator === undefined ? systemUser(name) : operatorActor(operator);
}

function ask(devices = DEVICES, author = 'Otto', effectiveAt: string | null = null): Job {
  return console.bulkChanges.create(
    {
      providerId: provider.id,
      selection: { deviceIds: console.store.devices.ids(provider.id, {}).slice(0, devices), identifiers: [] },
      order: ratePlan(TARGET),
      effectiveAt,
    },
    op(author),
  );
}

const stateOf = (job: Job): string => console.store.jobs.get(job.id).state;
const applied = (): number => [...simulator.ledgerEntries()].length;

/** Changes the store behind the console's back. */
function tamper(sql: string): void {
  const db = new Database(join(home, 'console.db'));
  db.exec(sql);
  db.close();
}

describe('four eyes', () => {
  it('hold a large change until somebody else has approved exactly it', async () => {
    const job = ask();
    expect(job).toMatchObject({
      state: 'awaiting-approval',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    console.engine.startDue();
    expect(() => {
      console.engine.resume(job.id, 'Otto');
    }).toThrow('waits for somebody else');
    expect(() => {
      console.engine.approve(job.id, op('Otto'), job.digest ?? '');
    }).toThrow('author');
    expect(() => {
      console.engine.approve(job.id, op('Petra'), 'f'.repeat(64));
    }).toThrow('not what was put before you');
    expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
    console.engine.approve(job.id, op('Petra'), job.digest ?? '', 'as agreed');
    await console.engine.whenEnded(job.id);
    const changed = console.store.changes.inState(job.id, ['confirmed']).length;
    expect(changed).toBeGreaterThan(LIMIT);
    expect(applied()).toBe(changed);
    expect(console.store.approvals.ofJob(job.id)).toMatchObject([
      { by: 'Petra', note: 'as agreed', digest: job.digest },
    ]);
  });

  it('leave a small change alone, and count an undo as one whole', async () => {
    const small = ask(LIMIT / 2);
    expect(small).toMatchObject({ state: 'ready', digest: null });
    console.engine.startDue();
    await console.engine.whenEnded(small.id);
    const rest = ask();
    console.engine.approve(rest.id, op('Petra'), rest.digest ?? '');
    await console.engine.whenEnded(rest.id);
    const undo = console.childJobs.undo(rest.id, op('Otto'));
    const sizes = undo.map((job) => console.store.changes.inState(job.id, ['queued']).length);
    expect(Math.min(...sizes)).toBeLessThan(LIMIT);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(LIMIT);
    expect(undo.map(({ state }) => state)).toEqual(sizes.map(() => 'awaiting-approval'));
  });

  it.each([
    [
      'a device is exchanged',
      "UPDATE change SET identifier = '89148000009999999999' WHERE id = (SELECT min(id) FROM change WHERE state = 'queued')",
    ],
    [
      'a device is added',
      "INSERT INTO change (job_id, provider_id, identifier_kind, identifier, detail, state) VALUES (1, 1, 'iccid', '89148000009999999999', '{}', 'queued')",
    ],
    ['a device is left out', "DELETE FROM change WHERE id = (SELECT min(id) FROM change WHERE state = 'queued')"],
    ['a skipped device is queued', "UPDATE change SET state = 'queued' WHERE state = 'skipped'"],
    ['the plan is another', "UPDATE job SET target = 'M2M5MB-S', request = replace(request, 'M2M150MB-A', 'M2M5MB-S')"],
    ['the date is another', "UPDATE job SET effective_at = '2020-01-01T00:00:00.000Z'"],
    ['the digest is made to fit', "UPDATE job SET digest = '00'"],
  ])('are void when %s after the approval: nothing is sent', async (_what, sql) => {
    // One is on the plan already, so that there is one to skip.
    tamper(`UPDATE device SET plan_code = '${TARGET}' WHERE id = (SELECT max(id) FROM device)`);
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 1500).toISOString());
    expect(console.store.changes.counts(job.id).skipped).toBeGreaterThan(0);
    console.engine.approve(job.id, op('Petra'), job.digest ?? '');
    expect(stateOf(job)).toBe('scheduled');
    tamper(sql);
    // Its time comes; a missed one is started by a person.
    await until(() => stateOf(job) !== 'scheduled' || console.engine.missedItsStart(console.store.jobs.get(job.id)));
    if (stateOf(job) === 'scheduled') console.engine.resume(job.id, 'Otto');
    expect(stateOf(job)).toBe('awaiting-approval');
    expect(console.store.jobs.get(job.id).stopReason).toContain('approval is void');
    expect(() => {
      console.engine.approve(job.id, op('Petra'), job.digest ?? '');
    }).toThrow();
    expect(applied()).toBe(0);
    expect([...console.store.audit.all()].filter(({ action }) => action === 'job.approval-void')).toHaveLength(1);
  });

  it('are void for an approval that the author wrote into the store', () => {
    const job = ask();
    tamper(
      `INSERT INTO approval (job_id, decision, by, by_id, at, digest, note) VALUES (1, 'approved', 'OTTO', (SELECT id FROM operator WHERE name = 'Otto'), '2099', '${job.digest ?? ''}', ''); UPDATE job SET state = 'ready'`,
    );
    console.engine.startDue();
    expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
  });

  it('do not let an approved change start before its date, whoever resumes it', () => {
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 3_600_000).toISOString());
    console.engine.approve(job.id, op('Petra'), job.digest ?? '');
    expect(() => {
      console.engine.resume(job.id, 'Otto');
    }).toThrow('does not start before that');
    expect([stateOf(job), applied()]).toEqual(['scheduled', 0]);
    // Paused and resumed, or written into the store, it waits for its date too, and its approval stays good.
    console.engine.pause(job.id, 'Otto');
    console.engine.resume(job.id, 'Otto');
    expect([stateOf(job), applied()]).toEqual(['scheduled', 0]);
    tamper(`UPDATE job SET state = 'ready'`);
    console.engine.startDue();
    expect([stateOf(job), applied()]).toEqual(['scheduled', 0]);
    expect([...console.store.audit.all()].filter(({ action }) => action === 'job.approval-void')).toEqual([]);
  });

  it('end after a week', async () => {
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 1000).toISOString());
    console.engine.approve(job.id, op('Petra'), job.digest ?? '');
    tamper(`DROP TRIGGER approval_is_append_only_u; UPDATE approval SET at = '2026-01-01T00:00:00.000Z'`);
    await until(() => stateOf(job) !== 'scheduled');
    expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
    expect(console.store.jobs.get(job.id).stopReason).toContain('older than 7 days');
  });

  it('count by the last word: an approval before a rejection is none, and a cancelled job is not revived', async () => {
    const job = ask(DEVICES, 'Otto', new Date(Date.now() + 3_600_000).toISOString());
    console.engine.approve(job.id, op('Petra'), job.digest ?? '');
    tamper(`UPDATE job SET state = 'awaiting-approval'`);
    console.engine.reject(job.id, op('Ada'), job.digest ?? '');
    expect(stateOf(job)).toBe('finished');
    tamper(
      `UPDATE change SET state = 'queued' WHERE state = 'cancelled'; UPDATE job SET state = 'ready', wanted = 'run', effective_at = NULL`,
    );
    console.engine.startDue();
    await until(() => !console.engine.isRunning());
    expect([stateOf(job), applied()]).toEqual(['awaiting-approval', 0]);
    console.engine.cancel(job.id, 'Otto');
    expect(() => {
      console.engine.pause(job.id, 'Otto');
    }).toThrow('finished');
    console.store.jobs.setWanted(job.id, 'run');
    expect(console.store.jobs.get(job.id).wanted).toBe('cancel');
  });

  it('hold what comes of a change that needed them, whatever its size: a rejected undo is not sent by a retry', async () => {
    const whole = ask();
    console.engine.approve(whole.id, op('Petra'), whole.digest ?? '');
    await console.engine.whenEnded(whole.id);
    const before = applied();
    for (const step of console.childJobs.undo(whole.id, op('Otto'))) {
      console.engine.reject(step.id, op('Petra'), step.digest ?? '');
      const request = console.childJobs.retryRequest(step.id);
      expect(console.bulkChanges.review(request).needsApproval).toBe(true);
      expect(console.bulkChanges.create(request, op('Otto')).state).toBe('awaiting-approval');
    }
    console.engine.startDue();
    await until(() => !console.engine.isRunning());
    expect(applied()).toBe(before);
  });

  it('reject for good, and free the devices', async () => {
    const job = ask();
    console.engine.reject(job.id, op('Petra'), job.digest ?? '', 'wrong customer');
    await console.engine.whenEnded(job.id);
    expect(stateOf(job)).toBe('finished');
    expect(console.store.changes.counts(job.id)).toMatchObject({ queued: 0, confirmed: 0 });
    expect(console.store.changes.held(provider.id).identifiers.size).toBe(0);
    expect(applied()).toBe(0);
  });

  it('need operators: without them the change is refused with what to do', async () => {
    tamper('DELETE FROM operator');
    expect(() => ask()).toThrow('this console has no operators');
    await Promise.resolve();
  });
});
