/** What the app reads from the carrier beside its jobs: devices, plans, and a device's history. */
import { appendForProvider, type ActionContext } from './audit/action-context.ts';
import { checkQuota, type QuotaCheck } from './bulk-change/plan-change-quota.ts';
import { syncPlans } from './catalog/sync.ts';
import type { DeviceIdentifier } from './domain/identifiers.ts';
import type { CarrierConnections } from './engine/carrier-connections.ts';
import { refreshDevices, type RefreshResult } from './inventory/refresh.ts';
import { syncDevices, type SyncProgress, type SyncResult } from './inventory/sync.ts';
import type { CatalogPlan } from './store/plans.ts';
import { planChangesIn } from './thingspace/history.ts';

export class CarrierReads {
  readonly #context: ActionContext;
  readonly #connections: CarrierConnections;

  constructor(context: ActionContext, connections: CarrierConnections) {
    this.#context = context;
    this.#connections = connections;
  }

  /** @throws CarrierError */
  async syncDevices(
    id: number,
    onProgress?: (progress: SyncProgress) => void,
    signal?: AbortSignal,
  ): Promise<SyncResult> {
    const source = {
      listDevices: (from: string) => this.#connections.read(id, (client) => client.listDevices(from)),
    };
    return syncDevices(this.#context, source, id, onProgress, signal);
  }

  /**
   * Reads these devices' records anew, so that what was changed elsewhere shows: one by one when they are few, by a sync of
   * all when that takes fewer requests.
   * @returns how many were read, and how many had another plan or state than the console believed
   * @throws CarrierError
   */
  async refreshDevices(id: number, deviceIds: readonly number[]): Promise<RefreshResult> {
    const { pageSize } = this.#context.store.providers.get(id);
    if (deviceIds.length > Math.ceil(this.#context.store.devices.count(id) / pageSize)) {
      const { devices, changed } = await this.syncDevices(id);
      return { read: devices, changed };
    }
    return refreshDevices(
      this.#context,
      { readDevice: (one) => this.#connections.read(id, (client) => client.readDevice(one)) },
      id,
      deviceIds,
    );
  }

  /**
   * Asks the carrier's history about the devices that have used most of the month's plan changes.
   * @param effectiveAt UTC ISO 8601: when the change will happen; null for now
   * @throws CarrierError
   */
  async checkQuota(id: number, deviceIds: readonly number[], effectiveAt: string | null): Promise<QuotaCheck> {
    const source = {
      planChanges: async (identifier: DeviceIdentifier, earliest: string, latest: string) => {
        const records = await this.#connections.read(id, (client) => client.readHistory(identifier, earliest, latest));
        const planOf = this.#context.store.plans.reader(id);
        return planChangesIn(records.map((one) => ({ ...one, servicePlan: planOf(one.servicePlan) }))).at;
      },
    };
    const time = effectiveAt === null ? this.#context.clock.now() : Date.parse(effectiveAt);
    return checkQuota(this.#context, source, id, deviceIds, time);
  }

  /** A person has seen which plans were changed elsewhere. @returns how many devices had the mark */
  forgetDrift(id: number): number {
    return this.#context.store.transaction(() => {
      const devices = this.#context.store.devices.forgetDrift(id);
      appendForProvider(this.#context, 'inventory.drift-seen', id, { devices });
      return devices;
    });
  }

  /** @throws CarrierError */
  async syncPlans(id: number): Promise<CatalogPlan[]> {
    return syncPlans(
      this.#context,
      { listPlans: () => this.#connections.read(id, (client) => client.listPlans()) },
      id,
    );
  }
}
