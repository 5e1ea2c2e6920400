import { expect } from "chai";
import fc from "fast-check";
import { OwnBeats } from "../../../actors/runtime/own-beats.ts";

const BEAT_MS = 1_000;
const LEASE_MS = 4_000;

/** When a host beats, by the database's clock: evenly, and not while Postgres is away or it stands still itself. */
function beatsOf(phaseMs: number, away: readonly [fromMs: number, toMs: number], untilMs: number): number[] {
  const all = Array.from({ length: Math.ceil(untilMs / BEAT_MS) }, (_, n) => phaseMs + n * BEAT_MS);
  return all.filter((atMs) => atMs < away[0] || atMs >= away[1]);
}

/** At each of its beats, who of the others a host takes for dead. */
function judgements(own: readonly number[], others: readonly (readonly number[])[]): boolean[] {
  const ownBeats = new OwnBeats(LEASE_MS);
  return own.map((atMs) => {
    ownBeats.beaten(atMs);
    const silent = others.some((beats) => atMs - (beats.findLast((each) => each <= atMs) ?? 0) > LEASE_MS);
    return silent && ownBeats.mayJudge(atMs);
  });
}

const phase = fc.integer({ min: 0, max: BEAT_MS - 1 });

describe("who may be called dead", () => {
  it("OPS-2: after Postgres was away for however long, nobody who lives is called dead", () => {
    fc.assert(
      fc.property(
        fc.array(phase, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 10_000, max: 20_000 }),
        fc.integer({ min: 0, max: 60_000 }),
        (phases, fromMs, awayMs) => {
          const beats = phases.map((each) => beatsOf(each, [fromMs, fromMs + awayMs], 100_000));
          for (const [index, own] of beats.entries()) {
            expect(judgements(own, beats.toSpliced(index, 1))).not.to.include(true);
          }
        },
      ),
    );
  });

  it("OPS-2: a host that was killed is called dead within a lease and a beat by everybody who lives", () => {
    fc.assert(
      fc.property(phase, phase, fc.integer({ min: 10_000, max: 20_000 }), (one, other, killedMs) => {
        const dead = beatsOf(one, [killedMs, Number.POSITIVE_INFINITY], 40_000);
        const living = beatsOf(other, [0, 0], 40_000);
        const first = living[judgements(living, [dead]).indexOf(true)] ?? Number.POSITIVE_INFINITY;
        expect(first - killedMs).to.be.within(LEASE_MS - BEAT_MS, LEASE_MS + BEAT_MS);
      }),
    );
  });

  it("a host that stood still itself, or has just begun, calls nobody dead for half a lease", () => {
    const ownBeats = new OwnBeats(LEASE_MS);
    expect(ownBeats.mayJudge(0)).to.equal(false);
    for (const atMs of [0, 1_000]) ownBeats.beaten(atMs);
    expect(ownBeats.mayJudge(1_000)).to.equal(false);
    ownBeats.beaten(2_000);
    expect(ownBeats.mayJudge(2_000)).to.equal(true);
    expect(ownBeats.mayJudge(9_000), "no beat of its own for long").to.equal(false);
    ownBeats.beaten(9_000);
    expect(ownBeats.mayJudge(9_000)).to.equal(false);
  });
});
