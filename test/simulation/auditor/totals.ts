/** Fees and rewards, counted and summed: what the board sent, or an account partition posted, for one date. */
export interface Totals {
  fees: number;
  feesMinor: number;
  rewards: number;
  rewardsMinor: number;
}

export class TotalsByDate {
  readonly #totals = new Map<string, Totals>();

  of(date: string, partition: number): Totals {
    const key = `${date} ${partition}`;
    const known = this.#totals.get(key);
    if (known !== undefined) return known;
    const none = { fees: 0, feesMinor: 0, rewards: 0, rewardsMinor: 0 };
    this.#totals.set(key, none);
    return none;
  }

  add(date: string, partition: number, kind: "fee" | "reward", amount: number): void {
    const totals = this.of(date, partition);
    if (kind === "fee") {
      totals.fees += 1;
      totals.feesMinor += amount;
    } else {
      totals.rewards += 1;
      totals.rewardsMinor += amount;
    }
  }

  /** Over all partitions. */
  sum(date: string, partitions: number): Totals {
    const sum = { fees: 0, feesMinor: 0, rewards: 0, rewardsMinor: 0 };
    for (let partition = 0; partition < partitions; partition++) {
      const totals = this.of(date, partition);
      sum.fees += totals.fees;
      sum.feesMinor += totals.feesMinor;
      sum.rewards += totals.rewards;
      sum.rewardsMinor += totals.rewardsMinor;
    }
    return sum;
  }
}
