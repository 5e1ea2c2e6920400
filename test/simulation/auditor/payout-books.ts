/**
 * Payouts and their receipts (PAY-1, PAY-3, DAY-5): one per person and date, requested as it was booked, settled when the
 * provider has paid it and only then, or failed and booked back once, be it that the bank has brought it back; and one
 * mail for each that is settled, one for each that failed.
 */
import type { Mail } from "../../../actors/mailer/state.ts";
import type { PaymentEntity, Payout } from "../../../actors/payment/state.ts";
import type {
  LedgerEntryPostedV2,
  PaymentSubmitV2,
  PayoutRequestedV1,
} from "../../../schemas/generated/messages.ts";
import type { Commit, SimulatedDatabase } from "../store/database.ts";
import type { Net } from "./account-book.ts";
import { demand, same } from "./demand.ts";

type Template = "receipt" | "payout-failed";

interface PayoutBook {
  readonly id: string;
  readonly accountId: string;
  readonly date: string;
  readonly amount: number;
  state: "booked" | "requested" | "settled" | "failed" | "returned";
  isBookedBack: boolean;
  isPaid: boolean;
  /** It was paid, and the bank has brought it back. */
  isBounced: boolean;
  /** What the provider was told with the first asking. */
  terms: string | undefined;
  /** Its mails are due; the mail server took them under these Message-IDs. */
  readonly mails: Partial<Record<Template, string | undefined>>;
}

/** A receipt tells of money that arrived; this of money that did not. */
const BAD_NEWS = /did not arrive|не дошла/;
const PAYOUT_ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;

export class PayoutBooks {
  readonly #payouts = new Map<string, PayoutBook>();
  readonly #mailsSent = new Set<string>();

