/** What analytics must show, by a replay of every fact (AN-1..3, invariants 5 and 7): compared at a quiet moment. */
import type { Balance, Completion, IncomeDay } from "../../../actors/analytics/state.ts";
import type { Fact } from "../../../actors/runtime/actor.ts";
import type { Commit, SimulatedDatabase } from "../store/database.ts";
import { demand, same } from "./demand.ts";

export class ProjectionBooks {
  readonly #income = new Map<string, [fees: number, rewards: number]>();
  readonly #balances = new Map<string, number>();
  readonly #completions = new Map<string, unknown>();

  hear({ lease: { partition }, writes }: Commit): void {
    for (const { fact } of writes.facts) this.#hearFact(partition, fact);
  }

  check(database: SimulatedDatabase): void {
    const income = new Map<string, [number, number]>();
    const balances = new Map<string, number>();
    const completions = new Map<string, unknown>();
    for (const { partition, entity } of database.table("analytics").rows()) {
      if (entity.key.startsWith("income/")) {
        const { incomeDate, feesMinor, rewardsMinor } = entity as IncomeDay;
        income.set(`${incomeDate} ${partition}`, [feesMinor, rewardsMinor]);
      } else if (entity.key.startsWith("balance/")) {
        const { accountId, businessDate, balanceMinor } = entity as Balance;
        balances.set(`${accountId} ${businessDate}`, balanceMinor);
      } else if (entity.key.startsWith("completion/")) {
        const { taskId, businessDate, rewardMinor, assigneeId } = entity as Completion;
        completions.set(taskId, [businessDate, rewardMinor, assigneeId]);
      }
    }
    areSame("income", income, this.#income);
    areSame("balances", balances, this.#balances);
    areSame("completions", completions, this.#completions);
  }

  #hearFact(partition: number, fact: Fact): void {
    if (fact.type === "task.completed") {
      const { taskId, businessDate, rewardMinor, assigneeId } = fact.data;
      this.#completions.set(taskId, [businessDate, rewardMinor, assigneeId]);
    }
    if (fact.type !== "ledger.entry-posted") return;
    const { kind, amountMinor, businessDate, accountId, balanceAfterMinor } = fact.data;
    this.#balances.set(`${accountId} ${businessDate}`, balanceAfterMinor);
    if (kind !== "fee" && kind !== "reward") return;
    const day = `${businessDate} ${partition}`;
    const [fees, rewards] = this.#income.get(day) ?? [0, 0];
    this.#income.set(day, kind === "fee" ? [fees - amountMinor, rewards] : [fees, rewards + amountMinor]);
  }
}

function areSame(
  what: string,
  shown: ReadonlyMap<string, unknown>,
  expected: ReadonlyMap<string, unknown>,
): void {
  demand(
    shown.size === expected.size,
    "invariant 7",
    () => `analytics shows ${shown.size} ${what} of ${expected.size}`,
  );
  for (const [key, value] of expected) {
    const row = shown.get(key);
    demand(
      same(row, value),
      "invariant 7",
      () => `analytics shows ${JSON.stringify(row)} for ${what} ${key}; it is ${JSON.stringify(value)}`,
    );
  }
}
