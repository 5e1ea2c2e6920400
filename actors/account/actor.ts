/** Account actors as the runtime sees them: one per person, in as many partitions as the installation has. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Actor } from "../runtime/actor.ts";
import { pageOfClose } from "./close.ts";
import { decide, HANDLES } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { type AccountEntity, AccountState, accountKey } from "./state.ts";

export const account: Actor<AccountEntity, AccountState> = {
  kind: "account",
  handles: HANDLES,
  newState: (_partition, company) => new AccountState(company),
  mailbox: (message) => needs(message)[0] ?? "book",
  needs,
  page: pageOfClose,
  decide,
  evolve,
};

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "user.registered":
      return [accountKey(message.data.userId)];
    case "task.assigned":
    case "task.completed":
      return [accountKey(message.data.assigneeId)];
    case "payout.failed":
      return [accountKey(message.data.accountId)];
    default:
      return [];
  }
}
