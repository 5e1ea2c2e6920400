/**
 * What each fact of a payment partition changes (G7). `payout.submitted` changes nothing: the decision puts the payout
 * beside it in its new form, since the fact lacks what the payout is made of.
 */
import type { Fact } from "../runtime/actor.ts";
import type { PaymentState, Payout } from "./state.ts";

export function evolve(state: PaymentState, fact: Fact): readonly Payout[] {
  switch (fact.type) {
    case "payout.settled": {
      const { payoutId, occurredAt } = fact.data;
      return changed(state, payoutId, { state: "settled", failure: undefined, updatedAt: occurredAt });
    }
    case "payout.failed": {
      const { payoutId, failure, occurredAt } = fact.data;
      return changed(state, payoutId, { state: "failed", failure, updatedAt: occurredAt });
    }
    default:
      return [];
  }
}

function changed(state: PaymentState, id: string, change: Partial<Payout>): Payout[] {
  const payout = state.payout(id);
  return payout === undefined ? [] : [{ ...payout, ...change }];
}
