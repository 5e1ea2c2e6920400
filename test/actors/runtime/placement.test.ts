import { expect } from "chai";
import fc from "fast-check";
import { targetOf } from "../../../actors/runtime/placement.ts";
import { ALL_KINDS } from "../../../streams/topology.ts";

const NAMES = ALL_KINDS.flatMap((kind) => Array.from({ length: 16 }, (_, p) => `${kind}/${p}`));
const hosts = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 12 });

describe("placement by rendezvous hashing", () => {
  it("OPS-2: every host computes the same target, whatever the order of its list", () => {
    fc.assert(
      fc.property(hosts, fc.constantFrom(...NAMES), (list, name) => {
        const target = targetOf(name, list);
        expect(list).to.include(target);
        expect(targetOf(name, list.toReversed())).to.equal(target);
        expect(targetOf(name, list.toSorted())).to.equal(target);
      }),
    );
  });

  it("OPS-2: a host that joins takes partitions from others, and none moves between the others", () => {
    fc.assert(
      fc.property(hosts, fc.uuid(), (list, joining) => {
        fc.pre(!list.includes(joining));
        for (const name of NAMES) {
          expect(targetOf(name, [...list, joining])).to.be.oneOf([targetOf(name, list), joining]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("OPS-2: when a host leaves only its own share moves", () => {
    fc.assert(
      fc.property(hosts, fc.nat(), (list, index) => {
        fc.pre(list.length > 1);
        const leaving = list[index % list.length];
        const rest = list.filter((host) => host !== leaving);
        for (const name of NAMES) {
          const before = targetOf(name, list);
          if (before !== leaving) expect(targetOf(name, rest)).to.equal(before);
          else expect(rest).to.include(targetOf(name, rest));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("each of the hosts gets its fair share, within three standard deviations", () => {
    const names = Array.from({ length: 8_000 }, (_, p) => `account/${p}`);
    const list = Array.from({ length: 8 }, (_, n) => `0190a000-0000-7000-8000-00000000000${n}`);
    const shares = Map.groupBy(names, (name) => targetOf(name, list));
    const deviation = Math.sqrt(8_000 * (1 / 8) * (7 / 8));
    for (const host of list) {
      expect(shares.get(host)?.length ?? 0, host).to.be.closeTo(1_000, 3 * deviation);
    }
  });

  it("nobody alive: there is no target", () => {
    expect(targetOf("account/0", [])).to.equal(undefined);
  });
});
