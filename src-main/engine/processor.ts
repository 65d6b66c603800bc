/** What a change type brings; everything else is the engine's and the same for all types. */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import type { Change } from '../store/changes.ts';
import type { AcceptedChange, DevicePage } from '../thingspace/client.ts';

/** What a change type has to know; queue, batches, retry, confirmation and recovery are the engine's. */
export interface ChangeProcessor {
  /** The request's text, written down before it is sent. */
  requestText(changes: readonly Change[]): string;
  /** @throws CarrierError */
  send(requestText: string): Promise<AcceptedChange>;
  /** Whether the carrier's record shows what was asked for. */
  reached(device: CarrierDevice): boolean;
  /** One page of the devices that have reached it; about {@link pagesToRead} pages in all. @throws CarrierError */
  readReached(from: string): Promise<DevicePage>;
  pagesToRead(): number;
  /** One device's record, undefined when the account has none. @throws CarrierError */
  readDevice(change: Change): Promise<CarrierDevice | undefined>;
  /** Brings the local device record up to the carrier's. @returns the local device's number */
  updateLocalRecord(change: Change, at: string): number;
}
