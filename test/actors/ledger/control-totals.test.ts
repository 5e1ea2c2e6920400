import { expect } from "chai";
import fc from "fast-check";
import {
  agree,
  type ControlTotals,
  NO_TOTALS,
  sum,
  withFee,
  withReward,
} from "../../../actors/ledger/control-totals.ts";
import { type SealedPartition, sealHash } from "../../../actors/ledger/seal.ts";
import { nextDate } from "../../../schemas/business-date.ts";
import { minor } from "../../../schemas/money.ts";
import { FIRST_DATE } from "../../support/said.ts";

const movement = fc.record({ isFee: fc.boolean(), amount: fc.integer({ min: 1, max: 40 }) });
const of = (movements: readonly { isFee: boolean; amount: number }[]): ControlTotals =>
  movements.reduce(
    (totals, { isFee, amount }) =>
      isFee ? withFee(totals, minor(amount)) : withReward(totals, minor(amount)),
    NO_TOTALS,
  );

describe("control totals", () => {
  it("DAY-4: the totals of the parts sum up to the totals of the whole, in any order", () => {
    fc.assert(
      fc.property(fc.array(movement), fc.array(movement), (a, b) => {
        expect(sum([of(a), of(b)])).to.deep.equal(of([...b, ...a]));
        expect(agree(sum([of(a), of(b)]), of([...a, ...b]))).to.equal(true);
      }),
    );
  });

  it("DAY-4: a fact more, a fact less, another amount: they no longer agree", () => {
    fc.assert(
      fc.property(fc.array(movement), movement, (all, one) => {
        expect(agree(of(all), of([...all, one]))).to.equal(false);
        expect(agree(of([...all, one]), of([...all, { ...one, amount: one.amount + 1 }]))).to.equal(false);
        expect(agree(of([...all, one]), of([...all, { ...one, isFee: !one.isFee }]))).to.equal(false);
      }),
    );
  });
});

describe("a seal", () => {
  const partitions: readonly SealedPartition[] = [0, 1].map((partition) => ({
    partition,
    posted: { fees: 1, feesMinor: minor(10), rewards: 2, rewardsMinor: minor(50) },
    payouts: 1,
    payoutsMinor: minor(40),
  }));

  it("DAY-6: is the same whenever it is computed again, whatever else the partitions say", () => {
    const wordy = partitions.map((part) => ({ heldAccounts: [], ...part, note: "later" }));
    expect(sealHash("", FIRST_DATE, wordy)).to.equal(sealHash("", FIRST_DATE, partitions));
  });

  it("DAY-6: changes with every number, with the date and with the seal of the day before", () => {
    const seals = new Set([sealHash("", FIRST_DATE, partitions)]);
    const [first, second] = partitions as [SealedPartition, SealedPartition];
    const changed: SealedPartition[] = [
      { ...first, partition: 7 },
      { ...first, payouts: 2 },
      { ...first, payoutsMinor: minor(41) },
      ...(["fees", "feesMinor", "rewards", "rewardsMinor"] as const).map((name) => ({
        ...first,
        posted: { ...first.posted, [name]: minor(first.posted[name] + 1) },
      })),
    ];
    for (const part of changed) seals.add(sealHash("", FIRST_DATE, [part, second]));
    seals.add(sealHash("", nextDate(FIRST_DATE), partitions));
    seals.add(sealHash("before", FIRST_DATE, partitions));
    seals.add(sealHash("", FIRST_DATE, [second, first]));
    seals.add(sealHash("", FIRST_DATE, [first]));
    expect(seals.size).to.equal(changed.length + 5);
  });
});
