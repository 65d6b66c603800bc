/** What the simulated carrier really did, and what it has still to do. The ledger is the judge in tests. */
import type { Fleet } from './fleet.ts';
import { SIMULATED_PLANS } from './plans.ts';

interface Pending {
  dueAt: number;
  device: number;
  plan: number;
  request: number;
}

export interface LedgerEntry {
  at: string;
  iccid: string;
  plan: string;
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

  /** Takes over an accepted request: each device gets its plan when it is due. */
  accept(requestId: string, devices: readonly number[], plan: number, dueAt: (device: number) => number): void {
    const request = this.#requests.push(requestId) - 1;
    for (const device of devices) {
      this.#fleet.countChange(device);
      this.#push({ dueAt: dueAt(device), device, plan, request });
    }
  }

  /** Applies what is due. Called before every answer, so no timer is needed and the clock can be moved. */
  settle(now: number): void {
    for (let next = this.#pending[0]; next !== undefined && next.dueAt <= now; next = this.#pending[0]) {
      this.#pop();
      this.#fleet.setPlan(next.device, next.plan);
      this.#applied.push(next);
    }
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
      plan: SIMULATED_PLANS[entry.plan]?.code ?? '',
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
