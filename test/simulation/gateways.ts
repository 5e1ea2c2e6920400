/**
 * The outside world of a run: a payment provider and a mail server, which remember what they really did. Calls may be
 * slow, fail, or be carried out while their answer is lost: then both must know the repeat for the same (PAY-1, PAY-5).
 */

import type { Gateways } from "../../actors/runtime/agenda.ts";
import type { Gateway, GatewayAnswer } from "../../actors/runtime/gateway.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { MailAnsweredV2, PaymentAnsweredV1 } from "../../schemas/generated/messages.ts";
import type { Life } from "./life.ts";
import type { Link } from "./link.ts";
import type { Random } from "./random.ts";

/** Hears what really happened outside. */
export interface Witness {
  payoutPaid(payoutId: string, accountId: string, amountMinor: number): void;
  mailAccepted(messageId: string, to: string, subject: string, text: string): void;
}

const REFUSED_SHARE = 0.06;

/** What the provider has decided about a payout, whatever host asks, for ever. */
export class Outside {
  readonly #witness: Witness;
  readonly #random: Random;
  readonly #payouts = new Map<string, "paid" | "refused">();

  constructor(witness: Witness, random: Random) {
    this.#witness = witness;
    this.#random = random;
  }

  pay({ data }: Envelope<"payment.submit">): "paid" | "refused" {
    const known = this.#payouts.get(data.payoutId);
    if (known !== undefined) return known;
    const outcome = this.#random.chance(REFUSED_SHARE) ? "refused" : "paid";
    this.#payouts.set(data.payoutId, outcome);
    if (outcome === "paid") this.#witness.payoutPaid(data.payoutId, data.accountId, data.amountMinor);
    return outcome;
  }

  take({ data }: Envelope<"mail.deliver">): "sent" {
    this.#witness.mailAccepted(data.messageId, data.to, data.subject, data.text);
    return "sent";
  }
}

/** The gateways of one host. */
export function gatewaysOf(outside: Outside, life: Life, links: { payment: Link; mail: Link }): Gateways {
  const payment: Gateway = {
    call: async (request): Promise<GatewayAnswer> => {
      if (request.type !== "payment.submit") throw new Error(`expected payment.submit, got ${request.type}`);
      const { payoutId } = request.data;
      const asked = life.io(links.payment, `pays ${payoutId}`, () => outside.pay(request));
      const outcome: PaymentAnsweredV1["outcome"] = await asked.catch(() => "unknown" as const);
      return { type: "payment.answered", data: { payoutId, outcome, detail: "The sandbox said so." } };
    },
  };
  const mail: Gateway = {
    call: async (request): Promise<GatewayAnswer> => {
      if (request.type !== "mail.deliver") throw new Error(`expected mail.deliver, got ${request.type}`);
      const { mailId, ...words } = request.data;
      const asked = life.io(links.mail, `mails ${mailId}`, () => outside.take(request));
      const outcome: MailAnsweredV2["outcome"] = await asked.catch(() => "unknown" as const);
      return { type: "mail.answered", data: { mailId, outcome, detail: "The server said so.", mail: words } };
    },
  };
  return { payment, mail };
}
