/** Account actors as the runtime sees them: one per person, in as many partitions as the installation has. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Actor, MailHead } from "../runtime/actor.ts";
import { pageOfClose } from "./close.ts";
import { decide, HANDLES } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { whatWaits } from "./late.ts";
import { type AccountEntity, AccountState, accountKey } from "./state.ts";

export const account: Actor<AccountEntity, AccountState> = {
  kind: "account",
  handles: HANDLES,
  newState: (_partition, company) => new AccountState(company),
  mailbox,
  afterLastAttempt: () => "hold",
  parked: whatWaits,
  needs,
  page: pageOfClose,
  decide,
  evolve,
};

/** Everything that moves the money of one person is one mailbox; the closing of dates is the book's. */
function mailbox({ type, partitionkey }: MailHead): string {
  return type === "day.ended" || type === "close.continue" ? "book" : accountKey(partitionkey);
}

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "user.registered":
      return [accountKey(message.data.userId)];
    case "task.assigned":
    case "task.completed":
      return [accountKey(message.data.assigneeId)];
    case "correction.approved":
    case "hold.released":
    case "payout.failed":
    case "bonus.granted":
      return [accountKey(message.data.accountId)];
    default:
      return [];
  }
}
