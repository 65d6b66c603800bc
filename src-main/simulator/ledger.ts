/** What the simulated carrier really did, and what it has still to do. The ledger is the judge in tests. */
import type { Fleet, SimulatedState } from './fleet.ts';
import { SIMULATED_PLANS } from './plans.ts';

/** What a request does to each of its devices. */
export type Effect =
  | { what: 'plan'; plan: number }
  | { what: 'state'; state: SimulatedState }
  | { what: 'custom fields'; fields: Readonly<Record<string, string>> };

interface Pending {
  dueAt: number;
  device: number;
  effect: Effect;
  request: number;
}

export interface LedgerEntry {
  at: string;
  iccid: string;
  what: Effect['what'];
  /** The plan's code, the state, or the fields as JSON. */
  value: string;
  requestId: string;
}

export class Ledger {
  readonly #fleet: Fleet;
  readonly #requests: string[] = [];
  /** A binary heap by due time. */
  readonly #pending: Pending[] = [];
  readonly #applied: Pending[] = [];

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  get appliedCount(): number {
    return this.#applied.length;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Takes over an accepted request: each device is changed when it is due. */
  accept(requestId: string, devices: readonly number[], effect: Effect, dueAt: (device: number) => number): void {
    const request = this.#requests.push(requestId) - 1;
    for (const device of devices) {
      if (effect.what === 'plan') this.#fleet.countChange(device);
      this.#push({ dueAt: dueAt(device), device, effect, request });
    }
  }

  /** Applies what is due. Called before every answer, so no timer is needed and the clock can be moved. */
  settle(now: number): void {
    for (let next = this.#pending[0]; next !== undefined && next.dueAt <= now; next = this.#pending[0]) {
      this.#pop();
      this.#apply(next);
      this.#applied.push(next);
    }
  }

  #apply({ device, effect }: Pending): void {
    if (effect.what === 'plan') this.#fleet.setPlan(device, effect.plan);
    else if (effect.what === 'state') this.#fleet.setState(device, effect.state);
    else this.#fleet.setFields(device, effect.fields);
  }

  *entries(): Generator<LedgerEntry> {
    for (const entry of this.#applied) yield this.#describe(entry);
  }

  ofDevice(device: number): LedgerEntry[] {
    return this.#applied.filter((entry) => entry.device === device).map((entry) => this.#describe(entry));
  }

  #describe(entry: Pending): LedgerEntry {
    return {
      at: new Date(entry.dueAt).toISOString(),
      iccid: this.#fleet.iccid(entry.device),
      what: entry.effect.what,
      value: valueOf(entry.effect),
      requestId: this.#requests[entry.request] ?? '',
    };
  }

  #push(item: Pending): void {
    const heap = this.#pending;
    let at = heap.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.dueAt <= item.dueAt) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
  }

  #pop(): void {
    const heap = this.#pending;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const [child, index] =
        right !== undefined && left !== undefined && right.dueAt < left.dueAt
          ? [right, 2 * at + 2]
          : [left, 2 * at + 1];
      if (child === undefined || child.dueAt >= last.dueAt) break;
      heap[at] = child;
      at = index;
    }
    heap[at] = last;
  }
}

function valueOf(effect: Effect): string {
  switch (effect.what) {
    case 'plan':
      return SIMULATED_PLANS[effect.plan]?.code ?? '';
    case 'state':
      return effect.state;
    case 'custom fields':
      return JSON.stringify(effect.fields);
  }
}
