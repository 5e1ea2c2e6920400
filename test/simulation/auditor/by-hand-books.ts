/**
 * Money without a task (ACC-5, JOB-1): a correction is booked once when another than its author, and than whose account
 * it is, has approved it, as it was proposed; a bonus of a schedule once for each that was granted. Nothing else is.
 */
import type { CorrectionApprovedV1, LedgerEntryPostedV2 } from "../../../schemas/generated/messages.ts";
import type { Commit } from "../store/database.ts";
import { demand } from "./demand.ts";

interface Correction {
  readonly accountId: string;
  readonly kind: string;
  readonly amountMinor: number;
  readonly reason: string;
  readonly proposedBy: string;
  state: "proposed" | "approved" | "rejected";
}

interface Owed {
  readonly accountId: string;
  readonly kind: string;
  readonly amountMinor: number;
  readonly reason: string;
  isBooked: boolean;
}

export class ByHandBooks {
  readonly #corrections = new Map<string, Correction>();
  /** By the transfer that must book it. */
  readonly #owed = new Map<string, Owed>();

  /** A commit of the bookkeeper. */
  hear({ writes }: Commit): void {
    for (const { fact } of writes.facts) {
      if (fact.type === "correction.proposed") {
        const { correctionId, accountId, kind, amountMinor, reason, proposedBy } = fact.data;
        const words = { accountId, kind, amountMinor, reason, proposedBy };
        this.#corrections.set(correctionId, { ...words, state: "proposed" });
      } else if (fact.type === "correction.approved") {
        this.#approved(fact.data);
      } else if (fact.type === "correction.rejected") {
        this.#decided(fact.data.correctionId, "rejected");
      }
    }
  }

  granted(bonusId: string, accountId: string, amountMinor: number, reason: string): void {
    this.#owe(bonusId, { accountId, kind: "bonus", amountMinor, reason, isBooked: false });
  }

  /** An entry of an account that no task and no payout stands for. */
  take({ transferId, accountId, kind, amountMinor, title }: LedgerEntryPostedV2): void {
    const owed = this.#owed.get(transferId);
    const what = `the ${kind} of ${amountMinor} on account ${accountId}`;
    demand(owed !== undefined, "ACC-5", () => `nobody asked for ${what}`);
    const isIt = owed.accountId === accountId && owed.kind === kind && owed.amountMinor === amountMinor;
    demand(isIt, "ACC-5", () => `${what} was decided as ${JSON.stringify(owed)}`);
    demand(
      owed.reason === title,
      "ACC-5",
      () => `${what} is booked for "${title}", not for "${owed.reason}"`,
    );
    demand(!owed.isBooked, "ACC-5", () => `${what} is booked twice`);
    owed.isBooked = true;
  }

  open(): string | undefined {
    for (const { accountId, kind, amountMinor, isBooked } of this.#owed.values())
      if (!isBooked) return `a ${kind} of ${amountMinor} is not booked on account ${accountId}`;
    return undefined;
  }

  #approved({ correctionId, accountId, kind, amountMinor, reason, approvedBy }: CorrectionApprovedV1): void {
    const correction = this.#decided(correctionId, "approved");
    const isAnother = approvedBy !== correction.proposedBy && approvedBy !== correction.accountId;
    demand(isAnother, "ACC-5", () => `correction ${correctionId} is approved by ${approvedBy}: four eyes`);
    const isSame =
      correction.accountId === accountId &&
      correction.kind === kind &&
      correction.amountMinor === amountMinor &&
      correction.reason === reason;
    demand(isSame, "ACC-5", () => `correction ${correctionId} is approved as another than was proposed`);
    this.#owe(correctionId, { accountId, kind, amountMinor, reason, isBooked: false });
  }

  #decided(id: string, state: Correction["state"]): Correction {
    const correction = this.#corrections.get(id);
    demand(correction !== undefined, "ACC-5", () => `correction ${id} is ${state} and was never proposed`);
    const before = correction.state;
    demand(before === "proposed", "ACC-5", () => `correction ${id} is ${state}, and was ${before} before`);
    correction.state = state;
    return correction;
  }

  #owe(transferId: string, owed: Owed): void {
    demand(!this.#owed.has(transferId), "ACC-5", () => `${transferId} is decided twice`);
    this.#owed.set(transferId, owed);
  }
}
