/** The bookkeeper as the runtime sees it: one partition, each correction a mailbox of its own. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { CorrectionResource } from "../../schemas/resources.ts";
import type { Actor, Context } from "../runtime/actor.ts";
import { decide, HANDLES, newCorrectionId } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { BookkeeperState, type Correction, correctionKey } from "./state.ts";

export const bookkeeper: Actor<Correction, BookkeeperState> = {
  kind: "bookkeeper",
  handles: HANDLES,
  newState: () => new BookkeeperState(),
  mailbox: ({ subject }) => subject,
  afterLastAttempt: () => "hold",
  needs,
  decide,
  answer,
  evolve,
};

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "correction.approve":
    case "correction.reject":
      return [correctionKey(message.data.correctionId)];
    default:
      return [];
  }
}

function answer(state: BookkeeperState, message: Envelope, context: Context): CorrectionResource | undefined {
  const correction = state.correction(idOf(message, context) ?? "");
  if (correction === undefined) return undefined;
  const { key: _, accountId: userId, decidedBy, decidedAt, decision, ...rest } = correction;
  const decided = { decidedBy: decidedBy ?? null, decidedAt: decidedAt ?? null, decision: decision ?? null };
  return { ...rest, userId, ...decided };
}

function idOf(message: Envelope, context: Context): string | undefined {
  switch (message.type) {
    case "correction.propose":
      return newCorrectionId(context);
    case "correction.approve":
    case "correction.reject":
      return message.data.correctionId;
    default:
      return undefined;
  }
}
