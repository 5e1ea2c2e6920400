/** Analytics states no facts, so none changes it: its rows are replicas of what others said (AN-3). */
import type { Fact } from "../runtime/actor.ts";
import type { AnalyticsEntity, AnalyticsState } from "./state.ts";

export function evolve(_state: AnalyticsState, _fact: Fact): readonly AnalyticsEntity[] {
  return [];
}
