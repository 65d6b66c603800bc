/** What the simulated carrier really did, and what it has still to do. The ledger is the judge in tests. */
import type { Fleet, SimulatedState } from './fleet.ts';
import { SIMULATED_PLANS } from './plans.ts';

/** What a request does to each of its devices. */
export type Effect =
  | { what: 'plan'; plan: number }
  | { what: 'state'; state: SimulatedState }
  | { what: 'custom fields'; fields: Readonly<Record<string, string>> };

/** What no request asks for: another SIM, another modem, another account. */
type Incident = { what: 'sim'; iccid: string } | { what: 'modem'; imei: string } | { what: 'account' };

/** One device of a request, or what somebody else did to one. */
interface Item {
  dueAt: number;
  device: number;
  effect: Effect | Incident;
  /** Its place among the requests; -1 for what came from elsewhere. */
  request: number;
  /** Numbers of the plans before and after it; known once it is applied. */
  planBefore: number;
  planAfter: number;
  /** The ICCID that it had then, if it has another one by now. */
  iccid: string | undefined;
}

interface AcceptedRequest {
  id: string;
  what: Effect['what'];
  devices: number;
  open: number;
  failed: number;
}

export interface LedgerEntry {
  at: string;
  iccid: string;
  what: (Effect | Incident)['what'];
  /** The plan's code, the state, the fields as JSON, the new ICCID or IMEI; nothing for another account. */
  value: string;
  requestId: string;
  /** Not asked for by a request: the portal, another user, or a rule of the carrier's own. */
  by?: 'elsewhere';
}

/** What became of a device, with the plan that it had afterwards. */
export interface DeviceEvent {
  at: number;
  what: Effect['what'];
  planCode: string;
  by: string;
}

export class Ledger {
  readonly #fleet: Fleet;
  readonly #requests: AcceptedRequest[] = [];
  readonly #requestNumbers = new Map<string, number>();
  /** A binary heap by due time. */
  readonly #pending: Item[] = [];
  readonly #applied: Item[] = [];
  /** From where in the ledger a device's history goes back no further: its SIM went into another modem. */
  readonly #historyFrom = new Map<number, number>();
  #elsewhere = 0;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** What requests did. */
  get appliedCount(): number {
    return this.#applied.length - this.#elsewhere;
  }

  get elsewhereCount(): number {
    return this.#elsewhere;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Takes over an accepted request: each device is changed when it is due. */
  accept(requestId: string, devices: readonly number[], effect: Effect, dueAt: (device: number) => number): void {
    const open = devices.length;
    const request = this.#requests.push({ id: requestId, what: effect.what, devices: open, open, failed: 0 }) - 1;
    this.#requestNumbers.set(requestId, request);
    for (const device of devices) {
      if (effect.what === 'plan') this.#fleet.countChange(device);
      this.#push(newItem(dueAt(device), device, effect, request));
    }
  }

  /** What an accepted request has come to. */
  request(requestId: string): Readonly<AcceptedRequest> | undefined {
    const number = this.#requestNumbers.get(requestId);
    return number === undefined ? undefined : this.#requests[number];
  }

  /** Somebody else changes a device's plan, at once; it counts against the month's quota. */
  changeElsewhere(device: number, plan: number, now: number): void {
    if (this.#fleet.planIndex(device) !== plan) this.#fleet.countChange(device);
    this.#elsewhere++;
    this.#apply(newItem(now, device, { what: 'plan', plan }, -1));
  }

  /** The device gets another SIM: what was done so far was done under the ICCID that it has had. */
  replaceSim(device: number, now: number): string {
    const old = this.#fleet.iccid(device);
    const iccid = this.#fleet.replaceSim(device);
    this.#note(device, { what: 'sim', iccid }, now);
    for (const item of this.#applied) if (item.device === device) item.iccid ??= old;
    return iccid;
  }

  /** The SIM goes into another modem: its history begins anew, because it is kept by IMEI. */
  moveSim(device: number, now: number): string {
    const imei = this.#fleet.moveSim(device);
    this.#note(device, { what: 'modem', imei }, now);
    this.#historyFrom.set(device, this.#applied.length);
    return imei;
  }

  /** The device goes to another account. */
  moveAway(device: number, now: number): void {
    this.#fleet.moveAway(device);
    this.#note(device, { what: 'account' }, now);
  }

  #note(device: number, incident: Incident, now: number): void {
    this.#elsewhere++;
    const item = newItem(now, device, incident, -1);
    item.planBefore = item.planAfter = this.#fleet.planIndex(device);
    this.#applied.push(item);
  }

  /** Applies what is due. Called before every answer, so no timer is needed and the clock can be moved. */
  settle(now: number): void {
    for (let next = this.#pending[0]; next !== undefined && next.dueAt <= now; next = this.#pending[0]) {
      this.#pop();
      const request = this.#requests[next.request];
      if (request !== undefined) request.open--;
      // It was moved to another account after the request was accepted: nothing happens, and nobody is told.
      if (!this.#fleet.isAway(next.device)) this.#apply(next);
      else if (request !== undefined) request.failed++;
    }
  }

  #apply(item: Item): void {
    const { device, effect } = item;
    item.planBefore = this.#fleet.planIndex(device);
    if (effect.what === 'plan') this.#fleet.setPlan(device, effect.plan);
    else if (effect.what === 'state') this.#fleet.setState(device, effect.state);
    else if (effect.what === 'custom fields') this.#fleet.setFields(device, effect.fields);
    item.planAfter = this.#fleet.planIndex(device);
    this.#applied.push(item);
  }

  *entries(): Generator<LedgerEntry> {
    for (const item of this.#applied) {
      yield {
        at: new Date(item.dueAt).toISOString(),
        iccid: item.iccid ?? this.#fleet.iccid(item.device),
        what: item.effect.what,
        value: valueOf(item.effect),
        requestId: this.#requests[item.request]?.id ?? '',
        ...(item.request < 0 ? { by: 'elsewhere' } : {}),
      };
    }
  }

  /** What the carrier's history knows of a device, oldest first. */
  eventsOf(device: number): DeviceEvent[] {
    const events: DeviceEvent[] = [];
    for (const { device: of, dueAt, effect, planAfter, request } of this.#applied.slice(
      this.#historyFrom.get(device),
    )) {
      if (of !== device || effect.what === 'sim' || effect.what === 'modem' || effect.what === 'account') continue;
      const by = request < 0 ? 'carrier portal' : 'simulator';
      events.push({ at: dueAt, what: effect.what, planCode: codeOf(planAfter), by });
    }
    return events;
  }

  /** Which plan a device had at a time, as far as the ledger goes back. */
  plansOf(device: number): (time: number) => string {
    const items = this.#applied.filter((item) => item.device === device);
    return (time) => codeOf(items.find((item) => item.dueAt > time)?.planBefore ?? this.#fleet.planIndex(device));
  }

  #push(item: Item): void {
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

function newItem(dueAt: number, device: number, effect: Effect | Incident, request: number): Item {
  return { dueAt, device, effect, request, planBefore: -1, planAfter: -1, iccid: undefined };
}

function codeOf(plan: number): string {
  return SIMULATED_PLANS[plan]?.code ?? '';
}

function valueOf(effect: Effect | Incident): string {
  switch (effect.what) {
    case 'plan':
      return codeOf(effect.plan);
    case 'state':
      return effect.state;
    case 'custom fields':
      return JSON.stringify(effect.fields);
    case 'sim':
      return effect.iccid;
    case 'modem':
      return effect.imei;
    case 'account':
      return '';
  }
}
