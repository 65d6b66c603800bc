/**
 * A console on a stage where every wait is a gate: the keychain, the network, the save dialog, the engine's start, and the
 * hash of a password. At one of them somebody comes and changes who is there, or what they may do, while the call waits.
 */
import { digestOf } from '../../src-main/access/second-admin.ts';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { argon2id } from 'hash-wasm';
import { App } from '../../src-main/app.ts';
import { dispatch } from '../../src-main/ipc/dispatch.ts';
import type { HandlerContext, Handlers } from '../../src-main/ipc/handler-context.ts';
import { createHandlers } from '../../src-main/ipc/handlers/index.ts';
import { operatorActor, type Actor } from '../../src-main/domain/actor.ts';
import { isoTime, systemClock } from '../../src-main/domain/clock.ts';
import { EVERY_DEVICE } from '../../src-main/domain/device-view.ts';
import { addressOf, PROVIDER_DEFAULTS, settingsOf } from '../../src-main/domain/provider-settings.ts';
import { openVault, type Keychain } from '../../src-main/security/vault.ts';
import { answerText } from '../../src-main/simulator/answers.ts';
import { SimulatedCarrier } from '../../src-main/simulator/carrier.ts';
import { SIMULATOR_CREDENTIALS, SIMULATOR_DEFAULTS } from '../../src-main/simulator/options.ts';
import type { AuditRow } from '../../src-main/store/audit-entries.ts';
import type { Http } from '../../src-main/thingspace/http.ts';
import type { CallAnswer, CallInput, CallName } from '../../src-preload/contract/index.ts';
import { deskOf } from './desk.ts';

export const PASSWORD = 'correct horse battery';
/** The one who asks, an Admin; the one who comes meanwhile, a Viewer; the author of what waits; of another account. */
export const ADA = 1;
const CHRIS = 3;
export const OLGA = 4;
const NAMES = ['Ada', 'Bo', 'Chris', 'Olga'] as const;
export const FIRST = 1;
export const OTHER = 2;
const TARGET = 'M2M150MB-A';
const JOB = { waiting: 1, done: 2, cancelled: 3, unconfirmed: 4, paused: 5 } as const;
const SOME_ICCID = '89148000000000000019';
const DAY_MS = 86_400_000;
/** When what is in the store was made, so that some of the log can be sealed. */
const LONG_AGO = Date.now() - 200 * DAY_MS;

/** Parameters of no use against guessing, and of the form that the console verifies. */
export function cheapHash(password: string): Promise<string> {
  const cheap = { memorySize: 8, iterations: 1, parallelism: 1, hashLength: 32, salt: new Uint8Array(16) };
  return argon2id({ ...cheap, password, outputType: 'encoded' });
}

/** A wait of the call, and whether it writes something that a person would miss or has not asked for. */
export interface Wait {
  what: string;
  writes: boolean;
}

let template: Promise<{ home: string; keychain: [string, string][] }> | undefined;

export class Stage {
  readonly home: string;
  readonly saved: string;
  readonly app: App;
  readonly context: HandlerContext;
  /** Told of each wait while one is watched, before it is over. */
  onWait: ((wait: Wait) => Promise<void>) | undefined;
  readonly #handlers: Handlers;
  readonly #kept: Map<string, string>;
  readonly #changes: string[];

  private constructor(
    home: string,
    app: App,
    kept: Map<string, string>,
    changes: string[],
    wait: (one: Wait) => Promise<void>,
  ) {
    this.home = home;
    this.app = app;
    this.#kept = kept;
    this.#changes = changes;
    this.saved = join(home, 'saved');
    mkdirSync(this.saved, { recursive: true });
    const context = deskOf(app, this.saved);
    this.context = {
      ...context,
      askWhereToSave: async (name) => {
        await wait({ what: 'dialog', writes: false });
        return context.askWhereToSave(name);
      },
    };
    // The real one looks through the file in a thread of its own; what matters here is that it takes its time.
    app.startEngineInBackground = async () => {
      await wait({ what: 'engine', writes: false });
      return app.startEngine();
    };
    this.#handlers = createHandlers(this.context);
  }

  static async open(): Promise<Stage> {
    template ??= makeTemplate();
    const { home: from, keychain } = await template;
    const home = newHome();
    copyFileSync(join(from, 'console.db'), join(home, 'console.db'));
    const kept = new Map(keychain.map(([account, value]) => [account.replace(from, home), value]));
    return Stage.#on(home, kept);
  }

