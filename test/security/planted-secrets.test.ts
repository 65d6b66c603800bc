import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { App } from '../../src-main/app.ts';
import { dispatch } from '../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../src-main/ipc/handlers/index.ts';
import { deskOf } from './desk.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { openLog } from '../../src-main/monitor/log.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { Simulator } from '../../src-main/simulator/server.ts';
import { writeFailureReport, writeJobReport } from '../../src-main/reports/job-report.ts';
import { QUICK, QUIET, ratePlan } from '../integration/carrier.ts';

const random = (): string => randomBytes(9).toString('hex');
/** With what every encoding has to escape. */
const SECRETS = {
  key: `K${random()}`,
  secret: `S/${random()}+=&`,
  username: `user-${random()}`,
  password: `p@ss "${random()}" \\ ä`,
};
const DEVICES = 40;
const HOSTILE_ANSWERS = 4;

let home: string;
let simulator: Simulator;
let proxy: Server;
let address: string;
/** Tokens that went over the line, and what the carrier said back of all of it. */
const seen = new Set<string>([SECRETS.key, SECRETS.secret, SECRETS.password]);

/** Change requests so far. */
let changes = 0;

/** A carrier that answers the first changes with everything it was told, in every form it can think of. */
function hostile(target: string): Server {
  return createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const bearer = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1];
      if (bearer !== undefined) seen.add(bearer);
      const session = incoming.headers['vz-m2m-token'];
      if (typeof session === 'string') seen.add(session);
      if (incoming.url?.includes('/actions/plan') === true && ++changes <= HOSTILE_ANSWERS) {
        const told = [...seen];
        const text = JSON.stringify({
          errorCode: 'UnifiedWebService.REQUEST_FAILED.UnexpectedError',
          errorMessage: `refused for ${told.join(' ')}`,
          echo: incoming.headers,
          encoded: told.map((one) => encodeURIComponent(one)),
          base64: Buffer.from(told.join(':')).toString('base64'),
          form: new URLSearchParams({ password: SECRETS.password, other: SECRETS.secret }).toString(),
        });
        outgoing.writeHead(changes % 2 === 0 ? 500 : 400, { 'content-type': 'application/json' }).end(text);
        return;
      }
      const forward = request(
        new URL(incoming.url ?? '/', target),
        { method: incoming.method ?? 'GET', headers: { ...incoming.headers, host: new URL(target).host } },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forward.on('error', () => outgoing.destroy());
      forward.end(body);
    });
  });
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'rateplan-secrets-'));
  simulator = new Simulator({ ...QUIET, ...SECRETS, devices: DEVICES });
  const target = await simulator.start();
  proxy = hostile(target);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
});

afterAll(async () => {
  proxy.close();
  await simulator.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Every way in which a secret may stand in a file, apart from those that {@link redact}'s own test goes through. */
function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64.slice(0, -4)].filter(
    (form) => form.length > 6,
  );
}

function leaksIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = join(entry.parentPath, entry.name);
      const content = readFileSync(file, 'latin1');
      return [...seen]
        .filter((secret) => formsOf(secret).some((form) => content.includes(Buffer.from(form).toString('latin1'))))
        .map((secret) => `${secret} in ${file}`);
    });
}

async function outputOf(args: string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}

