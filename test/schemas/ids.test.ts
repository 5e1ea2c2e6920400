import { expect } from "chai";
import fc from "fast-check";
import { derivedUuid, isUuid, newUuid, timeOfUuid } from "../../schemas/ids.ts";

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe("ids", () => {
  it("G7: are UUIDs of version 7 that hold their time", () => {
    fc.assert(
      fc.property(times, fc.array(fc.string(), { minLength: 1 }), (timeMs, words) => {
        for (const id of [newUuid(timeMs), derivedUuid(timeMs, ...words)]) {
          expect(id).to.match(V7);
          expect(isUuid(id)).to.equal(true);
          expect(timeOfUuid(id)).to.equal(timeMs);
        }
      }),
    );
  });

  it("G7: that are derived are the same for the same cause, for ever", () => {
    fc.assert(
      fc.property(times, fc.array(fc.string()), (timeMs, words) => {
        expect(derivedUuid(timeMs, ...words)).to.equal(derivedUuid(timeMs, ...words));
      }),
    );
    expect(derivedUuid(1_780_308_000_000, "task", "0190", 1)).to.equal(FOR_EVER);
  });

  it("G7: tell words from each other, not only their letters", () => {
    expect(derivedUuid(1, "ab", "c")).to.not.equal(derivedUuid(1, "a", "bc"));
    expect(derivedUuid(1, "a")).to.not.equal(derivedUuid(1, "a", ""));
  });

  it("G7: do not collide: 100,000 derived and 100,000 drawn of one millisecond", () => {
    const ids = new Set<string>();
    for (let n = 0; n < 100_000; n++) {
      ids.add(derivedUuid(1_780_308_000_000, "test", n));
      ids.add(newUuid(1_780_308_000_000));
    }
    expect(ids.size).to.equal(200_000);
  });

  it("G7: are in the order of their times as text", () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        fc.pre(a < b);
        expect(newUuid(a) < newUuid(b)).to.equal(true);
      }),
    );
  });

  it("G7: are ids whatever the time is", () => {
    for (const timeMs of [Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, 2 ** 48, 2 ** 60]) {
      expect(newUuid(timeMs), String(timeMs)).to.match(V7);
      expect(derivedUuid(timeMs, "a")).to.not.equal(derivedUuid(timeMs, "b"));
    }
  });

  it("are told from other text", () => {
    for (const text of ["", "0", newUuid().slice(1), `${newUuid()}0`, `{${newUuid()}}`, `${newUuid()}\n`]) {
      expect(isUuid(text), text).to.equal(false);
    }
  });
});

/** A change of this value is a change of every derived id: redelivered messages would act twice. */
const FOR_EVER = "019e82a0-3d00-724f-ba4c-b7df40c0f738";