  static async #on(home: string, kept: Map<string, string>): Promise<Stage> {
    const opened: { stage?: Stage } = {};
    const wait = async (one: Wait): Promise<void> => opened.stage?.onWait?.(one);
    hashing = wait;
    const changes: string[] = [];
    const vault = await openVault(home, () => Promise.resolve(gatedKeychain(kept, wait)));
    const app = new App({ home, vault, actor: 'os-user', http: gatedCarrier(changes, wait) });
    return (opened.stage = new Stage(home, app, kept, changes, wait));
  }

  async close(): Promise<void> {
    this.onWait = undefined;
    await this.app.close();
    await this.context.demo?.simulator.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  ask(name: CallName, input: unknown): Promise<CallAnswer<unknown>> {
    return dispatch(this.app, this.#handlers, name, input, (message) => {
      throw new Error(message);
    });
  }

  /** All that a person could have done: in the store, the keychain, files, and at the carrier. Not what says who was there. */
  effects(): string {
    const db = new Database(join(this.home, 'console.db'), { readonly: true });
    try {
      const tables = db
        .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'device_search%'")
        .pluck()
        .all()
        .filter((name) => !NO_DEED.has(name) && !name.startsWith('sqlite_'));
      const rows = tables.map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).all()]);
      const operators = db.prepare('SELECT id, name, password_hash FROM operator').all();
      const rights = db.prepare(`SELECT role, all_providers, disabled FROM operator WHERE id = ${CHRIS}`).get();
      const files = ['saved', 'reports', 'audit-segments'].map((folder) => filesIn(join(this.home, folder)));
      const kept = [...this.#kept].filter(([account]) => !account.includes('#audit'));
      // A login is counted, and no deed.
      return JSON.stringify([rows, operators, rights, files, kept, this.#changes], (key, value: unknown) =>
        /login/.test(key) ? undefined : value,
      );
    } finally {
      db.close();
    }
  }

  /** Puts something into the keychain. */
  keep(account: string, value: string): void {
    this.#kept.set(`${this.home}${account}`, value);
  }

  audited(from: number): AuditRow[] {
    return [...this.app.store.audit.all()].filter(({ seq }) => seq > from);
  }

  get lastAudited(): number {
    return this.app.store.audit.last()?.seq ?? 0;
  }
}

/** Tables in which reads and the comings and goings of people leave their traces. */
const NO_DEED: ReadonlySet<string> = new Set([
  'audit',
  'audit_checkpoint',
  'operator',
  'operator_provider',
  'setting',
  'sync_run',
]);

/** The wait of whoever hashes a password now; see the mock in the test. */
let hashing: ((wait: Wait) => Promise<void>) | undefined;
export async function hashOnStage(password: string): Promise<string> {
  await hashing?.({ what: 'hash', writes: false });
  return cheapHash(password);
}

function filesIn(folder: string): unknown[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => [name, statSync(join(folder, name)).isFile() ? readFileSync(join(folder, name), 'utf8') : '']);
  } catch {
    return [];
  }
}

function gatedKeychain(kept: Map<string, string>, wait: (one: Wait) => Promise<void>): Keychain {
  return {
    getPassword: async (_service, account) => {
      await wait({ what: 'keychain read', writes: false });
      return kept.get(account) ?? null;
    },
    setPassword: async (_service, account, value) => {
      await wait({ what: 'keychain write', writes: !account.includes('#audit') });
      kept.set(account, value);
    },
    deletePassword: async (_service, account) => {
      await wait({ what: 'keychain write', writes: kept.has(account) });
      return kept.delete(account);
    },
  };
}

const CHANGES = /\/(plan|suspend|restore|customFields|reset)$/;

function gatedCarrier(changes: string[], wait: (one: Wait) => Promise<void>): Http {
  const carrier = new SimulatedCarrier({
    devices: 20,
    accountName: '0000123456-00001',
    suspendedShare: 0,
    quotaUsedShare: 0,
    rateLimit: { ...SIMULATOR_DEFAULTS.rateLimit, kind: 'none' },
  });
  return {
    close: () => undefined,
    send: async (request) => {
      const writes = CHANGES.test(request.path) && request.method !== 'GET';
      await wait({ what: `${request.method} ${request.path}`, writes });
      if (writes) changes.push(request.path);
      const [path = '', query] = request.path.split('?');
      const answer = carrier.answer({
        method: request.method,
        path,
        ...(query === undefined ? {} : { query: `?${query}` }),
        authorization: request.headers['Authorization'],
        sessionToken: request.headers['VZ-M2M-Token'],
        text: request.body ?? '',
      });
      return { status: answer.status, text: answerText(answer), retryAfterMs: undefined };
    },
  };
}