describe('planted secrets', () => {
  it('are in no file, answer or output, though the carrier says them back in every form', async () => {
    const app = new App({ home, vault: memoryVault(null), actor: 'tester' });
    const log = openLog(home);
    const provider = app.accounts.create({
      ...PROVIDER_DEFAULTS,
      ...QUICK,
      batchSize: 10,
      name: 'Hostile',
      accountName: simulator.options.accountName,
      baseUrl: address,
    });
    const answers: unknown[] = [];
    const handlers = createHandlers(deskOf(app, join(home, 'saved')));
    const ask = async (name: Parameters<typeof dispatch>[2], input?: unknown): Promise<void> => {
      answers.push(
        await dispatch(app, handlers, name, input, (message) => {
          log.error(message);
        }),
      );
    };
    mkdirSync(join(home, 'saved'));
    // A wrong password first: what is refused is a secret, too.
    seen.add('wrong-password-6f1d');
    await ask('providers.setCredentials', {
      providerId: provider.id,
      baseUrl: address,
      ...SECRETS,
      password: 'wrong-password-6f1d',
    });
    await ask('providers.test', { providerId: provider.id });
    await ask('providers.setCredentials', { providerId: provider.id, baseUrl: address, ...SECRETS });
    await ask('providers.clearFailedLogins', { providerId: provider.id });
    await ask('plans.sync', { providerId: provider.id });
    await ask('sync.start', { providerId: provider.id });
    app.startEngine();
    const job = app.bulkChanges.create(
      {
        providerId: provider.id,
        selection: { deviceIds: app.store.devices.ids(provider.id, {}), identifiers: [] },
        order: ratePlan('M2M150MB-A'),
        effectiveAt: null,
      },
      'tester',
    );
    app.engine.startDue();
    await app.engine.whenEnded(job.id);
    await ask('jobs.get', { jobId: job.id });
    await ask('jobs.changes', { jobId: job.id, states: [], search: '', offset: 0, limit: 1000 });
    const { rows } = app.store.changes.page(job.id, [], '', 0, 1000);
    for (const change of rows.slice(0, 20)) await ask('jobs.changeLog', { changeId: change.id });
    // Operators' passwords, right, wrong, and typed into the field of the name.
    const own = `Op3rator ${random()}`;
    for (const one of [own, `${own} wrong`, `${own} new`]) seen.add(one);
    await ask('operators.create', {
      name: 'Ada',
      rights: { role: 'admin', providers: null, disabled: false },
      password: own,
    });
    await ask('session.signIn', { name: 'Ada', password: `${own} wrong` });
    await ask('session.signIn', { name: own, password: 'Ada' });
    await ask('session.signIn', { name: 'Ada', password: own });
    await ask('session.changePassword', { old: own, fresh: `${own} new` });
    await ask('operators.list');
    await ask('session.view');
    await ask('audit.page', { search: '', offset: 0, limit: 1000 });
    await ask('jobs.saveFailures', { jobId: job.id });
    await ask('jobs.saveReport', { jobId: job.id });
    await ask('audit.export');
    await ask('app.saveDiagnostics');
    await ask('providers.list');
    await writeJobReport(app.store, app.store.jobs.get(job.id), join(home, 'report'));
    await writeFailureReport(app.store, app.store.jobs.get(job.id), join(home, 'failures.csv'));
    // What was typed wrongly is known to nobody; it must have been written nowhere all the same.
    log.error(`crash: ${[...seen].filter((one) => !one.endsWith(' wrong')).join(' | ')}`);

    // The session of the line, too: both tokens have been used by now.
    expect(seen.size).toBeGreaterThanOrEqual(6);
    expect(leaksIn(home)).toEqual([]);
    const said = JSON.stringify(answers);
    expect([...seen].filter((secret) => formsOf(secret).some((form) => said.includes(form)))).toEqual([]);
    await app.close();
    expect(leaksIn(home)).toEqual([]);
    // The search itself finds what is there.
    expect(said).toContain(SECRETS.username);
  }, 60_000);

  it('are in no output of the command line, nor among its arguments', async () => {
    const home2 = mkdtempSync(join(tmpdir(), 'rateplan-secrets-cli-'));
    // What the carrier was told by this process alone; another's tokens nobody here could know.
    changes = 0;
    seen.clear();
    for (const secret of [SECRETS.key, SECRETS.secret, SECRETS.password]) seen.add(secret);
    // Not spawnSync: the carrier lives in this process.
    const said = await outputOf(
      [
        'src-main/cli.ts',
        'change',
        '--plan',
        'M2M5MB-S',
        '--filter',
        'state=active',
        '--settle',
        '1',
        '--yes',
        '--json',
      ],
      {
        RATEPLAN_HOME: home2,
        THINGSPACE_BASE_URL: address,
        THINGSPACE_KEY: SECRETS.key,
        THINGSPACE_SECRET: SECRETS.secret,
        THINGSPACE_USERNAME: SECRETS.username,
        THINGSPACE_PASSWORD: SECRETS.password,
        THINGSPACE_ACCOUNT: simulator.options.accountName,
      },
    );
    expect(said).toContain('"status":"PROCESSED"');
    expect([...seen].filter((secret) => formsOf(secret).some((form) => said.includes(form)))).toEqual([]);
    expect(leaksIn(home2)).toEqual([]);
    rmSync(home2, { recursive: true, force: true });
  }, 60_000);
});
