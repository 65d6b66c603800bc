/**
 * A life of the whole console against the simulated carrier, in virtual time and decided by one seed: faults of the
 * network, crashes, pauses, expired tokens and set clocks come when the seed says. Everything but the wire is the product.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Console } from '../../src-main/console.ts';
import { systemClock } from '../../src-main/domain/clock.ts';
import type { ChangeOrder } from '../../src-main/domain/change-order.ts';
import { jobCounts, progressOf, type Priority } from '../../src-main/domain/jobs.ts';
import { PROVIDER_DEFAULTS } from '../../src-main/domain/provider-settings.ts';
import { memoryVault } from '../../src-main/security/vault.ts';
import { SimulatedCarrier } from '../../src-main/simulator/carrier.ts';
import { answerText } from '../../src-main/simulator/answers.ts';
import { NO_FAULTS, SIMULATOR_CREDENTIALS, type RateLimitOptions } from '../../src-main/simulator/options.ts';
import { seededRandom, type Random } from '../../src-main/simulator/random.ts';
import { CarrierError } from '../../src-main/thingspace/carrier-error.ts';
import { parseRetryAfter, type Http } from '../../src-main/thingspace/http.ts';
import { inVirtualTime, type VirtualTime } from './virtual-time.ts';

const HOUR_MS = 3_600_000;
/** No life takes longer, however many faults there are. */
const LONGEST_LIFE_MS = 6 * HOUR_MS;
const LONGEST_APPLY_MS = 4000;
/** In memory where there is a file system for it: nothing here is about the disk. */
const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface Life {
  /** What is wrong, by the carrier's ledger and the console's own books; empty when nothing is. */
  wrongs: string[];
  /** Stands for every entry of the ledger and of the audit. */
  fingerprint: string;
  changed: number;
  crashes: number;
}

/** The wire between a console and the carrier; cut when the console crashes. */
interface Wire {
  http: Http;
  isCut: boolean;
}

export async function live(seed: number): Promise<Life> {
  const random = seededRandom(seed);
  const homes: string[] = [];
  try {
    const start = 1_790_000_000_000 + Math.floor(random() * HOUR_MS * 24 * 300);
    return await inVirtualTime(start, (time) => new World(time, random, seed, homes).live());
  } finally {
    for (const home of homes) rmSync(home, { recursive: true, force: true });
  }
}

class World {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #homes: string[];
  readonly #carrier: SimulatedCarrier;
  readonly #wrongs: string[] = [];
  #wire: Wire;
  #console: Console;
  #providerId = 0;
  #crashes = 0;

  constructor(time: VirtualTime, random: Random, seed: number, homes: string[]) {
    this.#time = time;
    this.#random = random;
    this.#homes = homes;
    const min = this.#between(20, 300);
    this.#carrier = new SimulatedCarrier({
      devices: Math.floor(this.#between(12, 40)),
      seed,
      applyDelayMs: { min, max: this.#between(min, LONGEST_APPLY_MS) },
      suspendedShare: this.#chance(0.3) ? 0.1 : 0,
      maxDevicesPerRequest: this.#chance(0.2) ? 5 : 10_000,
      rateLimit: {
        kind: this.#pick<RateLimitOptions['kind']>(['none', 'token-bucket', 'fixed-window', 'sliding-window']),
        perSecond: this.#between(3, 30),
        windowS: 1,
        retryAfter: this.#pick(['seconds', 'date', 'none']),
      },
    });
    this.#wire = this.#openWire();
    this.#console = this.#openConsole(this.#newHome());
  }

