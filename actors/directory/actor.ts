/** The directory as the runtime sees it: one partition, since an e-mail address is unique in the company. */
import type { Envelope } from "../../schemas/envelope.ts";
import { receiptId } from "../../schemas/receipt-id.ts";
import type {
  EnquiryAnswer,
  MailAnswer,
  PayeeAnswer,
  ResendAnswer,
  UserResource,
} from "../../schemas/resources.ts";
import type { Actor, Context } from "../runtime/actor.ts";
import { decide, HANDLES, newUserId } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { type DirectoryEntity, DirectoryState, emailKey, userKey } from "./state.ts";

export const directory: Actor<DirectoryEntity, DirectoryState> = {
  kind: "directory",
  handles: HANDLES,
  newState: () => new DirectoryState(),
  mailbox: ({ subject }) => subject,
  afterLastAttempt: () => "skip",
  needs,
  decide,
  answer,
  evolve,
};

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "user.register":
      return [emailKey(message.data.email)];
    case "user.change":
    case "link.send":
      return [userKey(message.data.userId)];
    case "receipt.resend":
      return [userKey(message.data.accountId)];
    case "mail.resend":
      return [userKey(message.data.userId)];
    case "payee.change":
    case "user.change-settings":
      return message.senderid === undefined ? [] : [userKey(message.senderid)];
    default:
      return [];
  }
}

function answer(
  state: DirectoryState,
  message: Envelope,
  context: Context,
): UserResource | ResendAnswer | MailAnswer | PayeeAnswer | EnquiryAnswer | undefined {
  switch (message.type) {
    case "mail.resend":
      return { mailId: message.data.mailId };
    case "receipt.resend": {
      const { payoutId } = message.data;
      return { payoutId, mailId: receiptId(payoutId) };
    }
    case "payee.change":
      return message.data;
    case "payout.enquire":
      return { payoutId: message.data.payoutId };
  }
  if (message.type === "link.send") return undefined;
  const user = state.user(userOf(message, context) ?? "");
  if (user === undefined) return undefined;
  const { id, email, name, role, active, locale, notifications } = user;
  return { id, email, name, role, active, locale, notifications };
}

function userOf(message: Envelope, context: Context): string | undefined {
  switch (message.type) {
    case "user.register":
      return newUserId(context);
    case "user.change":
      return message.data.userId;
    default:
      return message.senderid;
  }
}
