import { expect } from "chai";
import fc from "fast-check";
import { analytics } from "../../../actors/analytics/actor.ts";
import {
  type AnalyticsEntity,
  type Balance,
  completionKey,
  type IncomeDay,
  incomeKey,
} from "../../../actors/analytics/state.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import { minor } from "../../../schemas/money.ts";
import { OnePartition } from "../payment/one-partition.ts";
import { batched, completed, DATES, history, PEOPLE } from "./facts.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });

function rowsAfter(batches: readonly Envelope[][]): ReadonlyMap<string, AnalyticsEntity> {
  const partition = new OnePartition(analytics);
  for (const batch of batches) {
    const { facts, later, deadLetters } = partition.take(...batch);
    expect({ facts, later, deadLetters }).to.deep.equal({ facts: [], later: [], deadLetters: [] });
  }
  return new Map([...partition.rows].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("the analytics projection", () => {
  it("AN-3: the same facts in any batching give the same rows, and state nothing", () => {
    fc.assert(
      fc.property(history, sizes, sizes, (facts, some, others) => {
        expect(rowsAfter(batched(facts, some))).to.deep.equal(rowsAfter(batched(facts, others)));
      }),
    );
  });

  it("AN-1 ACC-7: income of a date is its fees − rewards; payouts, returns, bonuses and corrections never count", () => {
    fc.assert(
      fc.property(history, sizes, (facts, some) => {
        const rows = rowsAfter(batched(facts, some));
        for (const date of DATES) {
          const day = rows.get(incomeKey(date)) as IncomeDay | undefined;
          const moved = facts.reduce((sum, { type, data }) => {
            if (type !== "ledger.entry-posted" || data.businessDate !== date) return sum;
            return data.kind === "fee" || data.kind === "reward" ? sum + data.amountMinor : sum;
          }, 0);
          expect((day?.feesMinor ?? 0) - (day?.rewardsMinor ?? 0)).to.equal(0 - moved);
          expect(day?.feesMinor ?? 0).to.be.at.least(0);
          expect(day?.rewardsMinor ?? 0).to.be.at.least(0);
        }
      }),
    );
  });

  it("AN-1: the balance of a date is the one after its last entry, and the newest is the balance now", () => {
    fc.assert(
      fc.property(history, sizes, (facts, some) => {
        const rows = [...rowsAfter(batched(facts, some)).values()];
        for (const id of PEOPLE) {
          const entries = facts.flatMap(({ type, data }) =>
            type === "ledger.entry-posted" && data.accountId === id ? [data] : [],
          );
          const lastOf = new Map(entries.map((entry) => [entry.businessDate, entry.balanceAfterMinor]));
          const balances = rows.filter(
            (row): row is Balance => "balanceMinor" in row && row.accountId === id,
          );
          expect(new Map(balances.map((row) => [row.businessDate, row.balanceMinor]))).to.deep.equal(lastOf);
        }
      }),
    );
  });

  it("AN-2: a completion is kept with everything that the most expensive task shows", () => {
    const [who] = PEOPLE as [(typeof PEOPLE)[0]];
    const [date] = DATES as [(typeof DATES)[0]];
    const fact = completed(who, date, minor(4_000), 7, "UBERPOP-42");
    const rows = rowsAfter([[fact]]);
    const { taskId, occurredAt } = fact.data;
    expect(rows.get(completionKey(taskId))).to.deep.equal({
      key: completionKey(taskId),
      taskId,
      businessDate: date,
      rewardMinor: 4_000,
      completedAt: occurredAt,
      number: 8,
      title: "Task 7",
      jiraId: "UBERPOP-42",
      assigneeId: who,
    });
  });

  it("AN-1: a rename takes the place of the name before", () => {
    fc.assert(
      fc.property(history, sizes, (facts, some) => {
        const names = new Map<string, string>();
        for (const { type, data } of facts) {
          if (type === "user.registered" || type === "user.profile-changed")
            names.set(data.userId, data.name);
        }
        const rows = [...rowsAfter(batched(facts, some)).values()];
        const kept = rows.flatMap((row) => ("name" in row ? [[row.id, row.name] as const] : []));
        expect(new Map(kept)).to.deep.equal(names);
      }),
    );
  });
});
