import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import {
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
  entriesOf,
  failed,
  payoutsOf,
  popug,
  totalsOf,
} from "./book.ts";

const sorted = (count: number): UserId[] => Array.from({ length: count }, popug).sort();
const HELD = "control_totals_differ";
const hold = (userId: UserId) => ({ userId, reason: HELD });

describe("control totals that differ", () => {
  it("DAY-4: hold the accounts that moved on the date, and the rest is paid", () => {
    const [moved, still, poor] = sorted(3) as [UserId, UserId, UserId];
    const scene = bookOf();
    scene.tell(completed(still, 30));
    end(scene);
    const [paid] = payoutsOf(...scene.settle());
    scene.tell(failed(paid as never));
    end(scene, 0);
    scene.settle();
    scene.tell(completed(moved, 20, D3), assigned(poor, 5, D3));
    end(scene, 7);
    const outcomes = scene.settle();
    expect(closesOf(...outcomes)[0]?.heldAccounts).to.deep.equal([hold(moved)]);
    expect(payoutsOf(...outcomes)).to.deep.equal([]);
    expect(balanceOf(scene, moved)).to.equal(20);
  });

  it("DAY-4: what did not move on the date is paid on it, though the totals differ", () => {
    const [moved, still] = sorted(2) as [UserId, UserId];
    const scene = bookOf();
    scene.tell(completed(still, 30));
    end(scene, 7);
    const first = scene.settle();
    expect(closesOf(...first)[0]?.heldAccounts).to.deep.equal([hold(still)]);
    scene.tell(completed(moved, 20, D2));
    end(scene, 7);
    const second = scene.settle();
    expect(closesOf(...second)[0]?.heldAccounts).to.deep.equal([hold(moved)]);
    expect(payoutsOf(...second).map(({ accountId, amountMinor }) => [accountId, amountMinor])).to.deep.equal([
      [still, 30],
    ]);
    expect(payoutsOf(...second)[0]?.breakdown).to.include({ carriedMinor: 30, rewards: 0 });
  });

  it("DAY-4: a debt is nobody's payout: it is not held", () => {
    const scene = bookOf();
    scene.tell(assigned(popug(), 12));
    end(scene, 7);
    expect(closesOf(...scene.settle())[0]).to.deep.include({ heldAccounts: [], payouts: 0 });
  });

  it("DAY-4: an entry of the next date before the piece: the account is held, listed, and not paid", () => {
    const id = popug();
    const scene = bookOf();
    scene.tell(completed(id, 30));
    end(scene, 7);
    const early = scene.tell(completed(id, 5, D2), assigned(id, 3, D2));
    const rest = scene.settle();
    expect(payoutsOf(early, ...rest)).to.deep.equal([]);
    expect(closesOf(...rest)[0]).to.deep.include({ heldAccounts: [hold(id)], payouts: 0, payoutsMinor: 0 });
    expect(balanceOf(scene, id)).to.equal(32);
  });

  it("DAY-4: an entry of the next date after the piece: the account is listed once", () => {
    const [a, b, c] = sorted(3) as [UserId, UserId, UserId];
    const scene = bookOf(1);
    for (const id of [a, b, c]) scene.tell(completed(id, 30));
    end(scene, 7);
    scene.tellDue();
    scene.tell(completed(a, 5, D2), completed(c, 5, D2), completed(c, 5, D2));
    scene.crash();
    const held = closesOf(...scene.settle())[0]?.heldAccounts ?? [];
    expect(held.map(({ userId }) => userId).sort()).to.deep.equal([a, b, c]);
  });

  it("DAY-4: what is held is not paid for its date by a later date's barrier, and paid on that later date once", () => {
    const [a, b] = sorted(2) as [UserId, UserId];
    const scene = bookOf();
    scene.tell(completed(a, 30), completed(b, 11));
    end(scene, 7);
    end(scene);
    const outcomes = scene.settle();
    const closes = closesOf(...outcomes);
    expect(closes[0]).to.deep.include({
      businessDate: D1,
      heldAccounts: [hold(a), hold(b)],
      payouts: 0,
      payoutsMinor: 0,
    });
    expect(closes[1]).to.deep.include({ businessDate: D2, heldAccounts: [], payouts: 2, payoutsMinor: 41 });
    expect(payoutsOf(...outcomes).every(({ businessDate }) => businessDate === D2)).to.equal(true);
  });

  it("DAY-4: an entry that finds two dates closing: held on the first, paid on the second, listed and counted once", () => {
    const id = popug();
    const scene = bookOf();
    scene.tell(completed(id, 30));
    end(scene, 7);
    end(scene);
    const early = scene.tell(completed(id, 5, D3));
    expect(entriesOf(early).map(({ kind, businessDate }) => [kind, businessDate])).to.deep.equal([
      ["payout", D2],
      ["reward", D3],
    ]);
    const closes = closesOf(...scene.settle());
    expect(closes[0]).to.deep.include({ businessDate: D1, heldAccounts: [hold(id)], payouts: 0 });
    expect(closes[1]).to.deep.include({ businessDate: D2, heldAccounts: [], payouts: 1, payoutsMinor: 30 });
  });

  it("DAY-6: the payouts a partition states for a date are the payout entries of that date, whatever is held", () => {
    const ids = sorted(5);
    const scene = bookOf(2);
    const outcomes = ids.map((id) => scene.tell(completed(id, 30)));
    outcomes.push(end(scene, 7), scene.tell(completed(ids[0] as UserId, 1, D2)));
    outcomes.push(end(scene), scene.tell(assigned(ids[1] as UserId, 1, D3)));
    outcomes.push(end(scene, 3), ...scene.settle());
    for (const { businessDate, payouts, payoutsMinor, posted } of closesOf(...outcomes)) {
      const booked = entriesOf(...outcomes).filter(
        (entry) => entry.kind === "payout" && entry.businessDate === businessDate,
      );
      expect(payouts, businessDate).to.equal(booked.length);
      expect(payoutsMinor, businessDate).to.equal(
        booked.reduce((sum, { amountMinor }) => sum - amountMinor, 0),
      );
      expect(posted, businessDate).to.deep.equal(totalsOf(entriesOf(...outcomes), businessDate));
    }
    expect(bookIn(scene).closings).to.deep.equal([]);
  });
});
