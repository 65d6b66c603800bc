/**
 * Four people at one console, in virtual time and decided by one seed: an Admin, an Approver, an Operator, and an Operator of
 * another account. Each tries everything, allowed or not, through the dispatcher of the window's calls; somebody may leave,
 * lock the console or lose a right in the same moment. `last-word.ts` judges what left, by the ledgers of the two carriers.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argon2id } from 'hash-wasm';
import { App } from '../../src-main/app.ts';
import { dispatch } from '../../src-main/ipc/dispatch.ts';
import type { Handlers } from '../../src-main/ipc/handler-context.ts';
import { createHandlers } from '../../src-main/ipc/handlers/index.ts';
import type { ChangeOrder } from '../../src-main/domain/change-order.ts';
import { isoTime } from '../../src-main/domain/clock.ts';
import { addressOf, PROVIDER_DEFAULTS, settingsOf } from '../../src-main/domain/provider-settings.ts';
import type { Role } from '../../src-main/domain/roles.ts';
import { memoryVault, type Vault } from '../../src-main/security/vault.ts';
import { parseBody } from '../../src-main/simulator/answers.ts';
import { SimulatedCarrier } from '../../src-main/simulator/carrier.ts';
import { SIMULATOR_CREDENTIALS, SIMULATOR_DEFAULTS, type SimulatorOptions } from '../../src-main/simulator/options.ts';
import { seededRandom } from '../../src-main/simulator/random.ts';
import type { Job } from '../../src-main/store/jobs.ts';
import type { Http, HttpRequest } from '../../src-main/thingspace/http.ts';
import {
  CALLS,
  type CallAnswer,
  type CallInput,
  type CallName,
  type CallOutput,
} from '../../src-preload/contract/index.ts';
import { deskOf } from '../security/desk.ts';
import { Dice } from './dice.ts';
import { judge, may, type Deed, type Need, type Rights } from './last-word.ts';
import { TARGETS } from './temper.ts';
import { inVirtualTime, type VirtualTime } from './virtual-time.ts';
import { Wire } from './wire.ts';

/** Their names, and what they may do at the beginning: the first account's number is 1, the other's is 2. */
const PEOPLE = {
  Ada: { role: 'admin', providerId: null },
  Petra: { role: 'approver', providerId: 1 },
  Otto: { role: 'operator', providerId: 1 },
  Olga: { role: 'operator', providerId: 2 },
} as const satisfies Record<string, Rights>;
type Person = keyof typeof PEOPLE;
const NAMES = Object.keys(PEOPLE) as Person[];
/** Numbers in the store, in the order in which they are inserted. */
const numberOf = (name: Person): number => NAMES.indexOf(name) + 1;

const PASSWORD = 'a long enough password';
const FOUR_EYES_ABOVE = 4;
const BEGINNING = Date.UTC(2026, 10, 11, 9);
const DAY = isoTime(BEGINNING).slice(0, 10);
const CHANGE_PATH = /\/devices\/actions\/(plan|suspend|restore|customFields)$/;
/** What was begun has left by then, and scheduled jobs have come to their date. */
const TO_THE_END_MS = 9000;
const SOON_MS = { least: 1500, most: 8000 };

const ACCOUNTS: readonly Partial<SimulatorOptions>[] = [
  { devices: 10, seed: 1, accountName: '0000000001-00001' },
  { devices: 6, seed: 2, accountName: '0000000002-00001', key: 'other-key', username: 'other-user' },
].map((one) => ({
  ...one,
  applyDelayMs: { min: 20, max: 900 },
  suspendedShare: 0,
  quotaUsedShare: 0,
  rateLimit: { ...SIMULATOR_DEFAULTS.rateLimit, kind: 'none' },
}));

const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface Played {
  /** What was sent that nobody allowed, and what the console said yes to that it must not; empty when nothing is wrong. */
  wrongs: string[];
  calls: number;
  refused: number;
  /** Devices that the carriers changed. */
  changed: number;
  /** Devices of these that left after an approval. */
  approved: number;
}

