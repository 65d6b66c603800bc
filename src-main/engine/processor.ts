/** The ThingSpace processor: sends a job's changes to the carrier and reads them back, by the rules of its change type. */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import type { DeviceIdentifier } from '../domain/identifiers.ts';
import type { Change } from '../store/changes.ts';
import type { DeviceFilter } from '../store/device-query.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { AcceptedChange, DevicePage } from '../thingspace/client.ts';
import type { ChangeTypeRules } from '../bulk-change/change-types/change-type.ts';
import type { Carrier } from './ports.ts';

export class ChangeProcessor {
  readonly #rules: ChangeTypeRules;
  readonly #job: Job;
  readonly #carrier: Carrier;
  readonly #store: Store;
  readonly #pageSize: number;

  constructor(rules: ChangeTypeRules, job: Job, carrier: Carrier, store: Store) {
    this.#rules = rules;
    this.#job = job;
    this.#carrier = carrier;
    this.#store = store;
    this.#pageSize = store.providers.get(job.providerId).pageSize;
  }

  /**
   * What the carrier is asked by: the SIM that is meant, once that is known, by whatever the person named it. A number can
   * move to another SIM between a request and its read-back.
   */
  addressOf({ identifier, deviceId }: Change): DeviceIdentifier {
    const iccid =
      identifier.kind === 'iccid' || deviceId === null ? null : (this.#store.devices.get(deviceId)?.iccid ?? null);
    return iccid === null ? identifier : { kind: 'iccid', id: iccid };
  }

  /** The request's text, written down before it is sent. */
  requestText(changes: readonly Change[]): string {
    return this.#carrier.changeBody(
      this.#rules.order,
      changes.map((change) => this.addressOf(change)),
    );
  }

  /** @param withdrawn aborts when nothing more may leave @throws CarrierError */
  send(requestText: string, withdrawn: AbortSignal): Promise<AcceptedChange> {
    return this.#carrier.change(this.#rules.order.type, requestText, withdrawn);
  }

  /** Whether the carrier's record shows what was asked for. */
  reached(device: CarrierDevice): boolean {
    return this.#rules.isReached(device);
  }

  /** What the carrier's record shows of it. */
  shown(device: CarrierDevice): string | null {
    return this.#rules.valueOf(device);
  }

  /** One page of the devices that have reached it; about {@link pagesToRead} pages in all. @throws CarrierError */
  readReached(from: string): Promise<DevicePage> {
    return this.#carrier.listDevices(from, this.#rules.carrierQuery);
  }

  pagesToRead(): number {
    return this.#pagesFor(this.#rules.localFilter, this.#store.changes.counts(this.#job.id).accepted);
  }

  /** The devices that have a value, page by page; undefined when the carrier cannot list them. */
  listWith(value: string): { pages: number; read: (from: string) => Promise<DevicePage> } | undefined {
    const found = this.#rules.devicesWith(value);
    return (
      found && {
        pages: this.#pagesFor(found.localFilter),
        read: (from) => this.#carrier.listDevices(from, found.carrierQuery),
      }
    );
  }

  #pagesFor(filter: DeviceFilter, besides = 0): number {
    return Math.ceil((this.#store.devices.count(this.#job.providerId, filter) + besides) / this.#pageSize);
  }

  /** One device's record, undefined when the account has none. @throws CarrierError */
  readDevice(change: Change): Promise<CarrierDevice | undefined> {
    return this.#carrier.readDevice(this.addressOf(change));
  }

  /** The device that has the change's name now. @throws CarrierError */
  readNamed({ identifier }: Change): Promise<CarrierDevice | undefined> {
    return this.#carrier.readDevice(identifier);
  }

  /** One page of all devices of the account. @throws CarrierError */
  readAll(from: string): Promise<DevicePage> {
    return this.#carrier.listDevices(from);
  }

  /** The local record of a change's device, made when there is none. @returns its number */
  localRecordOf(change: Change): number {
    const { devices } = this.#store;
    const known = change.deviceId === null ? undefined : devices.get(change.deviceId);
    return known?.id ?? devices.ensure(change.providerId, change.identifier.kind, change.identifier.id);
  }

  /** Brings a local record up to the carrier's, which shows the change. */
  updateLocalRecord(deviceId: number, at: string): void {
    this.#store.devices.recordChange(deviceId, this.#rules.localChange, this.#job.id, at);
  }
}
