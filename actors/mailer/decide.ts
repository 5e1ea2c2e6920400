/** What the mailer does with each message. Pure (G7): even the words of a mail are made here, out of its arguments. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import { receiptId } from "../../schemas/receipt-id.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { prepareBadNews, sendBadNews } from "./bad-news.ts";
import { hear } from "./delivery.ts";
import { gather, sendDigest } from "./digest.ts";
import { tellDisabled } from "./disabled-webhook.ts";
import { sendLink } from "./link.ts";
import { keepPerson } from "./people.ts";
import { prepareReceipt, resendMail, sendReceipt } from "./receipt.ts";
import type { MailerState } from "./state.ts";
import { beginStatements, prepareListed, prepareStatement } from "./statement.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "user.registered",
  "user.disabled",
  "user.enabled",
  "user.profile-changed",
  "payout.settled",
  "payout.failed",
  "bad-news.prepare",
  "receipt.prepare",
  "receipt.resend-asked",
  "mail.resend-asked",
  "month.ended",
  "statement.listed",
  "statement.prepare",
  "task.assigned",
  "digest.send",
  "webhook.disabled",
  "link.asked",
  "mail.answered",
]);

export function decide(state: MailerState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "user.registered":
    case "user.disabled":
    case "user.enabled":
    case "user.profile-changed":
      return keepPerson(state, message);
    case "payout.settled": {
      const { occurredAt: _, ...receipt } = message.data;
      return sendReceipt(state, receipt, context);
    }
    case "payout.failed":
      return sendBadNews(state, message.data, context);
    case "bad-news.prepare":
      return prepareBadNews(state, message.data, context);
    case "receipt.prepare":
      return prepareReceipt(state, message.data, context);
    case "receipt.resend-asked":
      return resendMail(state, receiptId(message.data.payoutId), context);
    case "mail.resend-asked":
      return resendMail(state, message.data.mailId, context);
    case "month.ended":
      return beginStatements(message.data, context);
    case "statement.listed":
      return prepareListed(message.data, context);
    case "statement.prepare":
      return prepareStatement(state, message.data, context);
    case "task.assigned":
      return gather(state, message.data, context);
    case "digest.send":
      return sendDigest(state, message.data, context);
    case "webhook.disabled":
      return tellDisabled(state, message.data, context);
    case "link.asked":
      return sendLink(state, message.data, context);
    case "mail.answered":
      return hear(state, message.data, context);
    default:
      return NOTHING;
  }
}
