/**
 * Answers with a code that nobody knows: whether one means "not done" shows when each device of its request has been read
 * back. Only a request of which nothing was done proves it.
 */
import type { CarrierError } from '../thingspace/carrier-error.ts';
import { refusalKey } from './retry-policy.ts';

interface Suspicion {
  key: string;
  /** Changes of the request whose outcome is not known yet. */
  open: Set<number>;
  anyDone: boolean;
}

export class SuspectedRefusals {
  readonly #byChange = new Map<number, Suspicion>();

  /** A request was answered in that way, and its changes are read back now. */
  suspect(error: CarrierError, changeIds: readonly number[]): void {
    const key = refusalKey(error);
    for (const id of changeIds) this.#byChange.delete(id);
    if (key === undefined) return;
    const suspicion = { key, open: new Set(changeIds), anyDone: false };
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
    return suspicion.open.size > 0 || suspicion.anyDone ? undefined : suspicion.key;
  }
}
