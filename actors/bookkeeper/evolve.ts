/** What each fact of the bookkeeper changes (G7). */
import type { Fact } from "../runtime/actor.ts";
import { type BookkeeperState, type Correction, correctionKey } from "./state.ts";

export function evolve(state: BookkeeperState, fact: Fact): readonly Correction[] {
  switch (fact.type) {
    case "correction.proposed": {
      const { correctionId: id, occurredAt: proposedAt, ...what } = fact.data;
      const open = { decidedBy: undefined, decidedAt: undefined, decision: undefined };
      return [{ key: correctionKey(id), id, ...what, state: "proposed", proposedAt, ...open }];
    }
    case "correction.approved": {
      const { correctionId, approvedBy: decidedBy, occurredAt: decidedAt } = fact.data;
      return changed(state, correctionId, { state: "approved", decidedBy, decidedAt });
    }
    case "correction.rejected": {
      const { correctionId, rejectedBy: decidedBy, occurredAt: decidedAt, reason: decision } = fact.data;
      return changed(state, correctionId, { state: "rejected", decidedBy, decidedAt, decision });
    }
    default:
      return [];
  }
}

function changed(state: BookkeeperState, id: string, change: Partial<Correction>): Correction[] {
  const correction = state.correction(id);
  return correction === undefined ? [] : [{ ...correction, ...change }];
}
