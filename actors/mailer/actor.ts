/** The mailer as the runtime sees it: people and mails, in the partition of the account that was paid. */
import type { Envelope } from "../../schemas/envelope.ts";
import { receiptId, statementId } from "../../schemas/receipt-id.ts";
import type { Actor } from "../runtime/actor.ts";
import { badNewsId } from "./bad-news.ts";
import { decide, HANDLES } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { digestKey, type MailerEntity, MailerState, mailKey, personKey, wordsKey } from "./state.ts";

export const mailer: Actor<MailerEntity, MailerState> = {
  kind: "mailer",
  handles: HANDLES,
  newState: () => new MailerState(),
  mailbox: ({ subject }) => subject,
  /** A mail is one of many; what is known of a person is in the order in which it was said. */
  afterLastAttempt: (type) => (type.startsWith("user.") ? "hold" : "skip"),
  needs,
  decide,
  evolve,
};

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "user.registered":
    case "user.disabled":
    case "user.enabled":
    case "user.profile-changed":
      return [personKey(message.data.userId)];
    case "payout.settled":
    case "receipt.prepare":
      return [mailKey(receiptId(message.data.payoutId)), personKey(message.data.accountId)];
    case "payout.failed":
    case "bad-news.prepare":
      return [mailKey(badNewsId(message.data.payoutId)), personKey(message.data.accountId)];
    case "receipt.resend-asked": {
      const mailId = receiptId(message.data.payoutId);
      return [mailKey(mailId), wordsKey(mailId)];
    }
    case "mail.resend-asked": {
      const { mailId } = message.data;
      return [mailKey(mailId), wordsKey(mailId)];
    }
    case "statement.prepare": {
      const { userId, month } = message.data;
      return [mailKey(statementId(userId, month)), personKey(userId)];
    }
    case "task.assigned":
      return [digestKey(message.data.assigneeId), personKey(message.data.assigneeId)];
    case "digest.send":
      return [digestKey(message.data.userId), personKey(message.data.userId)];
    case "webhook.disabled":
      return [personKey(message.data.ownerId)];
    case "link.asked":
      return [mailKey(message.data.linkId), personKey(message.data.userId)];
    case "mail.answered":
      return [mailKey(message.data.mailId)];
    default:
      return [];
  }
}