  async live(): Promise<Life> {
    const settings = {
      ...PROVIDER_DEFAULTS,
      name: 'Simulated',
      accountName: this.#carrier.options.accountName,
      baseUrl: 'http://127.0.0.1:1',
      batchSize: Math.ceil(this.#between(1, 12)),
      pageSize: Math.ceil(this.#between(5, 60)),
      lanes: Math.ceil(this.#between(0, 5)),
      // The promise rests on a settling time that is not shorter than the carrier's.
      settleS: (LONGEST_APPLY_MS + 1000) / 1000,
      confirmDeadlineS: 120,
      requestTimeoutS: 5,
      maxAttempts: 30,
    };
    this.#providerId = this.#console.createProvider(settings).id;
    await this.#within(this.#console.setCredentials(this.#providerId, SIMULATOR_CREDENTIALS));
    await this.#within(this.#console.syncPlans(this.#providerId));
    await this.#within(this.#console.syncDevices(this.#providerId));
    this.#carrier.faults = {
      ...NO_FAULTS,
      serverError: this.#between(0, 0.06),
      resetBefore: this.#between(0, 0.08),
      resetAfter: this.#between(0, 0.12),
      htmlError: this.#between(0, 0.04),
      slow: this.#between(0, 0.05),
      slowMs: this.#between(500, 8000),
    };
    const jobs = this.#createJobs();
    await this.#untilFinished(jobs);
    this.#carrier.faults = NO_FAULTS;
    await this.#time.until(Date.now() + 2 * LONGEST_APPLY_MS);
    this.#judge(jobs);
    // A plan's own GUID is made anew for each store.
    const history = this.#console.store.audit
      .page('', 0, 1_000_000)
      .rows.map(({ at, action, subject, detail }) =>
        [at, action, subject, detail.replace(/"PlanUuid":"[^"]*"/, '')].join(),
      );
    const fingerprint = createHash('sha256')
      .update(JSON.stringify(this.#carrier.ledgerEntries()))
      .update(history.join())
      .digest('hex');
    const changed = this.#carrier.ledgerEntries().length;
    await this.#within(this.#console.close());
    return { wrongs: this.#wrongs, fingerprint, changed, crashes: this.#crashes };
  }

  #createJobs(): number[] {
    const orders: ChangeOrder[] = [
      { type: 'carrier-rate-plan', planCode: 'M2M150MB-A' },
      { type: 'suspend' },
      { type: 'custom-fields', fields: { CustomField2: 'moved' } },
    ];
    const ids = this.#console.store.devices.ids(this.#providerId, {});
    const middle = this.#chance(0.5) ? ids.length : Math.floor(this.#between(1, ids.length));
    this.#console.startEngine();
    return [ids.slice(0, middle), ids.slice(middle)].flatMap((deviceIds, index) => {
      if (deviceIds.length === 0) return [];
      const request = {
        providerId: this.#providerId,
        selection: { deviceIds, identifiers: [] },
        order: index === 0 ? (orders[0] ?? this.#pick(orders)) : this.#pick(orders),
        effectiveAt: null,
        priority: this.#pick<Priority>(['low', 'normal', 'high']),
      };
      const { problems, digest } = this.#console.bulkChanges.review(request);
      // All of them may be there already.
      if (problems[0]?.code === 'nothing-to-do') return [];
      return [this.#console.bulkChanges.create({ ...request, confirmed: digest }, 'simulation').id];
    });
  }

  /** Lets things happen until every job is finished. */
  async #untilFinished(jobs: readonly number[]): Promise<void> {
    const deadline = performance.now() + LONGEST_LIFE_MS;
    let events = Math.floor(this.#between(0, 6));
    this.#console.engine.startDue();
    for (;;) {
      await this.#time.until(Date.now() + this.#between(20, events > 0 ? 1500 : 5000));
      const { store, engine } = this.#console;
      if (jobs.every((id) => store.jobs.get(id).state === 'finished')) return;
      if (performance.now() > deadline) {
        this.#wrongs.push(`not finished: ${JSON.stringify(jobs.map((id) => store.jobs.get(id)))}`);
        return;
      }
      if (events > 0) {
        events--;
        await this.#somethingHappens(jobs);
        continue;
      }
      for (const id of jobs)
        if (['paused', 'interrupted', 'stopped'].includes(store.jobs.get(id).state)) engine.resume(id, 'simulation');
    }
  }

  async #somethingHappens(jobs: readonly number[]): Promise<void> {
    const job = this.#pick(jobs);
    const { engine, store } = this.#console;
    switch (
      this.#pick(['crash', 'crash', 'pause', 'resume', 'session', 'bearer', 'clock', 'sync', 'priority'] as const)
    ) {
      case 'crash':
        await this.#crash();
        break;
      case 'pause':
        if (store.jobs.get(job).state !== 'finished') engine.pause(job, 'simulation');
        break;
      case 'resume':
        if (store.jobs.get(job).state !== 'finished') engine.resume(job, 'simulation');
        break;
      case 'session':
        this.#carrier.sessions.expireSession();
        break;
      case 'bearer':
        this.#carrier.sessions.expireBearer();
        break;
      case 'clock': {
        const by = this.#pick([HOUR_MS, -HOUR_MS]);
        this.#time.setClock(Date.now() + by);
        // The carrier's clock is another one.
        this.#carrier.advanceClock(-by);
        break;
      }
      case 'sync':
        await this.#within(this.#console.syncDevices(this.#providerId).catch(ignoreCarrier));
        break;
      case 'priority':
        if (store.jobs.get(job).state !== 'finished')
          engine.setPriority(job, this.#pick(['low', 'normal', 'high']), 'simulation');
    }
  }

  /** The process is gone: what was on disk at this moment is all that the next one has. */
  async #crash(): Promise<void> {
    this.#crashes++;
    const dead = this.#console;
    const home = this.#newHome();
    for (const name of ['console.db', 'console.db-wal'])
      if (existsSync(join(dead.home, name))) copyFileSync(join(dead.home, name), join(home, name));
    this.#wire.isCut = true;
    await this.#within(dead.close());
    this.#wire = this.#openWire();
    this.#console = this.#openConsole(home);
    await this.#within(this.#console.setCredentials(this.#providerId, SIMULATOR_CREDENTIALS));
    this.#console.startEngine();
  }

  #openConsole(home: string): Console {
    const console = new Console({
      home,
      vault: memoryVault(null),
      actor: 'simulation',
      random: this.#random,
      http: this.#wire.http,
    });
    const shares = new Map<number, number>();
    console.engine.listen((event) => {
      if (event.kind !== 'progress') return;
      const { share } = console.progress.update(event);
      if (share < (shares.get(event.jobId) ?? 0) || share > 1) this.#wrongs.push(`progress went to ${String(share)}`);
      shares.set(event.jobId, share);
      if (!isDeepStrictEqual(event.counts, console.store.changes.counts(event.jobId)))
        this.#wrongs.push('the counts are not those of the store');
    });
    return console;
  }

  #openWire(): Wire {
    const wire: Wire = {
      isCut: false,
      http: {
        close: () => undefined,
        send: async (request) => {
          const latency = this.#between(5, 120);
          if (this.#chance(0.01)) throw new CarrierError('not-sent', 'refused', { code: 'ECONNREFUSED' });
          await systemClock.sleep(latency);
          refuseIfCut(wire);
          const answer = this.#carrier.answer({
            method: request.method,
            path: request.path,
            authorization: request.headers['Authorization'],
            sessionToken: request.headers['VZ-M2M-Token'],
            text: request.body ?? '',
          });
          await systemClock.sleep(Math.min(5000, latency + (answer.delayMs ?? 0)));
          refuseIfCut(wire);
          if (answer.breaks === true) throw lost();
          if ((answer.delayMs ?? 0) + latency > 5000)
            throw new CarrierError('ambiguous', 'no answer in time', { code: 'TIMEOUT' });
          return {
            status: answer.status,
            text: answerText(answer),
            retryAfterMs: parseRetryAfter(answer.headers?.['retry-after'], this.#carrier.now()),
          };
        },
      },
    };
    return wire;
  }

  /** The ledger is the judge. */
  #judge(jobs: readonly number[]): void {
    const { store, audit } = this.#console;
    const applied = new Map<string, number>();
    for (const { iccid, value } of this.#carrier.ledgerEntries()) {
      const key = `${iccid} ${value}`;
      applied.set(key, (applied.get(key) ?? 0) + 1);
    }
    const expected = new Set<string>();
    for (const id of jobs) {
      const job = store.jobs.get(id);
      const counts = store.changes.counts(id);
      if (progressOf(jobCounts(counts)) !== 1) this.#wrongs.push(`job ${String(id)} has open changes`);
      for (const change of store.changes.iterate(id)) {
        const key = `${change.identifier.id} ${job.target}`;
        const times = applied.get(key) ?? 0;
        const should = change.state === 'confirmed' ? 1 : 0;
        // An unconfirmed change may have been applied after its deadline: nobody claims to know.
        if (change.state !== 'unconfirmed' && times !== should)
          this.#wrongs.push(`${key}: ${change.state}, applied ${String(times)} times`);
        if (times > 1) this.#wrongs.push(`${key}: applied ${String(times)} times`);
        expected.add(key);
      }
    }
    for (const key of applied.keys()) if (!expected.has(key)) this.#wrongs.push(`${key}: nobody asked for it`);
    const { firstBad } = audit.verify();
    if (firstBad !== null) this.#wrongs.push(`audit: ${firstBad.problem}`);
  }

  #newHome(): string {
    const home = mkdtempSync(join(scratch, 'rateplan-life-'));
    this.#homes.push(home);
    // Copies of the store are for disks; here they would only take time.
    const day = new Date().toISOString().slice(0, 10);
    mkdirSync(join(home, 'backups'));
    writeFileSync(join(home, 'backups', `console-${day}.db`), '');
    return home;
  }

  #within<T>(promise: Promise<T>): Promise<T> {
    return this.#time.whenSettled(promise);
  }

  #between(least: number, most: number): number {
    return least + this.#random() * (most - least);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #pick<T>(choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.#random() * choices.length)];
    if (chosen === undefined) throw new RangeError('nothing to choose from');
    return chosen;
  }
}

function refuseIfCut(wire: Wire): void {
  if (wire.isCut) throw lost();
}

function lost(): CarrierError {
  return new CarrierError('ambiguous', 'the connection broke', { code: 'ECONNRESET' });
}

/** A sync may fail on such a network; the next one goes on. */
function ignoreCarrier(error: unknown): void {
  if (!(error instanceof CarrierError)) throw error;
}
