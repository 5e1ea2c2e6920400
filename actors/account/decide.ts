/** What account actors do with each message. Pure (G7). */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { bookBarrier, continueClose } from "./close.ts";
import { bookBonus, bookCorrection, chargeFee, payReward, returnPayout } from "./post.ts";
import { type AccountState, accountKey } from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "user.registered",
  "task.assigned",
  "task.completed",
  "correction.approved",
  "day.ended",
  "close.continue",
  "payout.failed",
  "bonus.granted",
]);

export function decide(state: AccountState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "user.registered": {
      const { userId, occurredAt } = message.data;
      if (state.account(userId) !== undefined) return NOTHING;
      return {
        accepted: true,
        facts: [fact("account.opened", accountKey(userId), userId, { accountId: userId, occurredAt })],
      };
    }
    case "task.assigned":
      return chargeFee(state, message, context);
    case "task.completed":
      return payReward(state, message, context);
    case "correction.approved":
      return bookCorrection(state, message.data, context);
    case "payout.failed":
      return returnPayout(state, message.data, context);
    case "bonus.granted":
      return bookBonus(state, message.data, context);
    case "day.ended":
      return bookBarrier(state, message.data, context);
    case "close.continue":
      return continueClose(state, message, context);
    default:
      return NOTHING;
  }
}
