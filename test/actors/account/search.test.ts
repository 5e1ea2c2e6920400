import { expect } from "chai";
import fc from "fast-check";
import { type ControlTotals, sum } from "../../../actors/ledger/control-totals.ts";
import { minus, plus, weightOf } from "../../../actors/ledger/whose.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { minor, ZERO } from "../../../schemas/money.ts";
import { heard } from "../../support/said.ts";
import {
  accountIn,
  assigned,
  type BookScene,
  bookIn,
  bookOf,
  closesOf,
  completed,
  D1,
  D2,
  D3,
  end,
  ended,
  payoutsOf,
  popug,
} from "./book.ts";

const sorted = (count: number): UserId[] => Array.from({ length: count }, popug).sort();
const fees = (count: number, total: number): ControlTotals => ({
  fees: count,
  feesMinor: minor(total),
  rewards: 0,
  rewardsMinor: ZERO,
});
const hold = (userId: UserId) => ({ userId, reason: "control_totals_differ" });

/** The barrier of a board that has sent all that was posted, and more: to these people. */
function barrier(
  scene: BookScene,
  missing: readonly (readonly [UserId, ControlTotals])[],
): Envelope<"day.ended"> {
  const message = ended(scene);
  const totals = sum([message.data.totals, ...missing.map(([, more]) => more)]);
  const weight = missing.reduce(
    (all, [id, more]) => plus(all, weightOf(id, more)),
    bookIn(scene)?.weight ?? 0,
  );
  return heard("day.ended", { ...message.data, totals, weight });
}

describe("for whom control totals differ", () => {
  it("DAY-4: the one whose fact is missing is held and listed, and everybody else is paid", () => {
    const ids = sorted(7);
    const victim = ids[3] as UserId;
    const scene = bookOf(2);
    for (const id of ids) scene.tell(completed(id, 30));
    scene.tell(barrier(scene, [[victim, fees(1, 12)]]));
    const outcomes = scene.settle();
    expect(closesOf(...outcomes)[0]?.heldAccounts).to.deep.equal([hold(victim)]);
    expect(payoutsOf(...outcomes).map(({ accountId }) => accountId)).to.deep.equal(
      ids.filter((id) => id !== victim),
    );
    expect(accountIn(scene, victim)?.heldSince).to.equal(D1);
  });

  it("DAY-4: it stays held on every later date, in whatever pieces, until it is released; then the next close pays it", () => {
    const [victim, other] = sorted(2) as [UserId, UserId];
    const scene = bookOf(1);
    scene.tell(completed(victim, 30), completed(other, 30));
    scene.tell(barrier(scene, [[victim, fees(1, 12)]]));
    scene.settle();
    scene.tell(completed(victim, 5, D2), completed(other, 5, D2));
    scene.crash();
    end(scene);
    const second = scene.settle();
    expect(closesOf(...second)[0]?.heldAccounts).to.deep.equal([hold(victim)]);
    expect(payoutsOf(...second).map(({ accountId }) => accountId)).to.deep.equal([other]);
    scene.tell(
      heard("hold.released", {
        accountId: victim,
        reason: "Booked by hand",
        occurredAt: "2026-06-03T10:00:00.000Z",
      }),
    );
    end(scene);
    const third = scene.settle();
    expect(closesOf(...third)[0]?.heldAccounts).to.deep.equal([]);
    expect(payoutsOf(...third)).to.have.length(1);
    expect(payoutsOf(...third)[0]).to.include({ accountId: victim, businessDate: D3, amountMinor: 35 });
  });

  it("DAY-4: whose only fact is missing is found, too, though nothing of it was posted", () => {
    const [victim, other] = sorted(2) as [UserId, UserId];
    const scene = bookOf();
    scene.tell(completed(victim, 30));
    end(scene);
    scene.settle();
    scene.tell(completed(other, 30, D2));
    scene.tell(barrier(scene, [[victim, fees(1, 12)]]));
    const outcomes = scene.settle();
    expect(payoutsOf(...outcomes).map(({ accountId }) => accountId)).to.deep.equal([other]);
    expect(accountIn(scene, victim)?.heldSince).to.equal(D2);
  });

  it("DAY-4: where facts of several people are missing, whoever moved on the date is held on it, and on no later one", () => {
    const [a, b, c] = sorted(3) as [UserId, UserId, UserId];
    const scene = bookOf();
    for (const id of [a, b, c]) scene.tell(completed(id, 30));
    scene.tell(
      barrier(scene, [
        [a, fees(1, 12)],
        [b, fees(1, 13)],
      ]),
    );
    expect(closesOf(...scene.settle())[0]?.heldAccounts).to.deep.equal([a, b, c].map(hold));
    end(scene);
    expect(payoutsOf(...scene.settle())).to.have.length(3);
  });

  it("DAY-4: an entry of the next date while it is searched: who moved is not paid before it is known for whom", () => {
    const [victim, other] = sorted(2) as [UserId, UserId];
    const scene = bookOf();
    scene.tell(completed(victim, 30), completed(other, 30));
    scene.tell(barrier(scene, [[victim, fees(1, 12)]]));
    expect(payoutsOf(scene.tell(assigned(victim, 3, D2)))).to.deep.equal([]);
    expect(payoutsOf(...scene.settle()).map(({ accountId }) => accountId)).to.deep.equal([other]);
  });

  it("DAY-4: weights add up as totals do, and of 1,000 people a difference fits one alone", () => {
    const ids = sorted(1_000);
    const amount = fc.integer({ min: -50, max: 50 });
    const totals = fc.record({
      fees: amount,
      feesMinor: amount.map(minor),
      rewards: amount,
      rewardsMinor: amount.map(minor),
    });
    const isSome = (each: ControlTotals) => Object.values(each).some((value) => value !== 0);
    fc.assert(
      fc.property(fc.constantFrom(...ids), totals, totals.filter(isSome), (id, posted, more) => {
        const sent = plus(weightOf(id, posted), weightOf(id, more));
        expect(sent).to.equal(weightOf(id, sum([posted, more])));
        const weight = minus(sent, weightOf(id, posted));
        expect(ids.filter((each) => weightOf(each, more) === weight)).to.deep.equal([id]);
      }),
      { numRuns: 20, seed: 4 },
    );
  });
});