/** Plays the sequence of one seed. @param onTrace told of each step, to look into a seed */
export async function play(seed: number, onTrace: (line: string) => void = () => undefined): Promise<Played> {
  const template = await storeWithPeople();
  const home = newHome(template);
  try {
    return await inVirtualTime(BEGINNING + 3_600_000, (time) => new Sequence(seed, home, time, onTrace).run());
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

class Sequence {
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #trace: (line: string) => void;
  readonly #carriers = ACCOUNTS.map((options) => new SimulatedCarrier(options));
  readonly #console: App;
  readonly #handlers: Handlers;
  readonly #vault = memoryVault(null);
  readonly #deeds: { at: number; deed: Deed }[] = [];
  /** Devices of a request that the carrier took over, by the request's number. */
  readonly #taken = new Map<string, number>();
  readonly #wrongs: string[] = [];
  readonly #rights = new Map<Person, Rights>(Object.entries(PEOPLE) as [Person, Rights][]);
  #present: Person | undefined;
  #isLocked = false;
  /** What happens is numbered, so that it can be told what came first. */
  #moment = 0;
  #calls = 0;
  #refused = 0;
  #arriving = 0;

  constructor(seed: number, home: string, time: VirtualTime, onTrace: (line: string) => void) {
    this.#dice = new Dice(seededRandom(seed));
    this.#time = time;
    this.#trace = onTrace;
    const http = wireToAll(this.#carriers, this.#dice, (request, account) => this.#leaves(request, account));
    this.#console = new App({ home, vault: this.#vault, actor: 'os-user', random: this.#dice.random, http });
    this.#handlers = createHandlers(deskOf(this.#console));
  }

  async run(): Promise<Played> {
    const { store } = this.#console;
    for (const { providerId } of guardsOf(this.#console)) await giveSecrets(this.#console, this.#vault, providerId);
    for (const guards of guardsOf(this.#console)) this.#note({ what: 'guards', ...guards });
    for (const { ledger } of this.#carriers) {
      const accept = ledger.accept.bind(ledger);
      ledger.accept = (requestId, devices, ...rest) => {
        this.#taken.set(requestId, this.#arriving);
        accept(requestId, devices, ...rest);
      };
    }
    // A login in between would part the question at the door from the request.
    for (const { id } of store.providers.list()) await this.#settled(this.#console.credentials.test(id));
    this.#console.startEngine();
    for (let steps = this.#dice.whole(10, 28); steps > 0; steps--) await this.#step();
    await this.#pass(TO_THE_END_MS);
    await this.#settled(this.#console.close());
    this.#judgeLedgers();
    const deeds = this.#deeds.sort((one, other) => one.at - other.at).map(({ deed }) => deed);
    return {
      wrongs: [...this.#wrongs, ...judge(deeds)],
      calls: this.#calls,
      refused: this.#refused,
      changed: this.#carriers.reduce((sum, carrier) => sum + carrier.stats().applied, 0),
      approved: deeds.filter(({ what }) => what === 'approve').length,
    };
  }

  async #step(): Promise<void> {
    const dice = this.#dice;
    const hasJobs = this.#jobs().length > 0;
    const waiting = this.#console.store.jobs.inState('awaiting-approval').length > 0;
    const [who, act] = dice.pick<[who: readonly Person[], act: () => Promise<void>]>([
      [['Otto', 'Otto', 'Petra', 'Ada', 'Olga'], () => this.#start()],
      ...(hasJobs
        ? ([
            [['Otto', 'Petra', 'Ada', 'Olga'], () => this.#start()],
            [['Petra', 'Ada'], () => this.#decide(waiting ? 'jobs.approve' : 'jobs.reject')],
            [['Petra', 'Ada'], () => this.#decide(dice.chance(0.7) ? 'jobs.approve' : 'jobs.reject')],
            [['Otto', 'Petra', 'Olga'], () => this.#control('jobs.cancel')],
            [['Otto', 'Petra', 'Olga'], () => this.#control('jobs.pause')],
            [['Otto', 'Petra', 'Olga'], () => this.#control('jobs.resume')],
            [['Otto', 'Ada'], () => this.#control(dice.pick(['jobs.resume', 'jobs.recheck']))],
            [['Otto', 'Ada', 'Olga'], () => this.#retry()],
            [['Otto', 'Ada', 'Olga'], () => this.#undo()],
            [['Ada'], () => this.#settings()],
            [['Ada'], () => this.#setRights()],
            [['Otto'], () => this.#leave()],
          ] satisfies [readonly Person[], () => Promise<void>][])
        : []),
    ]);
    // Mostly somebody tries what they may do; the others try it too.
    const name = dice.chance(0.75) ? dice.pick(who) : dice.pick(NAMES);
    const isThere = this.#present !== undefined && !this.#isLocked;
    if (this.#present !== name ? dice.chance(0.8) : !isThere) await this.#signIn(name);
    await act();
    if (dice.chance(0.7)) await this.#pass(dice.between(1, dice.pick([60, 600, 4000])));
  }

  readonly #settled = <T>(promise: Promise<T>): Promise<T> => this.#time.whenSettled(promise);

  async #pass(ms: number): Promise<void> {
    await this.#time.until(Date.now() + ms);
  }

  #note(deed: Deed, at = ++this.#moment): void {
    this.#deeds.push({ at, deed });
  }

  #send<N extends CallName>(name: N, input: CallInput<N>): Promise<CallAnswer<CallOutput<N>>> {
    this.#calls++;
    return dispatch(this.#console, this.#handlers, name, input, (message) => {
      this.#wrongs.push(message);
    }) as Promise<CallAnswer<CallOutput<N>>>;
  }

  /**
   * One call, at times with somebody leaving in the same moment; `decided` is told of it when it was answered with yes.
   * @param waits whether the handler waits for something before it does anything: nobody who has left decides after that
   */
  async #ask<N extends CallName>(
    name: N,
    input: CallInput<N>,
    concerned: number,
    decided: (value: CallOutput<N>, asked: { by: Person; at: number }) => void,
    waits = true,
  ): Promise<CallOutput<N> | undefined> {
    const by = this.#present;
    const mayAsk = by !== undefined && !this.#isLocked && may(this.#rightsOf(by), needOf(name), concerned);
    const at = ++this.#moment;
    const asked = this.#send(name, input);
    const isLeft = waits && this.#dice.chance(0.12);
    if (isLeft) await this.#leave();
    const answer = await this.#settled(asked);
    this.#trace(
      `${isoTime(Date.now())} ${String(by)}: ${name} ${JSON.stringify(input)}${isLeft ? ' and left' : ''} -> ${JSON.stringify(answer).slice(0, 160)}`,
    );
    if (!answer.ok) {
      this.#refused++;
      return undefined;
    }
    if (by === undefined || !mayAsk) this.#wrongs.push(`${name} was done for ${String(by)}, who has no right to it`);
    else if (isLeft) this.#wrongs.push(`${name} was done for ${by}, who had left`);
    else decided(answer.value, { by, at });
    return answer.value;
  }

  #rightsOf(name: Person): Rights {
    return this.#rights.get(name) ?? PEOPLE[name];
  }

  async #signIn(name: Person): Promise<void> {
    // Refused, which costs as long as a wrong password; `roles.test.ts` tries it.
    if (this.#rightsOf(name).role === 'nobody') return;
    const { ok } = await this.#settled(this.#send('session.signIn', { name, password: PASSWORD }));
    this.#trace(`sign in ${name}: ${String(ok)}`);
    if (!ok) return;
    this.#present = name;
    this.#isLocked = false;
  }

  /** At once, before anything else has its turn. */
  async #leave(): Promise<void> {
    const name = this.#dice.pick(['session.signOut', 'session.lock'] as const);
    const left = this.#send(name, undefined);
    if (name === 'session.signOut') this.#present = undefined;
    else this.#isLocked = this.#present !== undefined;
    await left;
  }

  async #start(): Promise<void> {
    const { dice, providerId } = { dice: this.#dice, providerId: this.#someProvider() };
    const deviceIds = dice.some(this.#console.store.devices.ids(providerId, {}));
    const date = dice.chance(0.25) ? Date.now() + Math.round(dice.between(SOON_MS.least, SOON_MS.most)) : 0;
    await this.#review({
      providerId,
      selection: { deviceIds: dice.chance(0.6) ? deviceIds.slice(0, FOUR_EYES_ABOVE) : deviceIds, identifiers: [] },
      order: this.#someOrder(),
      effectiveAt: date === 0 ? null : isoTime(date),
    });
  }

  async #retry(): Promise<void> {
    const jobId = this.#someJob(({ state, digest }) => state === 'finished' && digest !== null);
    const answer = await this.#settled(this.#send('jobs.retryRequest', { jobId }));
    if (answer.ok) await this.#review(answer.value as CallInput<'changes.review'>);
  }

  /** Looks at a change and starts it. */
  async #review(request: CallInput<'changes.review'>): Promise<void> {
    const review = await this.#settled(this.#send('changes.review', request));
    const { digest, willChange } = review.ok ? review.value : { digest: '0'.repeat(64), willChange: 0 };
    const { providerId, effectiveAt, parent } = request;
    await this.#ask('changes.start', { ...request, confirmed: digest }, providerId, ({ jobId }, { by, at }) => {
      const date = effectiveAt === null ? 0 : Date.parse(effectiveAt);
      this.#note({ what: 'start', jobId, by, providerId, size: willChange, date, parent }, at);
    });
  }

  async #undo(): Promise<void> {
    const jobId = this.#someJob(({ state }) => state === 'finished');
    const plan = await this.#settled(this.#send('jobs.planUndo', { jobId }));
    const { digest, willChange } = plan.ok ? plan.value : { digest: '0'.repeat(64), willChange: 0 };
    const providerId = this.#providerOf(jobId);
    await this.#ask('jobs.undo', { jobId, confirmed: digest }, providerId, ({ jobIds }, { by, at }) => {
      const parent = { jobId, kind: 'undo' } as const;
      for (const child of jobIds)
        this.#note({ what: 'start', jobId: child, by, providerId, size: willChange, date: 0, parent }, at);
    });
  }

  async #decide(name: 'jobs.approve' | 'jobs.reject'): Promise<void> {
    const waiting = this.#console.store.jobs.inState('awaiting-approval').map(({ id }) => id);
    const jobId = waiting.length > 0 && this.#dice.chance(0.9) ? this.#dice.pick(waiting) : this.#someJob();
    const shown = this.#jobs().find(({ id }) => id === jobId)?.digest;
    const isRight = this.#dice.chance(0.9) && shown != null;
    const digest = isRight ? shown : 'f'.repeat(64);
    await this.#ask(name, { jobId, digest, note: '' }, this.#providerOf(jobId), (_value, { by, at }) => {
      // Of something else than what was shown it is no approval; a rejection is one of whatever it is.
      if (name === 'jobs.reject') this.#note({ what: 'reject', jobId, by });
      else if (isRight) this.#note({ what: 'approve', jobId, by }, at);
    });
  }

  async #control(name: 'jobs.cancel' | 'jobs.pause' | 'jobs.resume' | 'jobs.recheck'): Promise<void> {
    const jobId = this.#someJob(({ state }) => state !== 'finished');
    await this.#ask(
      name,
      { jobId },
      this.#providerOf(jobId),
      (_value, { by, at }) => {
        if (name === 'jobs.resume') this.#note({ what: 'resume', jobId, by }, at);
        else if (name === 'jobs.cancel') this.#note({ what: 'cancel', jobId, by });
        else if (name === 'jobs.pause') this.#note({ what: 'pause', jobId, by });
      },
      name !== 'jobs.pause',
    );
  }

  async #settings(): Promise<void> {
    const providerId = this.#someProvider();
    const before = settingsOf(this.#console.store.providers.get(providerId));
    const edit = this.#dice.pick([
      { writesEnabled: false },
      { writesEnabled: true },
      { writesEnabled: true },
      { fourEyesAbove: this.#dice.whole(0, FOUR_EYES_ABOVE - 1) },
      { fourEyesAbove: this.#dice.whole(0, 1) },
      { fourEyesAbove: FOUR_EYES_ABOVE },
      { fourEyesAbove: FOUR_EYES_ABOVE },
    ]);
    const settings = { ...before, ...edit };
    const { fourEyesAbove, writesEnabled } = settings;
    await this.#ask(
      'providers.save',
      { providerId, settings },
      providerId,
      (_value, { at }) => {
        // What it permits counts from the beginning, what it forbids from the end.
        const forbids = edit.writesEnabled === false || (fourEyesAbove ?? 0) < (before.fourEyesAbove ?? Infinity);
        const guards = { what: 'guards', providerId, fourEyesAbove, writesEnabled } as const;
        if (forbids) this.#note(guards);
        else this.#note(guards, at);
      },
      false,
    );
  }

  async #setRights(): Promise<void> {
    const name = this.#dice.pick(['Petra', 'Otto', 'Olga'] as const);
    const original = PEOPLE[name];
    const fresh = this.#dice.pick<Rights>([
      original,
      original,
      { ...original, role: 'nobody' },
      { ...original, role: 'viewer' },
      { ...original, providerId: 3 - original.providerId },
    ]);
    const isDisabled = fresh.role === 'nobody';
    const rights = {
      role: (fresh.role === 'nobody' ? original.role : fresh.role) satisfies Role,
      providers: [fresh.providerId ?? original.providerId],
      disabled: isDisabled,
    };
    await this.#ask(
      'operators.setRights',
      { operatorId: numberOf(name), rights },
      1,
      () => {
        this.#rights.set(name, fresh);
      },
      false,
    );
  }

  #jobs(): Job[] {
    return this.#console.store.jobs.list();
  }

  /** Mostly one that something can be done with; also one that is none. */
  #someJob(isFit: (job: Job) => boolean = () => true): number {
    const fit = this.#jobs().filter(isFit);
    if (fit.length > 0 && this.#dice.chance(0.7)) return this.#dice.pick(fit).id;
    return this.#dice.whole(1, this.#jobs().length + (this.#dice.chance(0.05) ? 1 : 0)) || 1;
  }

  #providerOf(jobId: number): number {
    return this.#jobs().find(({ id }) => id === jobId)?.providerId ?? 1;
  }

  #someProvider(): number {
    return this.#present === 'Olga' ? this.#dice.pick([1, 2, 2, 2]) : this.#dice.pick([1, 1, 1, 2]);
  }

  #someOrder(): ChangeOrder {
    return this.#dice.pick<() => ChangeOrder>([
      () => ({ type: 'carrier-rate-plan', planCode: this.#dice.pick(TARGETS) }),
      () => ({ type: 'carrier-rate-plan', planCode: this.#dice.pick(TARGETS) }),
      () => ({ type: 'suspend' }),
      () => ({ type: 'restore' }),
      () => ({ type: 'custom-fields', fields: { CustomField1: this.#dice.pick(['moved', 'stayed']) } }),
    ])();
  }

  /** A request leaves for an account: of whose job it is says the intent that stands in the store by then. */
  #leaves(request: HttpRequest, account: number): <T>(arrives: () => T) => T {
    const sent = CHANGE_PATH.test(request.path) ? this.#departs(request.body ?? '', account + 1) : 0;
    return (arrives) => {
      this.#arriving = sent;
      try {
        return arrives();
      } finally {
        this.#arriving = 0;
      }
    };
  }

  #departs(body: string, providerId: number): number {
    const { store } = this.#console;
    const intents = new Map(
      // Both accounts have devices with the same numbers.
      store.jobs.inState('running').flatMap((job) =>
        job.providerId === providerId
          ? store.changes.inState(job.id, ['submitting']).map((change) => {
              const iccid = change.deviceId === null ? null : (store.devices.get(change.deviceId)?.iccid ?? null);
              return [iccid ?? change.identifier.id, job.id] as const;
            })
          : [],
      ),
    );
    const devices = parseBody(body)['devices'] as { deviceIds: { id: string }[] }[];
    const byJob = new Map<number, number>();
    for (const { deviceIds } of devices) {
      // Without an intent it is of job 0, which nobody started.
      const jobId = intents.get(deviceIds[0]?.id ?? '') ?? 0;
      byJob.set(jobId, (byJob.get(jobId) ?? 0) + 1);
    }
    for (const [jobId, count] of byJob) {
      this.#trace(`${isoTime(Date.now())} ${count} devices of job ${jobId} leave`);
      this.#note({ what: 'sent', jobId, providerId, devices: count, at: Date.now() });
    }
    return devices.length;
  }

  /** What the carriers did came of requests that were judged, device by device. */
  #judgeLedgers(): void {
    for (const carrier of this.#carriers) {
      const done = new Map<string, number>();
      for (const { requestId } of carrier.ledgerEntries()) done.set(requestId, (done.get(requestId) ?? 0) + 1);
      for (const [requestId, devices] of done)
        if (devices > (this.#taken.get(requestId) ?? 0))
          this.#wrongs.push(`request ${requestId} changed ${devices} devices that nobody saw leave`);
    }
  }
}

function needOf(name: CallName): Need {
  const { needs } = CALLS[name];
  return needs === 'approve' ? 'approve' : needs === 'settings' || needs === 'operators' ? 'admin' : 'change';
}

function guardsOf({ store }: App): { providerId: number; fourEyesAbove: number | null; writesEnabled: boolean }[] {
  return store.providers
    .list()
    .map(({ id, fourEyesAbove, writesEnabled }) => ({ providerId: id, fourEyesAbove, writesEnabled }));
}

async function giveSecrets({ store }: App, vault: Vault, providerId: number): Promise<void> {
  const { key, username } = { ...SIMULATOR_CREDENTIALS, ...ACCOUNTS[providerId - 1] };
  const secrets = { ...SIMULATOR_CREDENTIALS, key, username };
  await vault.write(providerId, secrets, addressOf(store.providers.get(providerId)));
}

/** One network for both carriers: whose a request is says the token that it carries. */
function wireToAll(
  carriers: readonly SimulatedCarrier[],
  dice: Dice,
  leaves: (request: HttpRequest, account: number) => <T>(arrives: () => T) => T,
): Http {
  const wires = carriers.map(
    (carrier, account) =>
      new Wire(carrier, dice, { leaves: (request) => leaves(request, account), answered: () => undefined }),
  );
  const accountOf = new Map<string, number>(
    carriers.map(({ options: { key, secret } }, account) => [
      `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
      account,
    ]),
  );
  return {
    close: () => undefined,
    send: async (request) => {
      const account = accountOf.get(request.headers['Authorization'] ?? '') ?? 0;
      const wire = wires[account];
      if (wire === undefined) throw new RangeError('no such account');
      const answer = await wire.http.send(request);
      const token = /"access_token":"(\w+)"/.exec(answer.text)?.[1];
      if (token !== undefined) accountOf.set(`Bearer ${token}`, account);
      return answer;
    },
  };
}

function newHome(template?: string): string {
  const home = mkdtempSync(join(scratch, 'rateplan-people-'));
  if (template !== undefined) copyFileSync(join(template, 'console.db'), join(home, 'console.db'));
  // Copies of the store are for disks; here they would only take time.
  mkdirSync(join(home, 'backups'));
  writeFileSync(join(home, 'backups', `console-${DAY}.db`), '');
  return home;
}

let made: Promise<string> | undefined;

/** Both accounts with their devices, and the four people; made once for all sequences of this process. */
function storeWithPeople(): Promise<string> {
  made ??= inVirtualTime(BEGINNING, async (time) => {
    const home = newHome();
    process.once('exit', () => {
      rmSync(home, { recursive: true, force: true });
    });
    const dice = new Dice(seededRandom(1));
    const carriers = ACCOUNTS.map((options) => new SimulatedCarrier(options));
    const vault = memoryVault(null);
    const http = wireToAll(carriers, dice, () => (arrives) => arrives());
    const app = new App({ home, vault, actor: 'os-user', random: dice.random, http });
    for (const [account, { options }] of carriers.entries()) {
      const { id } = app.accounts.create({
        ...PROVIDER_DEFAULTS,
        name: `Account ${account + 1}`,
        accountName: options.accountName,
        baseUrl: 'http://127.0.0.1:1',
        batchSize: 2,
        lanes: 2,
        pageSize: 50,
        settleS: 2,
        confirmDeadlineS: 10,
        requestTimeoutS: 5,
        fourEyesAbove: FOUR_EYES_ABOVE,
      });
      await giveSecrets(app, vault, id);
      await time.whenSettled(app.reads.syncPlans(id));
      await time.whenSettled(app.reads.syncDevices(id));
    }
    // Signing in verifies it as any other; only its parameters are small, because this is not about guessing passwords.
    const cheap = { memorySize: 8, iterations: 1, parallelism: 1, hashLength: 32, salt: new Uint8Array(16) };
    const hash = await argon2id({ ...cheap, password: PASSWORD, outputType: 'encoded' });
    for (const name of NAMES) {
      const { role, providerId } = PEOPLE[name];
      const rights = { role, providers: providerId === null ? null : [providerId], disabled: false };
      app.store.operators.insert(name, rights, hash, false, isoTime(BEGINNING));
    }
    await time.whenSettled(app.close());
    return home;
  });
  return made;
}