/** In memory where there is a file system for it: nothing here is about the disk. */
const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

function newHome(): string {
  const home = mkdtempSync(join(scratch, 'rateplan-mid-call-'));
  mkdirSync(join(home, 'backups'));
  writeFileSync(join(home, 'backups', `console-${new Date().toISOString().slice(0, 10)}.db`), '');
  return home;
}

/** Two accounts, their devices, four people, and a job in each state that a call needs; made once. */
async function makeTemplate(): Promise<{ home: string; keychain: [string, string][] }> {
  const home = newHome();
  process.once('exit', () => {
    rmSync(home, { recursive: true, force: true });
  });
  const kept = new Map<string, string>();
  const wait = (): Promise<void> => Promise.resolve();
  const vault = await openVault(home, () => Promise.resolve(gatedKeychain(kept, wait)));
  const clock = { ...systemClock, now: () => LONG_AGO };
  const app = new App({ home, vault, actor: 'os-user', http: gatedCarrier([], wait), clock });
  const { store, bulkChanges, engine } = app;
  const at = isoTime(LONG_AGO);
  for (const [n, accountName] of ['0000123456-00001', '0000999999-00001'].entries())
    app.accounts.create({
      ...PROVIDER_DEFAULTS,
      name: `Account ${n + 1}`,
      accountName,
      baseUrl: 'http://127.0.0.1:1',
      pageSize: 8,
      settleS: 1,
      confirmDeadlineS: 1,
      fourEyesAbove: 5,
    });
  await app.credentials.set(FIRST, SIMULATOR_CREDENTIALS);
  await app.reads.syncPlans(FIRST);
  await app.reads.syncDevices(FIRST);
  const hash = await cheapHash(PASSWORD);
  for (const name of NAMES)
    store.operators.insert(
      name,
      {
        role: name === 'Bo' ? 'viewer' : 'admin',
        providers: name === 'Olga' ? [OTHER] : null,
        disabled: false,
      },
      hash,
      false,
      at,
    );
  const ids = store.devices.ids(FIRST, {});
  const chris: Actor = operatorActor(store.operators.get(3));
  const job = (deviceIds: number[], by = chris, providerId = FIRST): number =>
    bulkChanges.create(
      {
        providerId,
        selection: { deviceIds, identifiers: [] },
        order: { type: 'carrier-rate-plan', planCode: TARGET },
        effectiveAt: null,
      },
      by,
    ).id;
  // Job 1 waits for an approval, 2 is done, 3 is cancelled, 4 is done and unconfirmed, 5 is paused.
  const elsewhere = ids.filter((id) => store.devices.get(id)?.planCode !== TARGET);
  job(elsewhere.slice(0, 6));
  const done = job(elsewhere.slice(6, 8));
  const cancelled = job(elsewhere.slice(8, 10), operatorActor(store.operators.get(ADA)));
  const unconfirmed = job(elsewhere.slice(10, 11), operatorActor(store.operators.get(ADA)));
  const paused = job(elsewhere.slice(11, 12), operatorActor(store.operators.get(ADA)));
  engine.pause(paused, 'Ada');
  engine.cancel(cancelled, 'Ada');
  const foreign = store.devices.ensure(OTHER, 'iccid', '89148000000999999999');
  store.plans.replaceSpecifications(OTHER, store.plans.list(FIRST), at);
  job([foreign], operatorActor(store.operators.get(OLGA)), OTHER);
  app.secondAdmin.propose(
    store.providers.get(FIRST),
    { ...settingsOf(store.providers.get(FIRST)), fourEyesAbove: 9 },
    chris,
  );
  for (let n = 0; n < 3; n++)
    store.planChanges.add({
      deviceId: 1,
      at: isoTime(Date.now() - n * 60_000),
      fromPlan: null,
      toPlan: null,
      foundBy: 'carrier history',
      jobId: null,
    });
  store.savedViews.save(FIRST, 'mine', VIEW);
  store.savedViews.save(OTHER, 'theirs', VIEW);
  await app.close();
  const db = new Database(join(home, 'console.db'));
  db.exec(`
    UPDATE change SET state = 'confirmed', from_value = 'M2M5MB-S', finished_at = '${at}' WHERE job_id = ${done};
    UPDATE device SET plan_code = '${TARGET}' WHERE id IN (SELECT device_id FROM change WHERE job_id = ${done});
    UPDATE change SET state = 'unconfirmed', finished_at = '${at}' WHERE job_id = ${unconfirmed};
    UPDATE job SET state = 'finished', started_at = '${at}', finished_at = '${at}' WHERE id IN (${done}, ${unconfirmed});
    UPDATE job SET state = 'paused', wanted = 'pause' WHERE state IN ('ready', 'running');
    INSERT INTO device_search (device_search) VALUES ('rebuild');
  `);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return { home, keychain: [...kept] };
}

