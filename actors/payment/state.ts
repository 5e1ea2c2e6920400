/** A payment partition's working set: payouts on their way to the provider, each with its own small life (PAY-1), and payees. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type {
  PayeeChangedV1,
  PaymentAnsweredV2,
  PayoutRequestedV1,
} from "../../schemas/generated/messages.ts";
import type { PayoutId, UserId } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import { Entities } from "../runtime/entities.ts";

export type Breakdown = Readonly<PayoutRequestedV1["breakdown"]>;
export type PayoutState = "requested" | "submitted" | "settled" | "failed" | "returned";
export type Provider = NonNullable<PaymentAnsweredV2["provider"]>;

/** Whom the bank pays: never shown to anybody but themself, accountants and admins. */
export type BankAccount = Readonly<Pick<PayeeChangedV1, "iban" | "holder">>;

/** Where a person's payouts go from now on (PAY-2). */
export interface Payee extends BankAccount {
  readonly key: `payee/${string}`;
  readonly accountId: UserId;
  readonly changedAt: string;
}

/** One line of a payout's life, for whoever wants to know how it stands. */
export interface Step {
  readonly at: string;
  readonly what: "requested" | "asked" | "pending" | "unknown" | "settled" | "failed" | "returned";
  /** Which asking it is, or is the answer to. */
  readonly attempt?: number;
  readonly detail?: string;
  /** Who had the provider asked; the provider itself calls back as nobody. */
  readonly by?: UserId;
}

export interface Payout {
  readonly key: `payout/${string}`;
  /** The provider's idempotency key as well: derived from account and business date, so there is no second one. */
  readonly id: PayoutId;
  readonly accountId: UserId;
  readonly businessDate: BusinessDate;
  readonly amountMinor: Minor;
  readonly breakdown: Breakdown;
  /** As it was when the payout was first submitted: under one key the provider must be told the same for ever. */
  readonly payee: BankAccount | undefined;
  readonly state: PayoutState;
  /** How often the provider was asked, the call under way included. */
  readonly attempts: number;
  /** Why it failed, or why it is not settled yet. */
  readonly failure: string | undefined;
  /** Who has answered last: what a provider has paid does not go into a bank file. */
  readonly provider: Provider | undefined;
  /** When it was first said to be paid; it stays when the money comes back after that. */
  readonly settledAt: string | undefined;
  /** The first and the latest steps of its life. */
  readonly steps: readonly Step[];
  readonly updatedAt: string;
}

export type PaymentEntity = Payout | Payee;

export const payoutKey = (id: string): `payout/${string}` => `payout/${id}`;
export const payeeKey = (accountId: string): `payee/${string}` => `payee/${accountId}`;

export class PaymentState extends Entities<PaymentEntity> {
  payout(id: string): Payout | undefined {
    return this.get(payoutKey(id)) as Payout | undefined;
  }

  payee(accountId: string): Payee | undefined {
    return this.get(payeeKey(accountId)) as Payee | undefined;
  }
}

/** A payout may be asked for every ten minutes for weeks; its row shall not grow with it. */
const STEPS_MAX = 40;
const FIRST_STEPS_KEPT = 2;

export function withStep(steps: readonly Step[], step: Step): readonly Step[] {
  if (steps.length < STEPS_MAX) return [...steps, step];
  return [...steps.slice(0, FIRST_STEPS_KEPT), ...steps.slice(FIRST_STEPS_KEPT + 1), step];
}
