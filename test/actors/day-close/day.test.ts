import { expect } from "chai";
import fc from "fast-check";
import { dayClose } from "../../../actors/day-close/actor.ts";
import type { Day, DayEntity, DayState } from "../../../actors/day-close/state.ts";
import { NO_TOTALS } from "../../../actors/ledger/control-totals.ts";
import { sealHash } from "../../../actors/ledger/seal.ts";
import { type BusinessDate, nextDate } from "../../../schemas/business-date.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import type { DayClosedV1, DayPartitionClosedV1 } from "../../../schemas/generated/messages.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { given, type Outcome, Scene } from "../../support/given.ts";
import { COMPANY, FIRST_DATE, heard, NOON_MS, nextId } from "../../support/said.ts";

const D1 = FIRST_DATE;
const D2 = nextDate(D1);
const occurredAt = new Date(NOON_MS).toISOString();
const SENT = { fees: 3, feesMinor: minor(36), rewards: 1, rewardsMinor: minor(30) };

type DayScene = Scene<DayEntity, DayState>;

const ended = (businessDate = D1): Envelope<"day.ended"> =>
  heard("day.ended", { businessDate, nextDate: nextDate(businessDate), totals: SENT, occurredAt });

function closed(partition: number, businessDate = D1, more: Partial<DayPartitionClosedV1> = {}) {
  const posted = partition === 0 ? SENT : NO_TOTALS;
  const data = {
    businessDate,
    partition,
    posted,
    payouts: 1,
    payoutsMinor: minor(18),
    heldAccounts: [],
    occurredAt,
  };
  return heard("day.partition-closed", { ...data, ...more }, `/ates/account/${partition}`);
}

const sealsOf = ({ facts }: Outcome<DayEntity>): DayClosedV1[] =>
  facts.flatMap((fact) => (fact.type === "day.closed" ? [fact.data] : []));
const dayIn = (scene: DayScene, date: BusinessDate): Day => scene.saved.rows.get(`day/${date}`) as Day;
const parts = (...partitions: readonly number[]) =>
  partitions.map((partition) => ({
    partition,
    posted: partition === 0 ? SENT : NO_TOTALS,
    payouts: 1,
    payoutsMinor: minor(18),
  }));

describe("the company's day", () => {
  it("DAY-3: is sealed when the board's word and every partition's have come, in whatever order", () => {
    const words = [ended(), closed(0), closed(1)];
    for (const order of [
      [0, 1, 2],
      [1, 0, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const scene = new Scene(dayClose);
      const seals = order.map((at) => sealsOf(scene.tell(words[at] as Envelope)).length);
      expect(seals).to.deep.equal([0, 0, 1]);
      expect(dayIn(scene, D1)).to.include({ state: "closed", sealHash: sealHash("", D1, parts(0, 1)) });
    }
  });

  it("DAY-6: the fact says the totals, the payouts and the seal", () => {
    given(dayClose, ended(), closed(1))
      .when(closed(0))
      .then((outcome) => {
        expect(sealsOf(outcome)).to.deep.equal([
          {
            businessDate: D1,
            totals: SENT,
            payouts: 2,
            payoutsMinor: 36,
            sealHash: sealHash("", D1, parts(0, 1)),
            occurredAt,
          },
        ]);
      });
  });

  it("DAY-6: shows how far it is before it is sealed", () => {
    given(dayClose, ended())
      .when(closed(1))
      .then(({ facts }, scene) => {
        expect(facts).to.deep.equal([]);
        const day = scene.saved.rows.get(`day/${D1}`) as Day;
        expect(day).to.deep.include({
          state: "closing",
          sent: SENT,
          endedAt: occurredAt,
          sealHash: undefined,
        });
        expect(day.partitions.map(({ partition }) => partition)).to.deep.equal([1]);
      });
  });

  it("DAY-5: one partition that says it twice does not stand for another", () => {
    const scene = new Scene(dayClose);
    scene.tell(ended(), closed(1));
    expect(sealsOf(scene.tell(closed(1)))).to.deep.equal([]);
    expect(sealsOf(scene.tell(closed(0)))).to.have.length(1);
  });

  it("DAY-5 DAY-6: a sealed day hears nothing more: not the same again, and nothing else", () => {
    const scene = new Scene(dayClose);
    scene.tell(ended(), closed(0), closed(1));
    const before = dayIn(scene, D1);
    scene.crash();
    for (const late of [closed(1), closed(0, D1, { payouts: 9 }), ended()]) {
      const outcome = scene.tell(late);
      expect([outcome.facts, outcome.changed]).to.deep.equal([[], []]);
    }
    expect(dayIn(scene, D1)).to.equal(before);
  });

  it("DAY-6: each seal chains to the one before, also after a crash", () => {
    const scene = new Scene(dayClose);
    scene.tell(ended(), closed(0), closed(1));
    scene.crash();
    scene.tell(closed(0, D2), ended(D2));
    const [seal] = sealsOf(scene.tell(closed(1, D2)));
    expect(seal?.sealHash).to.equal(sealHash(sealHash("", D1, parts(0, 1)), D2, parts(0, 1)));
  });

  it("DAY-2: days under way at once are sealed in the order of their dates, however their parts mix", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }), (order) => {
        const dates = [D1, D2, nextDate(D2)];
        const channels = [
          dates.map((date) => ended(date)),
          dates.map((date) => closed(0, date)),
          dates.map((date) => closed(1, date)),
        ];
        const scene = new Scene(dayClose);
        const sealed: string[] = [];
        for (const at of [...order, 0, 0, 0, 1, 1, 1, 2, 2, 2]) {
          const next = channels[at]?.shift();
          if (next === undefined) continue;
          for (const { businessDate } of sealsOf(scene.tell(next))) sealed.push(businessDate);
        }
        expect(sealed).to.deep.equal(dates);
      }),
    );
  });

  it("DAY-4: accounts that are held are kept with the day", () => {
    const heldAccounts = [{ userId: nextId() as UserId, reason: "control_totals_differ" }];
    const scene = new Scene(dayClose);
    scene.tell(ended(), closed(0, D1, { heldAccounts }), closed(1));
    expect(dayIn(scene, D1).partitions.map((part) => part.heldAccounts)).to.deep.equal([heldAccounts, []]);
  });

  it("DAY-3: every partition of the installation is waited for, not only those that speak", () => {
    const scene = new Scene(dayClose, { company: { ...COMPANY, partitions: 16 } });
    scene.tell(ended());
    for (let partition = 0; partition < 15; partition++) {
      expect(sealsOf(scene.tell(closed(partition)))).to.deep.equal([]);
    }
    expect(sealsOf(scene.tell(closed(15)))).to.have.length(1);
  });
});
