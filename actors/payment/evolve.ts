/**
 * What each fact of a payment partition changes (G7). `payout.submitted` changes nothing: the decision puts the payout
 * beside it in its new form, since the fact lacks what the payout is made of.
 */
import type { Fact } from "../runtime/actor.ts";
import { type PaymentState, type Payout, withStep } from "./state.ts";

export function evolve(state: PaymentState, fact: Fact): readonly Payout[] {
  switch (fact.type) {
    case "payout.settled": {
      const { payoutId, occurredAt: at } = fact.data;
      return changed(state, payoutId, ({ steps }) => ({
        state: "settled",
        failure: undefined,
        settledAt: at,
        steps: withStep(steps, { at, what: "settled" }),
        updatedAt: at,
      }));
    }
    case "payout.failed": {
      const { payoutId, failure, occurredAt: at } = fact.data;
      return changed(state, payoutId, ({ steps }) => ({
        state: "failed",
        failure,
        steps: withStep(steps, { at, what: "failed", detail: failure }),
        updatedAt: at,
      }));
    }
    default:
      return [];
  }
}

function changed(state: PaymentState, id: string, change: (payout: Payout) => Partial<Payout>): Payout[] {
  const payout = state.payout(id);
  return payout === undefined ? [] : [{ ...payout, ...change(payout) }];
}
