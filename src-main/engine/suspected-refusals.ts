/**
 * Answers with a code that nobody knows: whether one means "not done" shows when each device of its request has been read
 * back. Only a request of which nothing was done proves it, and only by two devices: a single record may be wrong.
 */
import type { CarrierError } from '../thingspace/carrier-error.ts';
import { refusalKey } from './error-policy.ts';

interface Suspicion {
  key: string;
  /** Changes of the request whose outcome is not known yet. */
  open: Set<number>;
  devices: number;
  anyDone: boolean;
}

/** So many devices, in one request or several, have to show that nothing was done. */
const DEVICES_TO_PROVE = 2;

export class SuspectedRefusals {
  readonly #byChange = new Map<number, Suspicion>();
  /** Changes that have shown it so far, by the answer's key. */
  readonly #proven = new Map<string, Set<number>>();

  /** A request was answered in that way, and its changes are read back now. */
  suspect(error: CarrierError, changeIds: readonly number[]): void {
    const key = refusalKey(error);
    for (const id of changeIds) this.#byChange.delete(id);
    if (key === undefined) return;
    const suspicion = { key, open: new Set(changeIds), devices: changeIds.length, anyDone: false };
    for (const id of changeIds) this.#byChange.set(id, suspicion);
  }

  /**
   * A change was read back.
   * @param found `before`: its record shows what it had before. One that shows anything else is not read back yet.
   * @returns the answer's key when it is proven now that it means "not done"
   */
  readBack(changeId: number, found: 'done' | 'before'): string | undefined {
    const suspicion = this.#byChange.get(changeId);
    if (suspicion === undefined) return undefined;
    this.#byChange.delete(changeId);
    suspicion.open.delete(changeId);
    suspicion.anyDone ||= found === 'done';
    if (suspicion.open.size > 0) return undefined;
    const { key } = suspicion;
    if (suspicion.anyDone) {
      this.#proven.delete(key);
      return undefined;
    }
    const proven = this.#proven.get(key) ?? new Set();
    this.#proven.set(key, proven.add(changeId));
    return Math.max(suspicion.devices, proven.size) >= DEVICES_TO_PROVE ? key : undefined;
  }
}
