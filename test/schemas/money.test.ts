import { expect } from "chai";
import fc from "fast-check";
import { add, type Minor, minor, negate, ZERO } from "../../schemas/money.ts";

const amounts = fc.maxSafeInteger().map(minor);
const small = fc.integer().map(minor);

describe("money", () => {
  it("ACC-2: is whole minor units, and anything else is refused", () => {
    fc.assert(fc.property(amounts, (amount) => minor(amount) === amount));
    for (const amount of [0.5, 1e-9, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53), 1e21]) {
      expect(() => minor(amount), String(amount)).to.throw(RangeError, "whole minor units");
    }
  });

  it("ACC-2: adds in any order to the same sum, which a bigint confirms", () => {
    fc.assert(
      fc.property(fc.array(small), (parts) => {
        const sum = parts.reduce(add, ZERO);
        expect(BigInt(sum)).to.equal(parts.reduce((a, b) => a + BigInt(b), 0n));
        expect([...parts].reverse().reduce(add, ZERO)).to.equal(sum);
      }),
    );
  });

  it("ACC-2: refuses a sum that a double does not hold", () => {
    const most = Number.MAX_SAFE_INTEGER as Minor;
    expect(() => add(most, minor(1))).to.throw(RangeError);
    expect(() => add(negate(most), minor(-1))).to.throw(RangeError);
  });

  it("ACC-2: knows one zero only", () => {
    expect(Object.is(negate(ZERO), 0)).to.equal(true);
    expect(Object.is(minor(-0), 0)).to.equal(true);
    fc.assert(fc.property(amounts, (amount) => Object.is(add(amount, negate(amount)), 0)));
  });
});
