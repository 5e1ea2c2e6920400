/** People (AUTH-3, AUTH-4): registered, changed, disabled, enabled; never deleted. Pure (G7). */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import type { UserId } from "../../schemas/ids.ts";
import { rejected } from "../../schemas/rejections.ts";
import { type Context, type Decision, type Fact, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { ALL_MAILS, type Credential, type DirectoryState, type User, userKey } from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "user.register",
  "user.change",
  "user.change-settings",
  "receipt.resend",
  "mail.resend",
  "link.send",
  "payee.change",
  "payout.enquire",
]);

export function decide(state: DirectoryState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "user.register":
      return register(state, message, context);
    case "user.change":
      return change(state, message, context);
    case "user.change-settings":
      return changeSettings(state, message, context);
    case "receipt.resend":
      return askForReceipt(state, message, context);
    case "mail.resend":
      return askForMail(state, message, context);
    case "link.send":
      return askForLink(state, message, context);
    case "payee.change":
      return changePayee(state, message, context);
    case "payout.enquire":
      return askOfPayout(message, context);
    default:
      return NOTHING;
  }
}

export function newUserId(context: Context): UserId {
  return context.id("user") as UserId;
}

/** Who may change whom (AUTH-3); the very first person comes from the installation and has no sender. */
function isAdmin(message: Envelope): boolean {
  return message.senderrole === "admin";
}

function register(state: DirectoryState, message: Envelope<"user.register">, context: Context): Decision {
  if (!isAdmin(message)) return rejected("not_allowed", "Only an admin registers people.");
  const { email, name, role, locale, passwordHash } = message.data;
  if (state.isTaken(email)) return rejected("email_taken");
  const userId = newUserId(context);
  const data = {
    userId,
    email: email.toLowerCase(),
    name,
    role,
    locale: locale ?? "en",
    notifications: ALL_MAILS,
    occurredAt: context.now,
  };
  const credential: Credential[] =
    passwordHash === undefined ? [] : [{ key: `credential/${userId}`, userId, passwordHash }];
  return {
    accepted: true,
    facts: [fact("user.registered", userKey(userId), userId, data)],
    replicas: credential,
  };
}

function change(state: DirectoryState, message: Envelope<"user.change">, context: Context): Decision {
  if (!isAdmin(message)) return rejected("not_allowed", "Only an admin changes people.");
  const { userId, name, role, active } = message.data;
  const user = state.user(userId);
  if (user === undefined) return rejected("user_not_found");
  const loses = (role !== undefined && role !== "admin") || active === false;
  if (loses && state.isLastAdmin(userId)) return rejected("last_admin");
  const occurredAt = context.now;
  const facts: Fact[] = [];
  if (name !== undefined && name !== user.name) facts.push(profile({ ...user, name }, occurredAt));
  if (role !== undefined && role !== user.role) {
    const data = { userId, role, previousRole: user.role, occurredAt };
    facts.push(fact("user.role-changed", user.key, userId, data));
  }
  if (active !== undefined && active !== user.active) {
    facts.push(fact(active ? "user.enabled" : "user.disabled", user.key, userId, { userId, occurredAt }));
  }
  return { accepted: true, facts };
}

function changeSettings(
  state: DirectoryState,
  message: Envelope<"user.change-settings">,
  context: Context,
): Decision {
  const user = message.senderid === undefined ? undefined : state.user(message.senderid);
  if (user === undefined) return rejected("user_not_found");
  const locale = message.data.locale ?? user.locale;
  const notifications = { ...user.notifications, ...message.data.notifications };
  const same = JSON.stringify([locale, notifications]) === JSON.stringify([user.locale, user.notifications]);
  return same
    ? NOTHING
    : { accepted: true, facts: [profile({ ...user, locale, notifications }, context.now)] };
}

/** Told to the mailer in the order of all that is said of the person: it knows the mail, and what it may do with it. */
function askForReceipt(
  state: DirectoryState,
  message: Envelope<"receipt.resend">,
  context: Context,
): Decision {
  const { senderid: by, senderrole: role } = message;
  if (by === undefined || (role !== "accountant" && role !== "admin")) {
    return rejected("not_allowed", "Only an accountant or an admin has a receipt sent again.");
  }
  const { payoutId, accountId } = message.data;
  const user = state.user(accountId);
  if (user === undefined) return rejected("user_not_found");
  const data = { payoutId, accountId, by, occurredAt: context.now };
  return { accepted: true, facts: [fact("receipt.resend-asked", user.key, accountId, data)] };
}

/** One's own and nobody else's: who could turn another's money elsewhere would. The payment actors keep it. */
function changePayee(state: DirectoryState, message: Envelope<"payee.change">, context: Context): Decision {
  const user = message.senderid === undefined ? undefined : state.user(message.senderid);
  if (user === undefined) return rejected("user_not_found");
  const data = { accountId: user.id, ...message.data, occurredAt: context.now };
  return { accepted: true, facts: [fact("payee.changed", `payee/${user.id}`, user.id, data)] };
}

/** Told to the payment actors, which know the payout. Without a sender it is the provider that called back. */
function askOfPayout(message: Envelope<"payout.enquire">, context: Context): Decision {
  const { senderid: by, senderrole: role } = message;
  if (by !== undefined && role !== "accountant" && role !== "admin")
    return rejected("not_allowed", "Only an accountant or an admin has the provider asked about a payout.");
  const { payoutId, accountId } = message.data;
  const data = { payoutId, accountId, ...(by === undefined ? {} : { by }), occurredAt: context.now };
  return { accepted: true, facts: [fact("payout.enquiry-asked", `payout/${payoutId}`, accountId, data)] };
}

function askForMail(state: DirectoryState, message: Envelope<"mail.resend">, context: Context): Decision {
  const { senderid: by, senderrole: role } = message;
  if (by === undefined || (role !== "accountant" && role !== "admin")) {
    return rejected("not_allowed", "Only an accountant or an admin has a mail sent again.");
  }
  const { mailId, userId } = message.data;
  const user = state.user(userId);
  if (user === undefined) return rejected("user_not_found");
  const data = { mailId, userId, by, occurredAt: context.now };
  return { accepted: true, facts: [fact("mail.resend-asked", user.key, userId, data)] };
}

/** By an admin, or in the person's own name: the mail goes to an address of ours, whoever asks for it. */
function askForLink(state: DirectoryState, message: Envelope<"link.send">, context: Context): Decision {
  const { senderid: by, senderrole: role, data } = message;
  if (role !== "admin" && by !== data.userId) return rejected("not_allowed", "Only an admin invites people.");
  const user = state.user(data.userId);
  if (user?.active !== true) return rejected("user_not_found");
  return {
    accepted: true,
    facts: [fact("link.asked", user.key, user.id, { ...data, occurredAt: context.now })],
  };
}

function profile({ key, id, name, locale, notifications }: User, occurredAt: string): Fact {
  return fact("user.profile-changed", key, id, { userId: id, name, locale, notifications, occurredAt });
}
