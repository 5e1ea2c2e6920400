/** Sealed days (DAY-5, DAY-6): in their order, once, when every partition has closed them, under a seal that can be recomputed. */
import { createHash } from "node:crypto";
import type { Company } from "../../../schemas/company.ts";
import type { DayClosedV1 } from "../../../schemas/generated/messages.ts";
import type { Commit } from "../store/database.ts";
import type { AccountBooks } from "./account-books.ts";
import type { BoardBooks } from "./board-books.ts";
import { demand, same } from "./demand.ts";

export class DayBooks {
  readonly #company: Company;
  readonly #board: BoardBooks;
  readonly #accounts: AccountBooks;
  readonly sealed = new Set<string>();
  #seal = "";

  constructor(company: Company, board: BoardBooks, accounts: AccountBooks) {
    this.#company = company;
    this.#board = board;
    this.#accounts = accounts;
  }

  hear({ writes }: Commit): void {
    for (const { fact } of writes.facts) if (fact.type === "day.closed") this.#closed(fact.data);
  }

  open(): string | undefined {
    for (const date of this.#board.ended) if (!this.sealed.has(date)) return `${date} is not sealed`;
    return undefined;
  }

  #closed({ businessDate, totals, payouts, payoutsMinor, sealHash }: DayClosedV1): void {
    const due = [...this.#board.ended].find((date) => !this.sealed.has(date));
    demand(businessDate === due, "DAY-5", () => `${businessDate} is sealed; due is ${due}`);
    const { partitions } = this.#company;
    const { posted, days } = this.#accounts;
    const rows = Array.from({ length: partitions }, (_, partition) => {
      const closed = days.closed.get(`${businessDate} ${partition}`);
      demand(
        closed !== undefined,
        "DAY-6",
        () => `${businessDate} is sealed before account/${partition} has closed it`,
      );
      const { fees, feesMinor, rewards, rewardsMinor } = posted.of(businessDate, partition);
      return [
        partition,
        fees,
        feesMinor,
        rewards,
        rewardsMinor,
        closed.payouts,
        closed.payoutsMinor,
      ] as const;
    });
    const own = posted.sum(businessDate, partitions);
    demand(
      same(totals, own),
      "DAY-6",
      () => `${businessDate} is sealed with ${JSON.stringify(totals)}; it is ${JSON.stringify(own)}`,
    );
    const sums = [rows.reduce((sum, row) => sum + row[5], 0), rows.reduce((sum, row) => sum + row[6], 0)];
    demand(
      same([payouts, payoutsMinor], sums),
      "DAY-6",
      () => `${businessDate} is sealed with ${payouts} payouts of ${payoutsMinor}; booked are ${sums}`,
    );
    const text = JSON.stringify([this.#seal, businessDate, rows]);
    const seal = createHash("sha256").update(text).digest("hex");
    demand(seal === sealHash, "DAY-6", () => `the seal of ${businessDate} cannot be recomputed`);
    this.#seal = seal;
    this.sealed.add(businessDate);
  }
}
