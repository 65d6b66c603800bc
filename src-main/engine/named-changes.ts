/** Finds changes by the identifiers that a carrier's record shows: for the walks through the carrier's lists. */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import { namedKeys, shownKeys, type DeviceIdentifier } from '../domain/identifiers.ts';
import type { Change } from '../store/changes.ts';

export class NamedChanges {
  readonly #byKey: Map<string, Change>;

  readonly #nameOf: (change: Change) => DeviceIdentifier;

  /** @param nameOf what a change is looked for by */
  constructor(changes: readonly Change[], nameOf: (change: Change) => DeviceIdentifier) {
    this.#nameOf = nameOf;
    this.#byKey = new Map(changes.flatMap((change) => namedKeys(nameOf(change)).map((key) => [key, change] as const)));
  }

  /** Nobody is looked for any more. */
  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** The changes that name the record's device; a list can name one twice. */
  of({ identifiers }: Pick<CarrierDevice, 'identifiers'>): Change[] {
    return [...new Set([...shownKeys(identifiers)].flatMap((key) => this.#byKey.get(key) ?? []))];
  }

  /** Its device was found. */
  found(change: Change): void {
    for (const key of namedKeys(this.#nameOf(change))) this.#byKey.delete(key);
  }
}
