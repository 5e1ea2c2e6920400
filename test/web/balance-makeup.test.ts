import { expect } from "chai";
import fc from "fast-check";
import type { Entry, EntryKind } from "../../web/api/resources.ts";
import { balanceMakeup } from "../../web/rules/balance-makeup.ts";

const KINDS: readonly EntryKind[] = ["fee", "reward", "payout", "bonus"];

/** Entries of one account, newest first, from the movements in the order they happened. */
function log(carriedMinor: number, movements: readonly (readonly [EntryKind, number])[]): Entry[] {
  let balance = carriedMinor;
  const entries = movements.map(([kind, amountMinor], index): Entry => {
    balance += amountMinor;
    return {
      id: String(index),
      number: index + 1,
      kind,
      amountMinor,
      balanceAfterMinor: balance,
      taskId: null,
      taskNumber: null,
      title: null,
      jiraId: null,
      businessDate: "2026-11-21",
      occurredAt: "2026-11-21T00:00:00Z",
      traceId: null,
    };
  });
  return entries.reverse();
}

describe("what a balance is made of", () => {
  it("ACC-6: of the entries since it was last zero, by kind", () => {
    const made = balanceMakeup(
      log(0, [
        ["reward", 30],
        ["payout", -30],
        ["fee", -12],
        ["fee", -15],
        ["reward", 25],
      ]),
    );
    expect(made?.carriedMinor).to.equal(0);
    expect(made?.since.number).to.equal(3);
    expect(made?.parts).to.deep.equal([
      { kind: "reward", count: 1, sumMinor: 25 },
      { kind: "fee", count: 2, sumMinor: -27 },
    ]);
  });

  it("ACC-6: a balance that has just become zero is explained by what brought it there", () => {
    const made = balanceMakeup(
      log(0, [
        ["reward", 30],
        ["payout", -30],
      ]),
    );
    expect(made?.parts.map(({ kind }) => kind)).to.deep.equal(["payout", "reward"]);
  });

  it("ACC-6: nothing explains an account without entries", () => {
    expect(balanceMakeup([])).to.equal(undefined);
  });

  it("ACC-2 ACC-6: what was carried and the parts add up to the balance, whatever happened", () => {
    const movement = fc.tuple(fc.constantFrom(...KINDS), fc.integer({ min: -50, max: 50 }));
    fc.assert(
      fc.property(fc.integer(), fc.array(movement, { minLength: 1 }), (carried, movements) => {
        const entries = log(carried, movements);
        const made = balanceMakeup(entries);
        const sum = made?.parts.reduce((total, { sumMinor }) => total + sumMinor, made.carriedMinor);
        return sum === entries[0]?.balanceAfterMinor;
      }),
    );
  });
});
