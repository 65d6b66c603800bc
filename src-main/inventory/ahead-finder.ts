/** Looks ICCIDs up many at a time: a list of a million of them asks the store two thousand times, not a million. */
import { normalIdentifier, type DeviceIdentifier } from '../domain/identifiers.ts';
import type { Device, DeviceRepository } from '../store/devices.ts';
import type { ListRow } from './list-reader.ts';

/** What finding a row's device asks of the inventory. */
export type DeviceFinder = Pick<DeviceRepository, 'idsByIdentifier' | 'get'>;

export class AheadFinder implements DeviceFinder {
  readonly #devices: DeviceRepository;
  readonly #providerId: number;
  #known: ReadonlyMap<string, number> = new Map();
  #asked: ReadonlySet<string> = new Set();

  constructor(devices: DeviceRepository, providerId: number) {
    this.#devices = devices;
    this.#providerId = providerId;
  }

  /** Looks up what these rows name; call it before they are sorted. */
  lookUp(rows: readonly ListRow[]): void {
    this.#asked = new Set(rows.flatMap(({ cells }) => cells.flatMap((readings) => readings.flatMap(iccidOf))));
    this.#known = this.#devices.idsOfIccids(this.#providerId, [...this.#asked]);
  }

  idsByIdentifier(providerId: number, identifier: DeviceIdentifier, limit: number): number[] {
    const normal = identifier.kind === 'iccid' ? normalIdentifier(identifier) : undefined;
    if (providerId !== this.#providerId || normal === undefined || !this.#asked.has(normal.id))
      return this.#devices.idsByIdentifier(providerId, identifier, limit);
    const id = this.#known.get(normal.id);
    return id === undefined ? [] : [id];
  }

  get(id: number): Device | undefined {
    return this.#devices.get(id);
  }
}

function iccidOf(reading: ListRow['cells'][number][number]): string[] {
  return reading.ok && reading.identifier.kind === 'iccid' ? [reading.identifier.id] : [];
}
