/**
 * The auditor: keeps its own books, from what the board decided and what payouts came back, and nothing else. It knows
 * the rules from requirements.md, not the ledger's code, and says what every day must have come to.
 */
import { type SealedPartition, sealHash } from "../../../actors/ledger/seal.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { LedgerEntryPostedV2 } from "../../../schemas/generated/messages.ts";
import { minor } from "../../../schemas/money.ts";
import { partitionOf } from "../../../streams/partition.ts";
import { COMPANY } from "../../support/said.ts";
import type { Happened, Lies } from "./town.ts";

interface Movement {
  readonly user: string;
  readonly date: BusinessDate;
  readonly kind: "fee" | "reward" | "return";
  readonly amount: number;
}

export interface AuditedDay {
  readonly date: BusinessDate;
  /** User → amount. */
  readonly payouts: Readonly<Record<string, number>>;
  readonly held: readonly string[];
  readonly fees: number;
  readonly rewards: number;
}

export interface Audit {
  readonly days: readonly AuditedDay[];
  readonly balances: Readonly<Record<string, number>>;
}

export class Auditor {
  readonly #movements: Movement[] = [];
  readonly #lies: Lies;

  constructor(lies: Lies) {
    this.#lies = lies;
  }

  /** What the board decided moves money; what the ledger says of it is not asked. */
  hear({ where, fact }: Happened): void {
    if (where !== "board") return;
    if (fact.type === "task.assigned") {
      const { assigneeId: user, businessDate: date, feeMinor } = fact.data;
      this.#movements.push({ user, date, kind: "fee", amount: -feeMinor });
    }
    if (fact.type === "task.completed") {
      const { assigneeId: user, businessDate: date, rewardMinor } = fact.data;
      this.#movements.push({ user, date, kind: "reward", amount: rewardMinor });
    }
  }

  /** A payout came back while `date` was open where its account is. */
  hearReturn(user: string, date: BusinessDate, amount: number): void {
    this.#movements.push({ user, date, kind: "return", amount });
  }

  /** Closes the dates one after another, as the rules say: DAY-2, DAY-4. */
  audit(dates: readonly BusinessDate[]): Audit {
    const balances: Record<string, number> = {};
    const days = dates.map((date): AuditedDay => {
      const moved = this.#movements.filter((movement) => movement.date === date);
      for (const { user, amount } of moved) balances[user] = (balances[user] ?? 0) + amount;
      const payouts: Record<string, number> = {};
      const held: string[] = [];
      for (const [user, balance] of Object.entries(balances)) {
        if (balance <= 0) continue;
        const isHeld =
          this.#lies(date, partitionOf(user, COMPANY.partitions)) && moved.some((each) => each.user === user);
        if (isHeld) held.push(user);
        else {
          payouts[user] = balance;
          balances[user] = 0;
        }
      }
      const sum = (kind: Movement["kind"]) =>
        moved.reduce((total, each) => total + (each.kind === kind ? Math.abs(each.amount) : 0), 0);
      return { date, payouts, held: held.sort(), fees: sum("fee"), rewards: sum("reward") };
    });
    const rest = this.#movements.filter(({ date }) => !dates.includes(date));
    for (const { user, amount } of rest) balances[user] = (balances[user] ?? 0) + amount;
    return { days, balances };
  }
}

/** The seals of the dates, computed from the entries alone (DAY-6). */
export function sealsFrom(entries: readonly LedgerEntryPostedV2[], dates: readonly BusinessDate[]): string[] {
  let previous = "";
  return dates.map((date) => {
    const ofDate = entries.filter(({ businessDate }) => businessDate === date);
    const partitions = Array.from({ length: COMPANY.partitions }, (_, partition) =>
      sealedPartition(
        partition,
        ofDate.filter(({ accountId }) => partitionOf(accountId, COMPANY.partitions) === partition),
      ),
    );
    previous = sealHash(previous, date, partitions);
    return previous;
  });
}

function sealedPartition(partition: number, entries: readonly LedgerEntryPostedV2[]): SealedPartition {
  const of = (kind: string) => entries.filter((entry) => entry.kind === kind);
  const sum = (kind: string) =>
    minor(of(kind).reduce((total, { amountMinor }) => total + Math.abs(amountMinor), 0));
  return {
    partition,
    posted: {
      fees: of("fee").length,
      feesMinor: sum("fee"),
      rewards: of("reward").length,
      rewardsMinor: sum("reward"),
    },
    payouts: of("payout").length,
    payoutsMinor: sum("payout"),
  };
}
