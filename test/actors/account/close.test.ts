import { expect } from "chai";
import { endOfDateMs } from "../../../schemas/business-date.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { COMPANY } from "../../support/said.ts";
import {
  accountIn,
  assigned,
  balanceOf,
  bookIn,
  bookOf,
  closesOf,
  completed,
  D1,
  D2,
  D3,
  end,
  ended,
  entriesOf,
  failed,
  payoutsOf,
  popug,
  sumOf,
} from "./book.ts";

const sorted = (count: number): UserId[] => Array.from({ length: count }, popug).sort();

describe("closing a date in an account partition", () => {
  it("DAY-2: a positive balance is paid and becomes zero by an entry; zero and negative ones stay untouched", () => {
    const [rich, zero, poor] = [popug(), popug(), popug()];
    const scene = bookOf();
    scene.tell(
      completed(rich, 30),
      assigned(rich, 12),
      assigned(zero, 20),
      completed(zero, 20),
      assigned(poor, 15),
    );
    end(scene);
    const outcomes = scene.settle();
    expect(
      payoutsOf(...outcomes).map(({ accountId, amountMinor }) => [accountId, amountMinor]),
    ).to.deep.equal([[rich, 18]]);
    expect(entriesOf(...outcomes)).to.have.length(1);
    expect(entriesOf(...outcomes)[0]).to.include({
      kind: "payout",
      amountMinor: -18,
      businessDate: D1,
      balanceAfterMinor: 0,
    });
    expect([rich, zero, poor].map((id) => balanceOf(scene, id))).to.deep.equal([0, 0, -15]);
    expect(closesOf(...outcomes)).to.have.length(1);
    expect(closesOf(...outcomes)[0]).to.include({ businessDate: D1, payouts: 1, payoutsMinor: 18 });
  });

  it("DAY-2: a debt is carried, and what is earned later is paid without it", () => {
    const id = popug();
    const scene = bookOf();
    scene.tell(assigned(id, 15));
    end(scene);
    scene.settle();
    scene.tell(completed(id, 40, D2));
    end(scene);
    const [payout] = payoutsOf(...scene.settle());
    expect(payout).to.deep.include({ amountMinor: 25, businessDate: D2 });
    expect(payout?.breakdown).to.deep.equal({
      carriedMinor: -15,
      fees: 0,
      feesMinor: 0,
      rewards: 1,
      rewardsMinor: 40,
      otherMinor: 0,
    });
  });

  it("PAY-3: the breakdown sums up to the payout, and begins anew after it", () => {
    const id = popug();
    const scene = bookOf();
    for (const date of [D1, D2, D3]) {
      scene.tell(completed(id, 40, date), assigned(id, 10, date), assigned(id, 11, date));
      end(scene);
      const [payout] = payoutsOf(...scene.settle());
      expect(payout?.breakdown).to.deep.equal({
        carriedMinor: 0,
        fees: 2,
        feesMinor: 21,
        rewards: 1,
        rewardsMinor: 40,
        otherMinor: 0,
      });
      expect(payout?.amountMinor).to.equal(19);
    }
  });

  it("DAY-3: a fact of the next date before the piece does not change what is paid", () => {
    const [a, b, c] = sorted(3) as [UserId, UserId, UserId];
    const scene = bookOf();
    for (const id of [a, b, c]) scene.tell(completed(id, 30));
    end(scene);
    const early = [scene.tell(completed(a, 20, D2)), scene.tell(assigned(b, 20, D2))];
    expect(
      entriesOf(...early).map(({ kind, amountMinor, businessDate }) => [kind, amountMinor, businessDate]),
    ).to.deep.equal([
      ["payout", -30, D1],
      ["reward", 20, D2],
      ["payout", -30, D1],
      ["fee", -20, D2],
    ]);
    const rest = scene.settle();
    expect(payoutsOf(...rest).map(({ accountId }) => accountId)).to.deep.equal([c]);
    expect(closesOf(...rest)[0]).to.include({ payouts: 3, payoutsMinor: 90 });
    expect([a, b, c].map((id) => balanceOf(scene, id))).to.deep.equal([20, -20, 0]);
  });

  it("DAY-3: facts after the piece, of accounts before and behind it, change nothing either", () => {
    const ids = sorted(5);
    const scene = bookOf(2);
    for (const id of ids) scene.tell(completed(id, 30));
    end(scene);
    const outcomes = [scene.tellDue()];
    for (const id of ids) outcomes.push(scene.tell(completed(id, 7, D2)));
    outcomes.push(...scene.settle());
    const said = outcomes.flatMap((each) => each ?? []);
    expect(payoutsOf(...said).map(({ accountId }) => accountId)).to.have.members(ids);
    expect(
      payoutsOf(...said).every(({ amountMinor, businessDate }) => amountMinor === 30 && businessDate === D1),
    ).to.equal(true);
    expect(closesOf(...said)[0]).to.include({ payouts: 5, payoutsMinor: 150 });
    expect(ids.map((id) => balanceOf(scene, id))).to.deep.equal([7, 7, 7, 7, 7]);
  });

  it("DAY-3: a fact of the next date and the piece in one batch, in either order", () => {
    for (const isPieceFirst of [true, false]) {
      const id = popug();
      const scene = bookOf();
      scene.tell(completed(id, 30));
      end(scene);
      const items = [scene.laterOf(scene.due()[0]), scene.itemOf(completed(id, 7, D2))];
      const outcome = scene.take(isPieceFirst ? items : items.reverse());
      expect(payoutsOf(outcome).map(({ amountMinor }) => amountMinor)).to.deep.equal([30]);
      expect(closesOf(outcome)[0]).to.include({ payouts: 1, payoutsMinor: 30 });
      expect(balanceOf(scene, id)).to.equal(7);
    }
  });

  it("DAY-3: pieces are bounded; with as many accounts as fill them exactly the close ends as well", () => {
    for (const count of [0, 1, 3, 4, 6]) {
      const ids = sorted(count);
      const scene = bookOf(3);
      for (const id of ids) scene.tell(completed(id, 30));
      scene.tell(assigned(popug(), 3));
      end(scene);
      const outcomes = scene.settle();
      expect(outcomes).to.have.length(Math.floor(count / 3) + 1);
      expect(payoutsOf(...outcomes).map(({ accountId }) => accountId)).to.deep.equal(ids);
      expect(closesOf(...outcomes)[0]).to.include({ payouts: count });
      expect(bookIn(scene).closings).to.deep.equal([]);
    }
  });

  it("DAY-5: a crash before any piece, or in it, pays once, with the same payout ids and hashes", () => {
    const scene = bookOf(2);
    for (const id of sorted(5)) scene.tell(completed(id, 30));
    end(scene);
    const outcomes = [];
    while (scene.due().length > 0) {
      scene.crash();
      const lost = scene.rehearseLater(scene.due()[0] as never);
      const kept = scene.tellDue();
      expect(kept?.facts).to.deep.equal(lost.facts);
      if (kept !== undefined) outcomes.push(kept);
    }
    expect(payoutsOf(...outcomes)).to.have.length(5);
    expect(new Set(payoutsOf(...outcomes).map(({ payoutId }) => payoutId)).size).to.equal(5);
    expect(sumOf(scene)).to.equal(0);
  });

  it("DAY-5: a piece, or a barrier, that is told again changes nothing", () => {
    const scene = bookOf();
    const id = popug();
    scene.tell(completed(id, 30));
    const barrier = ended(scene);
    scene.tell(barrier);
    const row = scene.due()[0];
    scene.settle();
    const again = [scene.tell(barrier), scene.take([scene.laterOf(row)])];
    for (const each of again)
      expect([each.facts, each.changed, each.deadLetters]).to.deep.equal([[], [], []]);
    expect(accountIn(scene, id)).to.include({ balanceMinor: 0, entries: 2 });
  });

  it("DAY-5: a barrier of another date than the open one is kept as a dead letter", () => {
    const scene = bookOf();
    const barrier = ended(scene);
    scene.tell(barrier);
    const stale = { ...barrier, id: popug() as string };
    expect(scene.tellAnything(stale).deadLetters[0]?.code).to.equal("handler_failed");
    expect(bookIn(scene).businessDate).to.equal(D2);
  });

  it("DAY-2: the next barriers before the first close has ended: each date pays its own, in order", () => {
    const [a, b, c] = sorted(3) as [UserId, UserId, UserId];
    const scene = bookOf(1);
    for (const id of [a, b]) scene.tell(completed(id, 30));
    end(scene);
    scene.tell(completed(b, 20, D2), completed(c, 9, D2));
    end(scene);
    scene.tell(assigned(a, 5, D3), completed(c, 1, D3));
    end(scene);
    expect(scene.due()).to.have.length(1);
    const outcomes = scene.settle();
    const closes = closesOf(...outcomes);
    expect(
      closes.map(({ businessDate, payouts, payoutsMinor }) => [businessDate, payouts, payoutsMinor]),
    ).to.deep.equal([
      [D1, 2, 60],
      [D2, 2, 29],
      [D3, 1, 1],
    ]);
    expect([a, b, c].map((id) => balanceOf(scene, id))).to.deep.equal([-5, 0, 0]);
  });

  it("DAY-2: a barrier in the batch of the last piece, before it or after it, is closed too", () => {
    for (const isBarrierFirst of [true, false]) {
      const id = popug();
      const scene = bookOf();
      scene.tell(completed(id, 30));
      end(scene);
      const items = [scene.itemOf(ended(scene)), scene.laterOf(scene.due()[0])];
      const outcomes = [scene.take(isBarrierFirst ? items : items.reverse()), ...scene.settle()];
      expect(closesOf(...outcomes).map(({ businessDate }) => businessDate)).to.deep.equal([D1, D2]);
      expect(payoutsOf(...outcomes)).to.have.length(1);
    }
  });

  it("DAY-6: what the partition says of a closed date is what its entries say", () => {
    const ids = sorted(4);
    const scene = bookOf(3);
    for (const id of ids) scene.tell(assigned(id, 10), completed(id, 25));
    end(scene);
    const [close] = closesOf(...scene.settle());
    expect(close).to.deep.include({
      posted: { fees: 4, feesMinor: 40, rewards: 4, rewardsMinor: 100 },
      payouts: 4,
      payoutsMinor: 60,
      heldAccounts: [],
    });
  });

  it("PAY-1 DAY-6: a failed payout is owed again on the open date, never on the ended one", () => {
    const id = popug();
    const scene = bookOf();
    scene.tell(completed(id, 30));
    end(scene);
    const [payout] = payoutsOf(...scene.settle());
    scene.nowMs = endOfDateMs(D2, COMPANY) - 1;
    const outcome = scene.tell(failed(payout as never));
    expect(entriesOf(outcome)).to.have.length(1);
    expect(entriesOf(outcome)[0]).to.include({
      kind: "payout-return",
      amountMinor: 30,
      businessDate: D2,
      balanceAfterMinor: 30,
    });
    expect(entriesOf(outcome)[0]?.payoutId).to.equal(payout?.payoutId);
    expect(outcome.facts.at(-1)?.type).to.equal("payout.returned");
    expect(outcome.facts.at(-1)?.data).to.include({ businessDate: D1, amountMinor: 30 });
    expect(sumOf(scene)).to.equal(0);
  });

  it("PAY-1: what came back is paid by the next close under another payout, and counts as no income", () => {
    const id = popug();
    const scene = bookOf();
    scene.tell(completed(id, 30));
    end(scene);
    const [first] = payoutsOf(...scene.settle());
    scene.tell(failed(first as never));
    scene.tell(assigned(id, 12, D2));
    expect(bookIn(scene).posted).to.deep.equal({ fees: 1, feesMinor: 12, rewards: 0, rewardsMinor: 0 });
    end(scene);
    const [second] = payoutsOf(...scene.settle());
    expect(second?.payoutId).to.not.equal(first?.payoutId);
    expect(second).to.deep.include({ amountMinor: 18, businessDate: D2 });
    expect(second?.breakdown).to.include({ carriedMinor: 0, otherMinor: 30, feesMinor: 12 });
  });

  it("PAY-1: a payout that fails while its own date is still closing waits for the next close", () => {
    const [a, b] = sorted(2) as [UserId, UserId];
    const scene = bookOf(1);
    scene.tell(completed(a, 30), completed(b, 30));
    end(scene);
    const [first] = payoutsOf(scene.tellDue() as never);
    scene.tell(failed(first as never));
    const rest = scene.settle();
    expect(payoutsOf(...rest).map(({ accountId }) => accountId)).to.deep.equal([b]);
    expect(closesOf(...rest)[0]).to.include({ payouts: 2, payoutsMinor: 60 });
    expect(balanceOf(scene, a)).to.equal(30);
  });
});
