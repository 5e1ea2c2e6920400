/** What the API says of a payout's way to a person: where it goes, its steps, the files for the bank. */
import type { Person } from "./resources.ts";

/** Where a person's payouts go; nulls when nobody has said. */
export interface BankAccount {
  readonly iban: string | null;
  readonly holder: string | null;
}

export interface BankFile {
  readonly id: string;
  readonly part: number;
  readonly payouts: number;
  readonly totalMinor: number;
  readonly approvedBy: Person;
  readonly approvedAt: string;
  readonly downloads: number;
  readonly downloadedBy: Person | null;
  readonly downloadedAt: string | null;
}

export interface BankFiles {
  readonly items: readonly BankFile[];
  readonly payable: {
    readonly underWay: number;
    readonly ready: number;
    readonly withoutIban: number;
    readonly peopleWithoutIban: readonly Person[];
  };
}

export interface PayoutStory {
  readonly steps: readonly {
    readonly at: string;
    readonly what: "requested" | "asked" | "pending" | "unknown" | "settled" | "failed" | "returned";
    readonly attempt: number | null;
    readonly detail: string | null;
  }[];
}
