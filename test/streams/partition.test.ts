import { expect } from "chai";
import fc from "fast-check";
import { newUuid } from "../../schemas/ids.ts";
import { partitionOf } from "../../streams/partition.ts";

/** For ever: a key that moved would have two accounts, and its channel two numberings. */
const VECTORS: readonly (readonly [key: string, of16: number, of1024: number])[] = [
  ["", 11, 11],
  ["a", 3, 435],
  ["day", 7, 983],
  ["0190a5d2-7c3e-7f00-8000-000000000001", 14, 558],
  ["0190a5d2-7c3e-7f00-8000-000000000002", 14, 862],
  ["ffffffff-ffff-4fff-bfff-ffffffffffff", 1, 385],
  ["попугай", 7, 999],
  ["🦜", 4, 148],
];

describe("the partition of a key", () => {
  for (const [key, of16, of1024] of VECTORS) {
    it(`G4: ${JSON.stringify(key)} is in partition ${of16} of 16 and ${of1024} of 1024`, () => {
      expect([partitionOf(key, 16), partitionOf(key, 1024)]).to.deep.equal([of16, of1024]);
    });
  }

  it("G4: is one of the partitions, whatever the key, and the same each time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 1024 }), (key, partitions) => {
        const partition = partitionOf(key, partitions);
        return partition >= 0 && partition < partitions && partition === partitionOf(key, partitions);
      }),
    );
  });

  it("OPS-2: ids, drawn or counted, spread evenly: chi-square stays below its 99.9 % bound", () => {
    const partitions = 16;
    const kinds: readonly ((index: number) => string)[] = [
      (index) => newUuid(1_700_000_000_000 + index),
      (index) => `user-${index}`,
      (index) => String(index),
    ];
    for (const key of kinds) {
      const counts = new Array<number>(partitions).fill(0);
      for (let index = 0; index < 96_000; index++) {
        const at = partitionOf(key(index), partitions);
        counts[at] = (counts[at] ?? 0) + 1;
      }
      const chiSquare = counts.reduce((sum, count) => sum + (count - 6_000) ** 2 / 6_000, 0);
      expect(chiSquare, key(1)).to.be.below(37.7); // 15 degrees of freedom
    }
  });
});
