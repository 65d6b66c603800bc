/** The carrier's own rules (price plan triggers): they change plans by themselves, now and then. */
import type { Fleet } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import type { PlanRule, SimulatorOptions } from './options.ts';
import { SIMULATED_PLANS } from './plans.ts';
import { seededRandom, type Random } from './random.ts';

const HOUR_MS = 3_600_000;
/** How many devices are looked at for one that a rule is about. */
const TRIES = 200;

export class PlanRules {
  readonly #options: SimulatorOptions;
  readonly #fleet: Fleet;
  readonly #ledger: Ledger;
  /** No part of the history that requests draw from. */
  readonly #random: Random;
  #since: number;

  constructor(options: SimulatorOptions, fleet: Fleet, ledger: Ledger, now: number) {
    this.#options = options;
    this.#fleet = fleet;
    this.#ledger = ledger;
    this.#random = seededRandom(options.seed ^ 0x52e5);
    this.#since = now;
  }

  /** Does what the rules did since the last call. */
  apply(now: number): void {
    const { planRules } = this.#options;
    const hours = Math.max(0, now - this.#since) / HOUR_MS;
    this.#since = Math.max(this.#since, now);
    if (planRules.length === 0) return;
    for (const rule of planRules) {
      const due = hours * rule.perHour;
      // What is less than one change happens with that probability.
      const times = Math.floor(due) + (this.#random() < due % 1 ? 1 : 0);
      for (let n = 0; n < times; n++) this.#changeOne(rule, now);
    }
  }

  #changeOne({ fromPlan, toPlan }: PlanRule, now: number): void {
    const plan = SIMULATED_PLANS.findIndex(({ code }) => code === toPlan);
    if (plan < 0) return;
    for (let n = 0; n < TRIES; n++) {
      const device = Math.floor(this.#random() * this.#fleet.size);
      if (this.#fleet.isAway(device) || this.#fleet.planCode(device) !== fromPlan) continue;
      this.#ledger.changeElsewhere(device, plan, now);
      return;
    }
  }
}
