/** Analytics as the runtime sees it: one projection per account partition, each with its own rows. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Actor } from "../runtime/actor.ts";
import { decide, HANDLES } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { type AnalyticsEntity, AnalyticsState, incomeKey } from "./state.ts";

export const analytics: Actor<AnalyticsEntity, AnalyticsState> = {
  kind: "analytics",
  handles: HANDLES,
  newState: () => new AnalyticsState(),
  mailbox: ({ subject }) => subject,
  /** What comes later overwrites what came before: the order of a balance must hold. */
  afterLastAttempt: () => "hold",
  needs,
  decide,
  evolve,
};

/** Sums alone need what was there before. */
export function needs(message: Envelope): readonly string[] {
  if (message.type !== "ledger.entry-posted") return [];
  const { kind, businessDate } = message.data;
  return kind === "fee" || kind === "reward" ? [incomeKey(businessDate)] : [];
}
