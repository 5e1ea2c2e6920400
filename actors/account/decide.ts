/** What account actors do with each message. Pure (G7). */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import type { UserId } from "../../schemas/ids.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { bookBarrier, continueClose } from "./close.ts";
import { bookBonus, bookCorrection, chargeFee, payReward, returnPayout } from "./post.ts";
import { type Account, type AccountState, accountKey } from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "user.registered",
  "task.assigned",
  "task.completed",
  "correction.approved",
  "hold.released",
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
    case "hold.released":
      return release(state, message.data.accountId);
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

/** The next close pays it (DAY-4). */
function release(state: AccountState, accountId: UserId): Decision {
  const account = state.account(accountId);
  if (account?.heldSince === undefined) return NOTHING;
  const released: Account = { ...account, heldSince: undefined };
  return { accepted: true, facts: [], replicas: [released] };
}
