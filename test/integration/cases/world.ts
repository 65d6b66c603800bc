/** A hooked carrier and a console on a data folder of its own, for one case. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { App } from '../../../src-main/app.ts';
import type { StateCounts } from '../../../src-main/domain/changes.ts';
import { systemClock, type Clock } from '../../../src-main/domain/clock.ts';
import type { Waiting } from '../../../src-main/domain/waiting.ts';
import { PROVIDER_DEFAULTS, type ProviderSettings } from '../../../src-main/domain/provider-settings.ts';
import type { BulkChangeRequest } from '../../../src-main/bulk-change/plan-changes.ts';
import { identifyList, refuseBadLines } from '../../../src-main/inventory/identify.ts';
import { memoryVault } from '../../../src-main/security/vault.ts';
import type { Device as DeviceRecord } from '../../../src-main/store/devices.ts';
import type { Job } from '../../../src-main/store/jobs.ts';
import type { Provider } from '../../../src-main/store/providers.ts';
import { rateplan } from '../../faults/command-line.ts';
import { ratePlan, until } from '../carrier.ts';
import { ACCOUNT, CREDENTIALS, HookedCarrier, LARGE, type Device, type Hooks } from './hooked-carrier.ts';

/** Short waits: the carrier of these cases does at once what it does. */
const SHORT: Partial<ProviderSettings> = { settleS: 0.3, confirmDeadlineS: 3, requestTimeoutS: 5, lanes: 2 };

export interface CaseOptions {
  devices: Device[];
  hooks?: Hooks;
  settings?: Partial<ProviderSettings>;
  clock?: Clock;
  /** Whether the inventory is read before the case begins. */
  sync?: boolean;
}

export class World {
  readonly carrier: HookedCarrier;
  readonly home = mkdtempSync(join(tmpdir(), 'rateplan-case-'));
  readonly alerts: string[] = [];
  /** Why a job waited, each cause once, in the order in which they came. */
  readonly waits: Waiting['cause'][] = [];
  app: App;
  provider: Provider;
  readonly #clock: Clock | undefined;

  constructor(carrier: HookedCarrier, { settings = {}, clock }: CaseOptions) {
    this.carrier = carrier;
    this.#clock = clock;
    this.app = this.#open();
    this.provider = this.app.accounts.create({
      ...PROVIDER_DEFAULTS,
      ...SHORT,
      name: 'Case',
      accountName: ACCOUNT,
      baseUrl: carrier.url,
      ...settings,
    });
  }

  #open(): App {
    const opened = new App({
      home: this.home,
      vault: memoryVault(null),
      actor: 'tester',
      ...(this.#clock === undefined ? {} : { clock: this.#clock }),
    });
    opened.engine.listen((event) => {
      if (event.kind === 'alert') this.alerts.push(event.message);
      if (event.kind === 'progress' && event.waiting !== null && !this.waits.includes(event.waiting.cause))
        this.waits.push(event.waiting.cause);
    });
    return opened;
  }

  /** As after the program was closed: another console on the same data folder. */
  async reopen(): Promise<void> {
    await this.app.close();
    this.app = this.#open();
    await this.app.credentials.set(this.provider.id, CREDENTIALS);
  }

  async sync(): Promise<void> {
    await this.app.reads.syncPlans(this.provider.id);
    await this.app.reads.syncDevices(this.provider.id);
  }

  /** A change of all devices that the inventory knows, or of these. */
  request(planCode = LARGE, deviceIds = this.app.store.devices.ids(this.provider.id, {})): BulkChangeRequest {
    return {
      providerId: this.provider.id,
      selection: { deviceIds, identifiers: [] },
      order: ratePlan(planCode),
      effectiveAt: null,
    };
  }

  /** A change of what a list of this folder, or a text, names. */
  async listed(list: string | { text: string }, planCode = LARGE): Promise<BulkChangeRequest> {
    const source = typeof list === 'string' ? { path: listFile(list) } : list;
    const identified = await identifyList(this.app.store.devices, this.provider.id, source);
    refuseBadLines(identified);
    return {
      ...this.request(planCode, identified.deviceIds),
      selection: { deviceIds: identified.deviceIds, identifiers: identified.unknown },
    };
  }

  /** Queues a change and starts it. */
  begin(request: BulkChangeRequest = this.request()): Job {
    this.app.startEngine();
    const job = this.app.bulkChanges.create(request, 'tester');
    this.app.engine.startDue();
    return job;
  }

  async run(request: BulkChangeRequest = this.request()): Promise<Job> {
    return this.ended(this.begin(request).id);
  }

  async resume(jobId: number): Promise<Job> {
    this.app.engine.resume(jobId, 'tester');
    return this.ended(jobId);
  }

  async ended(jobId: number): Promise<Job> {
    await this.app.engine.whenEnded(jobId);
    return this.job(jobId);
  }

  job(jobId: number): Job {
    return this.app.store.jobs.get(jobId);
  }

  counts(jobId: number): StateCounts {
    return this.app.store.changes.counts(jobId);
  }

  /** The inventory's record of a device of the carrier. */
  record({ iccid }: Pick<Device, 'iccid'>): DeviceRecord {
    const [id] = this.app.store.devices.idsByIdentifier(this.provider.id, { kind: 'iccid', id: iccid }, 1);
    const record = id === undefined ? undefined : this.app.store.devices.get(id);
    if (record === undefined) throw new Error(`the inventory has no device ${iccid}`);
    return record;
  }

  /** As another program does it, behind the console's back. */
  tamper(sql: string): void {
    const db = new Database(join(this.home, 'console.db'));
    db.exec(sql);
    db.close();
  }

  /** The real command line against this carrier, on a data folder of its own. */
  command(
    args: string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return rateplan(this.commandHome, this.carrier.url, args, {
      THINGSPACE_KEY: CREDENTIALS.key,
      THINGSPACE_SECRET: CREDENTIALS.secret,
      THINGSPACE_USERNAME: CREDENTIALS.username,
      THINGSPACE_PASSWORD: CREDENTIALS.password,
      THINGSPACE_ACCOUNT: ACCOUNT,
      ...env,
    }).done;
  }

  get commandHome(): string {
    return join(this.home, 'command-line');
  }

  audited(action: string): number {
    return [...this.app.store.audit.all()].filter((entry) => entry.action === action).length;
  }

  async close(): Promise<void> {
    await this.app.close();
    this.carrier.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The computer's clock, which a person can set without touching how long things last; and time that can be made to pass. */
export class SetClock implements Clock {
  aheadMs = 0;
  passedMs = 0;
  /** How many times shorter each wait is. */
  haste = 1;
  readonly now = (): number => systemClock.now() + this.aheadMs + this.passedMs;
  readonly uptime = (): number => systemClock.uptime() + this.passedMs;
  readonly elapsed = (): number => systemClock.elapsed() + this.passedMs;
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => systemClock.sleep(ms / this.haste, signal);
}

export function listFile(name: string): string {
  return join(import.meta.dirname, 'lists', name);
}

/** Runs one case and clears up after it, whatever comes of it. */
export async function inWorld(options: CaseOptions, work: (world: World) => Promise<void>): Promise<void> {
  const carrier = await new HookedCarrier(options.devices, options.hooks).start();
  const world = new World(carrier, options);
  try {
    await world.app.credentials.set(world.provider.id, CREDENTIALS);
    if (options.sync !== false) await world.sync();
    await work(world);
  } finally {
    await world.close();
  }
}

export { until };
