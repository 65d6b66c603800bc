/** Finds changes by the identifiers that a carrier's record shows: for the walks through the carrier's lists. */
import type { CarrierDevice } from '../domain/carrier-device.ts';
import { namedKeys, shownKeys } from '../domain/identifiers.ts';
import type { Change } from '../store/changes.ts';

export class NamedChanges {
  readonly #byKey: Map<string, Change>;

  constructor(changes: readonly Change[]) {
    this.#byKey = new Map(
      changes.flatMap((change) => namedKeys(change.identifier).map((key) => [key, change] as const)),
    );
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
  found({ identifier }: Change): void {
    for (const key of namedKeys(identifier)) this.#byKey.delete(key);
  }
}
