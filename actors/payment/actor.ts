/** Payment actors as the runtime sees them: one per payout, beside the accounts they pay. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Actor } from "../runtime/actor.ts";
import { decide, HANDLES } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { type PaymentEntity, PaymentState, payeeKey, payoutKey } from "./state.ts";

export const payment: Actor<PaymentEntity, PaymentState> = {
  kind: "payment",
  handles: HANDLES,
  newState: () => new PaymentState(),
  mailbox: ({ subject }) => subject,
  afterLastAttempt: () => "hold",
  needs,
  decide,
  evolve,
};

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "payout.requested":
      return [payoutKey(message.data.payoutId), payeeKey(message.data.accountId)];
    case "payment.answered":
    case "payout.enquiry-asked":
    case "payout.returned":
      return [payoutKey(message.data.payoutId)];
    default:
      return [];
  }
}
