import { expect } from "chai";
import { payment } from "../../../actors/payment/actor.ts";
import type { Payout } from "../../../actors/payment/state.ts";
import { paymentStore } from "../../../actors/payment/store.ts";
import { newUuid, type PayoutId, type UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, type World } from "../../support/world.ts";
import { message, OnePartition } from "./one-partition.ts";
import { requested } from "./payouts.ts";

describe("the payouts table", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld();
  });
  after(() => world.end());

  function payouts(count: number): Payout[] {
    const partition = new OnePartition(payment);
    for (let i = 0; i < count; i++) partition.take(message("payout.requested", requested()));
    return [...partition.rows.values()] as Payout[];
  }
  const load = (...wanted: Payout[]) =>
    paymentStore.load(
      world.pool,
      0,
      wanted.map(({ key }) => key),
    );
  const save = (...changed: Payout[]) => saveBy(paymentStore, world.pool, 0, changed, []);

  it("PAY-1: gives back what was saved, many at once, in every state", async () => {
    const [a, b, c] = payouts(3) as [Payout, Payout, Payout];
    await save(a, b, c);
    expect(await load(a, b, c)).to.have.deep.members([a, b, c]);
    const later: Payout[] = [
      {
        ...a,
        state: "settled",
        attempts: 3,
        provider: "http",
        settledAt: "2026-10-06T01:00:00.000Z",
        steps: [...a.steps, { at: "2026-10-06T01:00:00.000Z", what: "settled" }],
        updatedAt: "2026-10-06T01:00:00.000Z",
      },
      { ...b, state: "failed", failure: "account closed" },
      { ...c, state: "returned", failure: "account closed" },
    ];
    await save(...later);
    expect(await load(a, b, c)).to.have.deep.members(later);
    expect(await paymentStore.open(world.pool, 0)).to.deep.equal([]);
  });

  it("PAY-1: whom, when and how much is fixed by the first row", async () => {
    const [payout] = payouts(1) as [Payout];
    await save(payout);
    await save({ ...payout, amountMinor: minor(1), accountId: newUuid() as UserId });
    expect(await load(payout)).to.deep.equal([payout]);
  });

  it("PAY-1: a second payout of the same account and date is refused", async () => {
    const [payout] = payouts(1) as [Payout];
    await save(payout);
    const id = newUuid() as PayoutId;
    const error = await save({ ...payout, id, key: `payout/${id}` }).then(
      () => undefined,
      (refusal: { code: string }) => refusal,
    );
    expect(error?.code).to.equal("23505");
  });

  it("DAY-2: a payout of nothing is refused", async () => {
    const [payout] = payouts(1) as [Payout];
    const error = await save({ ...payout, amountMinor: minor(0) }).then(
      () => undefined,
      (refusal: { code: string }) => refusal,
    );
    expect(error?.code).to.equal("23514");
  });
});
