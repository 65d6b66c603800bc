/** Chance as a seed decides it. */
import type { Random } from '../../src-main/simulator/random.ts';

export class Dice {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  /** From `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.random() * choices.length)];
    if (chosen === undefined) throw new RangeError('nothing to choose from');
    return chosen;
  }

  /** Some of them, in their order; at least one. */
  some<T>(choices: readonly T[]): T[] {
    const share = this.pick([0.1, 0.3, 0.6, 1]);
    const chosen = choices.filter(() => this.chance(share));
    return chosen.length > 0 ? chosen : [this.pick(choices)];
  }
}