const VIEW: CallInput<'views.save'>['view'] = EVERY_DEVICE;

const request = ({ app }: Stage) => ({
  providerId: FIRST,
  selection: { deviceIds: app.store.devices.ids(FIRST, {}).slice(-3), identifiers: [] },
  order: { type: 'custom-fields' as const, fields: { CustomField1: 'x' } },
  effectiveAt: null,
});

/** One input for each call of the contract, about the first account, with which it does what it is for. */
export const INPUTS: { [N in CallName]: (stage: Stage) => CallInput<N> } = {
  'app.info': () => undefined,
  'app.ready': () => undefined,
  'app.windowFailed': () => ({ details: 'x' }),
  'app.saveDiagnostics': () => undefined,
  'session.view': () => undefined,
  'session.signIn': () => ({ name: 'Bo', password: PASSWORD }),
  'session.signOut': () => undefined,
  'session.lock': () => undefined,
  'session.active': () => undefined,
  'session.changePassword': () => ({ old: PASSWORD, fresh: 'another long password' }),
  'session.setLock': () => ({ minutes: 7 }),
  'operators.list': () => undefined,
  'operators.create': () => ({
    name: 'Dora',
    rights: { role: 'viewer', providers: null, disabled: false },
    password: 'another long password',
  }),
  'operators.setRights': () => ({ operatorId: CHRIS, rights: { role: 'viewer', providers: [FIRST], disabled: false } }),
  'operators.setPassword': () => ({ operatorId: CHRIS, password: 'another long password' }),
  'providers.list': () => undefined,
  'providers.save': ({ app }) => ({
    providerId: FIRST,
    settings: { ...settingsOf(app.store.providers.get(FIRST)), batchSize: 3 },
  }),
  'providers.agree': ({ app }) => {
    const waiting = app.store.proposals.find(FIRST);
    return { providerId: FIRST, digest: waiting === undefined ? '' : digestOf(waiting) };
  },
  'providers.reject': () => ({ providerId: FIRST }),
  'providers.setCredentials': ({ app }) => ({
    providerId: FIRST,
    baseUrl: app.store.providers.get(FIRST).baseUrl,
    ...SIMULATOR_CREDENTIALS,
    password: 'a new password',
  }),
  'providers.removeCredentials': () => ({ providerId: FIRST }),
  'providers.changePassword': () => ({ providerId: FIRST }),
  'providers.finishPasswordChange': (stage) => {
    const provider = stage.app.store.providers.get(FIRST);
    const { username } = SIMULATOR_CREDENTIALS;
    const left = { at: isoTime(LONG_AGO), username, address: addressOf(provider), state: 'asked', fresh: null };
    stage.keep(`#${FIRST}#password-change`, JSON.stringify(left));
    return { providerId: FIRST };
  },
  'providers.test': () => ({ providerId: FIRST }),
  'providers.forgetLearned': () => ({ providerId: FIRST, what: 'rate' }),
  'providers.clearFailedLogins': () => ({ providerId: FIRST }),
  'demo.start': () => ({ devices: 5 }),
  'sync.start': () => ({ providerId: FIRST }),
  'devices.page': () => ({ providerId: FIRST, filter: {}, sort: EVERY_DEVICE.sort, offset: 0, limit: 5 }),
  'devices.facets': () => ({ providerId: FIRST }),
  'devices.ids': () => ({ providerId: FIRST, filter: {} }),
  'devices.composition': () => ({ providerId: FIRST, deviceIds: [1, 2] }),
  'devices.story': () => ({ deviceId: 1 }),
  'devices.refresh': () => ({ providerId: FIRST, deviceIds: [1, 2] }),
  'devices.forgetDrift': () => ({ providerId: FIRST }),
  'devices.saveLines': () => ({ lines: [{ line: 1, text: 'x', verdict: 'unknown', note: '' }], format: 'csv' }),
  'devices.identify': () => ({ providerId: FIRST, text: '1' }),
  'views.list': () => ({ providerId: FIRST }),
  'views.save': () => ({ providerId: FIRST, name: 'another', view: EVERY_DEVICE }),
  'views.remove': () => ({ viewId: 1 }),
  'plans.list': () => ({ providerId: FIRST }),
  'plans.sync': () => ({ providerId: FIRST }),
  'plans.setPrice': () => ({ providerId: FIRST, code: TARGET, price: '1.25' }),
  'plans.setAllowed': () => ({ providerId: FIRST, code: TARGET, allowed: false }),
  'changes.review': request,
  'changes.start': (stage) => {
    const { digest } = stage.app.bulkChanges.review(request(stage));
    return { ...request(stage), confirmed: digest };
  },
  'changes.checkQuota': () => ({ providerId: FIRST, deviceIds: [1, 2], effectiveAt: null }),
  'changes.saveDryRun': request,
  'jobs.list': () => undefined,
  'jobs.get': () => ({ jobId: JOB.done }),
  'jobs.compare': () => ({ first: JOB.done, second: JOB.paused }),
  'jobs.changes': () => ({ jobId: JOB.done, states: [], search: '', offset: 0, limit: 5 }),
  'jobs.changeLog': () => ({ changeId: 1 }),
  'jobs.setPriority': () => ({ jobId: JOB.paused, priority: 'high' }),
  'jobs.pause': () => ({ jobId: JOB.paused }),
  'jobs.resume': () => ({ jobId: JOB.paused }),
  'jobs.cancel': () => ({ jobId: JOB.paused }),
  'jobs.toApprove': () => undefined,
  'jobs.approve': decision,
  'jobs.reject': decision,
  'jobs.retryRequest': () => ({ jobId: JOB.cancelled }),
  'jobs.planUndo': () => ({ jobId: JOB.done }),
  'jobs.undo': ({ app }) => ({ jobId: JOB.done, confirmed: app.childJobs.planUndo(JOB.done).digest }),
  'jobs.recheck': () => ({ jobId: JOB.unconfirmed }),
  'jobs.saveFailures': () => ({ jobId: JOB.done }),
  'jobs.saveReport': () => ({ jobId: JOB.done }),
  'audit.page': () => ({ search: '', offset: 0, limit: 5 }),
  'audit.accept': (stage) => {
    stage.keep('#audit-anchor', JSON.stringify({ seq: 9999, hash: 'f'.repeat(64) }));
    return { why: 'a backup was put back' };
  },
  'audit.verify': () => undefined,
  'audit.seal': () => ({ before: isoTime(Date.now() - 100 * DAY_MS) }),
  'audit.export': () => undefined,
  'export.devices': () => ({
    providerId: FIRST,
    filter: {},
    sort: EVERY_DEVICE.sort,
    columns: ['iccid'],
    format: 'csv',
    ticket: 'ticket-1',
  }),
  'export.changes': () => ({
    jobId: JOB.done,
    states: [],
    search: '',
    columns: ['iccid'],
    format: 'csv',
    ticket: 'ticket-2',
  }),
  'export.jobs': () => ({ jobIds: [JOB.done], columns: ['id'], format: 'csv', ticket: 'ticket-3' }),
  'export.plans': () => ({ providerId: FIRST, columns: ['code'], format: 'csv', ticket: 'ticket-4' }),
  'export.audit': () => ({ search: '', columns: ['seq'], format: 'csv', ticket: 'ticket-5' }),
  'export.cancel': () => ({ ticket: 'ticket-0' }),
  'devices.inOrder': () => ({ providerId: FIRST, deviceIds: [2, 1], sort: EVERY_DEVICE.sort }),
  'devices.byIds': () => ({ providerId: FIRST, deviceIds: [2, 1] }),
  'import.identifiers': () => ({ providerId: FIRST }),
  'import.devices': () => ({ providerId: FIRST }),
  'import.prices': () => ({ providerId: FIRST }),
  'import.piece': () => ({ importId: 1, bytes: btoa(`ICCID,Customer\n${SOME_ICCID},Somebody\n`) }),
  'import.look': () => ({ importId: 1 }),
  'import.apply': () => ({ importId: 1, leaveOut: false }),
  'import.abandon': () => ({ importId: 1 }),
};

function decision({ app }: Stage): CallInput<'jobs.approve'> {
  return { jobId: JOB.waiting, digest: app.store.jobs.get(JOB.waiting).digest ?? '', note: '' };
}

/** What has to be done before a call can be made. */
export async function prepare(stage: Stage, name: CallName): Promise<void> {
  if (!['import.piece', 'import.look', 'import.apply', 'import.abandon'].includes(name)) return;
  await stage.ask('import.devices', { providerId: FIRST });
  if (name === 'import.look' || name === 'import.apply') await stage.ask('import.piece', INPUTS['import.piece'](stage));
  if (name === 'import.apply') await stage.ask('import.look', { importId: 1 });
}
