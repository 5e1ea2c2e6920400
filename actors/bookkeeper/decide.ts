/**
 * Money moved by hand (ACC-5): one accountant proposes, with a reason; another one approves, and then it is booked, once.
 * Four eyes: neither the author nor whose account it is approves. Pure (G7).
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Type } from "../../schemas/generated/messages.ts";
import type { UserId, Uuid } from "../../schemas/ids.ts";
import { type Rejected, rejected } from "../../schemas/rejections.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import type { BookkeeperState, Correction } from "./state.ts";
import { correctionKey } from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "correction.propose",
  "correction.approve",
  "correction.reject",
  "hold.release",
]);

/** A slip of the finger must not carry a balance to where numbers are no longer exact (ACC-2). */
const AMOUNT_MAX = 1_000_000_000_000;

export function decide(state: BookkeeperState, message: Envelope, context: Context): Decision {
  switch (message.type) {
    case "correction.propose":
      return propose(message, context);
    case "correction.approve":
      return approve(state, message, context);
    case "correction.reject":
      return reject(state, message, context);
    case "hold.release":
      return release(message, context);
    default:
      return NOTHING;
  }
}

export function newCorrectionId(context: Context): Uuid {
  return context.id("correction");
}

/** The sender, if it is one who keeps the books; the role is the token's (AUTH-2). */
function bookkeeperOf({ senderid, senderrole }: Envelope): UserId | Rejected {
  const may = senderid !== undefined && (senderrole === "accountant" || senderrole === "admin");
  return may ? senderid : rejected("not_allowed", "Only accountants and admins correct accounts.");
}

function propose(message: Envelope<"correction.propose">, context: Context): Decision {
  const by = bookkeeperOf(message);
  if (typeof by !== "string") return by;
  const { accountId, kind, amountMinor, reason } = message.data;
  if (amountMinor === 0 || Math.abs(amountMinor) > AMOUNT_MAX || (kind === "bonus" && amountMinor < 0)) {
    return rejected("amount_not_allowed");
  }
  const correctionId = newCorrectionId(context);
  const what = {
    correctionId,
    accountId,
    kind,
    amountMinor,
    reason,
    proposedBy: by,
    occurredAt: context.now,
  };
  return {
    accepted: true,
    facts: [fact("correction.proposed", correctionKey(correctionId), accountId, what)],
  };
}

function approve(
  state: BookkeeperState,
  message: Envelope<"correction.approve">,
  context: Context,
): Decision {
  const by = bookkeeperOf(message);
  if (typeof by !== "string") return by;
  const correction = state.correction(message.data.correctionId);
  if (correction === undefined) return rejected("correction_not_found");
  if (correction.proposedBy === by) return rejected("own_correction");
  if (correction.accountId === by) return rejected("own_account");
  if (correction.state !== "proposed") return repeated(correction, "approved", by);
  const { key, id: correctionId, accountId, kind, amountMinor, reason, proposedBy } = correction;
  const what = { correctionId, accountId, kind, amountMinor, reason, proposedBy, approvedBy: by };
  const data = { ...what, occurredAt: context.now };
  return { accepted: true, facts: [fact("correction.approved", key, accountId, data)] };
}

/** The author may take it back: nothing is booked, so it needs no second pair of eyes. */
function reject(state: BookkeeperState, message: Envelope<"correction.reject">, context: Context): Decision {
  const by = bookkeeperOf(message);
  if (typeof by !== "string") return by;
  const correction = state.correction(message.data.correctionId);
  if (correction === undefined) return rejected("correction_not_found");
  if (correction.state !== "proposed") return repeated(correction, "rejected", by);
  const { key, id: correctionId, accountId } = correction;
  const { reason } = message.data;
  const data = { correctionId, accountId, rejectedBy: by, reason, occurredAt: context.now };
  return { accepted: true, facts: [fact("correction.rejected", key, accountId, data)] };
}

/** Deciding once more as one has decided is the same decision. */
function repeated({ state, decidedBy }: Correction, wanted: Correction["state"], by: UserId): Decision {
  return state === wanted && decidedBy === by ? NOTHING : rejected("correction_decided");
}

/**
 * By an accountant, an admin, or an operator at the command line, who has no sender.
 * Says that what was wrong with a held account is mended, and how; what is not held is not touched by it (DAY-4).
 */
function release(message: Envelope<"hold.release">, context: Context): Decision {
  const { accountId, reason } = message.data;
  if (message.senderid !== undefined) {
    const by = bookkeeperOf(message);
    if (typeof by !== "string") return by;
  }
  const { senderid: by } = message;
  const data = { accountId, ...(by === undefined ? {} : { by }), reason, occurredAt: context.now };
  return { accepted: true, facts: [fact("hold.released", `account/${accountId}`, accountId, data)] };
}
