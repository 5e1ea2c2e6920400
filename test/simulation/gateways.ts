/**
 * The outside world of a run: a payment provider, a mail server and receivers of webhooks, which remember what they really
 * did. Calls may be slow, fail, or be carried out while their answer is lost: then all must know the repeat for the same
 * (PAY-1, PAY-5, NOT-1).
 */

import type { Gateways } from "../../actors/runtime/agenda.ts";
import type { Gateway, GatewayAnswer } from "../../actors/runtime/gateway.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type {
  MailAnsweredV2,
  MailDeliverV2,
  PaymentAnsweredV2,
  PaymentSubmitV2,
  WebhookDeliverV1,
} from "../../schemas/generated/messages.ts";
import type { UserId } from "../../schemas/ids.ts";
import { partitionOf } from "../../streams/partition.ts";
import type { Life } from "./life.ts";
import type { Link } from "./link.ts";
import type { Random } from "./random.ts";
import { Receivers } from "./receivers.ts";
import type { SimulatedDatabase } from "./store/database.ts";

/** Hears what really happened outside. */
export interface Witness {
  payoutAsked(asked: PaymentSubmitV2): void;
  payoutPaid(payoutId: string, accountId: string, amountMinor: number): void;
  /** The bank has brought the money back. */
  payoutBounced(payoutId: string): void;
  mailAccepted(mail: MailDeliverV2): void;
  webhookCalled(call: WebhookDeliverV1, isAccepted: boolean): void;
}

export interface OutsideOptions {
  readonly witness: Witness;
  readonly random: Random;
  readonly database: SimulatedDatabase;
  readonly partitions: number;
  readonly nowMs: () => number;
}

const REFUSED_SHARE = 0.06;
const BOUNCED_SHARE = 0.15;

/** What the provider has decided about a payout, whatever host asks, for ever. */
export class Outside {
  readonly receivers: Receivers;
  readonly #o: OutsideOptions;
  readonly #payouts = new Map<string, "paid" | "refused">();
  readonly #bounces: Random;
  /** Month and partition → who had an entry. */
  readonly #moved = new Map<string, Set<UserId>>();

  constructor(options: OutsideOptions) {
    this.#o = options;
    this.#bounces = options.random.fork("bounces");
    this.receivers = new Receivers(options.random.fork("receivers"), options.nowMs);
    options.database.watch(({ writes }) => {
      for (const { fact } of writes.facts)
        if (fact.type === "ledger.entry-posted") this.#move(fact.data.accountId, fact.data.businessDate);
    });
  }

  pay({ data }: Envelope<"payment.submit">): "paid" | "refused" {
    const { witness, random } = this.#o;
    witness.payoutAsked(data);
    const known = this.#payouts.get(data.payoutId);
    if (known !== undefined) return known;
    const outcome = random.chance(REFUSED_SHARE) ? "refused" : "paid";
    this.#payouts.set(data.payoutId, outcome);
    if (outcome === "paid") witness.payoutPaid(data.payoutId, data.accountId, data.amountMinor);
    return outcome;
  }

  /** Asked once more, about what was paid: now and then the bank has brought it back meanwhile. */
  enquire({ data: { payoutId } }: Envelope<"payment.enquire">): PaymentAnsweredV2["outcome"] {
    if (this.#payouts.get(payoutId) === "paid" && this.#bounces.chance(BOUNCED_SHARE)) {
      this.#payouts.set(payoutId, "refused");
      this.#o.witness.payoutBounced(payoutId);
    }
    return this.#payouts.get(payoutId) ?? "unknown";
  }

  take({ data }: Envelope<"mail.deliver">): "sent" {
    this.#o.witness.mailAccepted(data);
    return "sent";
  }

  call({ data }: Envelope<"webhook.deliver">): number {
    const status = this.receivers.take(data);
    this.#o.witness.webhookCalled(data, status < 300);
    return status;
  }

  /** In the ledger's order of ids, as the statement's query answers them. */
  movedIn(month: string, partition: number): UserId[] {
    return [...(this.#moved.get(`${month} ${partition}`) ?? [])].sort();
  }

  #move(accountId: UserId, date: string): void {
    const key = `${date.slice(0, 7)} ${partitionOf(accountId, this.#o.partitions)}`;
    this.#moved.set(key, (this.#moved.get(key) ?? new Set()).add(accountId));
  }
}

interface Ways {
  readonly payment: Link;
  readonly mail: Link;
  readonly webhook: Link;
  readonly postgres: Link;
}

/** The gateways of one host. */
export function gatewaysOf(outside: Outside, life: Life, links: Ways): Gateways {
  const payment = gateway(async (request) => {
    if (request.type !== "payment.submit" && request.type !== "payment.enquire") return undefined;
    const { payoutId, attempt = 1 } = request.data;
    const ask = () => (request.type === "payment.submit" ? outside.pay(request) : outside.enquire(request));
    const label = request.type === "payment.submit" ? "pays" : "asks about";
    const asked = life.io(links.payment, `${label} ${payoutId}`, ask);
    const outcome: PaymentAnsweredV2["outcome"] = await asked.catch(() => "unknown" as const);
    return { type: "payment.answered", data: { payoutId, outcome, attempt, detail: "The sandbox said so." } };
  });
  const mail = gateway(async (request) => {
    if (request.type !== "mail.deliver") return undefined;
    const { mailId, ...words } = request.data;
    const asked = life.io(links.mail, `mails ${mailId}`, () => outside.take(request));
    const outcome: MailAnsweredV2["outcome"] = await asked.catch(() => "unknown" as const);
    return { type: "mail.answered", data: { mailId, outcome, detail: "The server said so.", mail: words } };
  });
  return {
    payment,
    mail,
    webhook: webhookOf(outside, life, links),
    statements: statementsOf(outside, life, links),
  };
}

function webhookOf(outside: Outside, life: Life, links: Ways): Gateway {
  return gateway(async (request) => {
    if (request.type !== "webhook.deliver") return undefined;
    const { webhookId, deliveryId } = request.data;
    const called = life.io(links.webhook, `delivers ${deliveryId}`, () => outside.call(request));
    const status = await called.catch(() => undefined);
    const outcome = status !== undefined && status < 300 ? "delivered" : "failed";
    const said = status === undefined ? { detail: "The line broke." } : { status };
    return { type: "webhook.answered", data: { webhookId, deliveryId, outcome, durationMs: 1, ...said } };
  });
}

/** It reads the ledger: who had an entry in a month. */
function statementsOf(outside: Outside, life: Life, links: Ways): Gateway {
  return gateway(async (request) => {
    if (request.type !== "statement.list") return undefined;
    const { month, partition } = request.data;
    const userIds = await life.io(links.postgres, `lists ${month}`, () => outside.movedIn(month, partition));
    return { type: "statement.listed", data: { month, userIds } };
  });
}

function gateway(call: (request: Envelope) => Promise<GatewayAnswer | undefined>): Gateway {
  return {
    call: async (request) => {
      const answer = await call(request);
      if (answer === undefined) throw new Error(`no answer to ${request.type}`);
      return answer;
    },
  };
}