  booked({ payoutId, accountId, businessDate, amountMinor }: LedgerEntryPostedV2): void {
    const id = String(payoutId);
    demand(!this.#payouts.has(id), "DAY-5", () => `payout ${id} is booked twice`);
    const fresh = {
      isBookedBack: false,
      isPaid: false,
      isBounced: false,
      terms: undefined,
      state: "booked",
    } as const;
    this.#payouts.set(id, { id, accountId, date: businessDate, amount: -amountMinor, ...fresh, mails: {} });
  }

  /** The request says what was booked, and what it is made of. */
  request(data: PayoutRequestedV1, net: Net): void {
    const payout = this.#of(data.payoutId, "is requested");
    demand(
      payout.state === "booked",
      "DAY-5",
      () => `payout ${payout.id} is requested while it is ${payout.state}`,
    );
    this.#isIt(payout, data);
    const { carriedMinor, ...made } = data.breakdown;
    const carried = payout.amount - net.rewardsMinor + net.feesMinor - net.otherMinor;
    const isMade = same(made, net) && carriedMinor === carried;
    demand(
      isMade,
      "PAY-3",
      () =>
        `payout ${payout.id} is made of ${JSON.stringify(data.breakdown)}; it is ${JSON.stringify({ carriedMinor: carried, ...net })}`,
    );
    payout.state = "requested";
  }

  /** A payment partition's commit. */
  hear({ writes }: Commit): void {
    for (const { fact } of writes.facts) {
      if (fact.type === "payout.settled") this.#settled(fact.data.payoutId, fact.data);
      if (fact.type === "payout.failed") this.#failed(fact.data.payoutId, fact.data);
    }
    for (const entity of writes.changed as readonly PaymentEntity[]) {
      if (!("amountMinor" in entity)) continue; // where somebody is paid
      const payout = this.#of(entity.id, "is handed to the provider");
      this.#isIt(payout, { ...entity });
    }
  }

  /** A mailer partition's commit. */
  hearMail({ writes }: Commit): void {
    for (const { fact } of writes.facts) {
      if (fact.type !== "mail.sent") continue;
      const { mailId } = fact.data;
      demand(!this.#mailsSent.has(mailId), "PAY-3", () => `mail ${mailId} is sent twice`);
      this.#mailsSent.add(mailId);
    }
  }

  takeReturn({ payoutId, accountId, amountMinor }: LedgerEntryPostedV2): void {
    const payout = this.#of(String(payoutId), "is booked back");
    const isOwed = payout.state === "failed" && !payout.isBookedBack;
    demand(isOwed, "PAY-1", () => `payout ${payout.id} is booked back while it is ${payout.state}`);
    const isSame = payout.accountId === accountId && payout.amount === amountMinor;
    demand(isSame, "PAY-1", () => `payout ${payout.id} of ${payout.amount} is booked back as ${amountMinor}`);
    payout.isBookedBack = true;
  }

  returned(payoutId: string): void {
    const payout = this.#of(payoutId, "is returned");
    demand(payout.isBookedBack, "PAY-1", () => `payout ${payoutId} is returned, but not booked back`);
    payout.state = "returned";
  }

  /** Outside: the provider has really paid. */
  paid(payoutId: string, accountId: string, amount: number): void {
    const payout = this.#of(payoutId, "is paid by the provider");
    const isSo = payout.accountId === accountId && payout.amount === amount && payout.state === "requested";
    demand(
      isSo && !payout.isPaid,
      "PAY-1",
      () => `the provider pays ${amount} to ${accountId}: ${JSON.stringify(payout)}`,
    );
    payout.isPaid = true;
  }

  /** Outside: the provider is asked to pay, under one key with the same words for ever (PAY-1, PAY-2). */
  asked({ attempt: _, ...said }: PaymentSubmitV2): void {
    const payout = this.#of(said.payoutId, "is submitted");
    const terms = JSON.stringify(said);
    const before = payout.terms ?? terms;
    demand(
      before === terms,
      "PAY-2",
      () => `payout ${payout.id} is submitted as ${terms}, before as ${before}`,
    );
    payout.terms = before;
  }

  /** Outside: what was paid has come back. */
  bounced(payoutId: string): void {
    const payout = this.#of(payoutId, "bounces");
    [payout.isPaid, payout.isBounced] = [false, true];
  }

  /** Outside: the mail server has really taken it; the same mail may come again under the same Message-ID. */
  mailed(messageId: string, text: string): void {
    const id = PAYOUT_ID.exec(text)?.[0];
    const payout = this.#of(String(id), "is confirmed by a mail");
    const template = BAD_NEWS.test(text) ? "payout-failed" : "receipt";
    const isRight = template in payout.mails;
    demand(isRight, "PAY-3", () => `payout ${id} is ${payout.state}, and the mail says: ${text}`);
    const before = payout.mails[template] ?? messageId;
    demand(before === messageId, "DAY-5", () => `two mails of payout ${id}: ${before} and ${messageId}`);
    payout.mails[template] = messageId;
  }

  open(): string | undefined {
    for (const { id, state, mails, isBounced } of this.#payouts.values()) {
      if (state !== "settled" && state !== "returned") return `payout ${id} is ${state}`;
      if (isBounced && state === "settled") return `payout ${id} is settled, and has come back`;
      for (const [template, messageId] of Object.entries(mails))
        if (messageId === undefined) return `there is no ${template} of payout ${id}, which is ${state}`;
    }
    return undefined;
  }

  /** At a quiet moment: what is stored of payouts and mails is what happened. */
  check(database: SimulatedDatabase): void {
    const stored = new Map(
      (database.rowsOf("payment", "payout/") as Payout[]).map((row) => [row.id as string, row]),
    );
    const mails = (database.rowsOf("mailer", "mail/") as Mail[]).filter(
      ({ template }) => template === "receipt" || template === "payout-failed",
    );
    for (const payout of this.#payouts.values()) {
      const row = stored.get(payout.id);
      demand(
        row?.state === payout.state,
        "PAY-1",
        () => `payout ${payout.id} is stored as ${row?.state}, it is ${payout.state}`,
      );
      const own = mails.filter(
        ({ userId, businessDate }) => userId === payout.accountId && businessDate === payout.date,
      );
      demand(
        own.length === Object.keys(payout.mails).length,
        "PAY-3",
        () => `payout ${payout.id} is ${payout.state} and has ${own.length} mails`,
      );
      for (const mail of own) {
        const taken = payout.mails[mail.template as Template];
        const isSent = mail.state === "sent" && taken === `<${mail.id}@ates.local>`;
        demand(isSent, "PAY-3", () => `mail ${mail.id} is ${mail.state}; the mail server took ${taken}`);
      }
    }
    demand(
      stored.size === this.#payouts.size,
      "PAY-1",
      () => `${stored.size} payouts are stored, ${this.#payouts.size} were booked`,
    );
  }

  #settled(id: string, data: PayoutRequestedV1 | SettledLike): void {
    const payout = this.#of(id, "is settled");
    demand(
      payout.state === "requested",
      "PAY-1",
      () => `payout ${id} is settled while it is ${payout.state}`,
    );
    demand(payout.isPaid, "PAY-1", () => `payout ${id} is settled, but the provider has not paid it`);
    this.#isIt(payout, data);
    payout.state = "settled";
    payout.mails.receipt = undefined;
  }

  #failed(id: string, data: SettledLike): void {
    const payout = this.#of(id, "fails");
    const mayFail = payout.state === "requested" || (payout.state === "settled" && payout.isBounced);
    demand(mayFail, "PAY-1", () => `payout ${id} fails while it is ${payout.state}`);
    demand(!payout.isPaid, "PAY-1", () => `payout ${id} fails, but the provider has paid it`);
    this.#isIt(payout, data);
    payout.state = "failed";
    payout.mails["payout-failed"] = undefined;
  }

  #isIt(payout: PayoutBook, { accountId, businessDate, amountMinor }: SettledLike): void {
    const isSo =
      payout.accountId === accountId && payout.date === businessDate && payout.amount === amountMinor;
    demand(
      isSo,
      "PAY-1",
      () =>
        `payout ${payout.id} is of ${payout.amount} to ${payout.accountId}, not ${amountMinor} to ${accountId}`,
    );
  }

  #of(id: string, what: string): PayoutBook {
    const payout = this.#payouts.get(id);
    demand(payout !== undefined, "PAY-1", () => `payout ${id} ${what}, but was never booked`);
    return payout;
  }
}

type SettledLike = Pick<PayoutRequestedV1, "accountId" | "businessDate" | "amountMinor">;
