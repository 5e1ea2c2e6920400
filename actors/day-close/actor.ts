/** The day-close actor as the runtime sees it: one partition, one actor. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { Actor } from "../runtime/actor.ts";
import { decide, HANDLES } from "./decide.ts";
import { type DayEntity, DayState, dayKey } from "./state.ts";

export const dayClose: Actor<DayEntity, DayState> = {
  kind: "day-close",
  handles: HANDLES,
  newState: () => new DayState(),
  /** One: days are sealed in their order, each on the seal before. A day that is parked holds back the later ones. */
  mailbox: () => "days",
  afterLastAttempt: () => "hold",
  needs,
  decide,
  evolve: () => [],
};

function needs(message: Envelope): readonly string[] {
  switch (message.type) {
    case "day.ended":
    case "day.partition-closed":
      return [dayKey(message.data.businessDate)];
    default:
      return [];
  }
}
