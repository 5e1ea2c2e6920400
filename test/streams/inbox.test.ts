import { expect } from "chai";
import fc from "fast-check";
import { claimedNumber, Inbox, inboxKey } from "../../streams/inbox.ts";

const KEY = inboxKey({ topic: "tasks", partition: 3 }, "/ates/task-board/0");

describe("the inbox", () => {
  it("G5: applies mark + 1, drops what is not beyond the mark, and calls what is further away a gap", () => {
    const inbox = new Inbox({ [KEY]: 5 });
    expect([5, 6, 6, 8, 7, 8].map((number) => inbox.offer(KEY, number))).to.deep.equal([
      "duplicate",
      "apply",
      "duplicate",
      "gap",
      "apply",
      "apply",
    ]);
    expect(inbox.snapshot()).to.deep.equal({ [KEY]: 8 });
  });

  it("G5: a gap moves no mark", () => {
    const inbox = new Inbox({});
    expect(inbox.offer(KEY, 2)).to.equal("gap");
    expect(inbox.snapshot()).to.deep.equal({});
  });

  it("G4 G5: however numbers are repeated and reordered, 1..n are applied once, in order, by the time all have come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 200 }), (offered) => {
        const inbox = new Inbox({});
        const applied: number[] = [];
        const offer = (number: number) => {
          if (inbox.offer(KEY, number) === "apply") applied.push(number);
        };
        for (const number of offered) offer(number);
        for (let number = 1; number <= 20; number++) offer(number); // the resend
        expect(applied).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
      }),
    );
  });

  it("G5: channels do not touch each other", () => {
    const inbox = new Inbox({});
    const other = inboxKey({ topic: "tasks", partition: 4 }, "/ates/task-board/0");
    expect(inbox.offer(KEY, 1)).to.equal("apply");
    expect(inbox.offer(other, 1)).to.equal("apply");
    expect(inbox.offer(other, 3)).to.equal("gap");
  });

  it("G5: marks survive the way through JSON, to the last number that a double holds", () => {
    const last = Number.MAX_SAFE_INTEGER - 1;
    const again = new Inbox(JSON.parse(JSON.stringify(new Inbox({ [KEY]: last }).snapshot())));
    expect(again.offer(KEY, last)).to.equal("duplicate");
    expect(again.offer(KEY, last + 1)).to.equal("apply");
  });

  for (const [source, sequence] of [
    ["/ates/task-board/0", "abc"],
    ["/ates/task-board/0", "NaN"],
    ["/ates/task-board/0", "-1"],
    ["/ates/task-board/0", "0"],
    ["/ates/task-board/0", "1e3"],
    ["/ates/task-board/0", "1.5"],
    ["/ates/task-board/0", "01"],
    ["/ates/task-board/0", "9007199254740993"],
    ["/ates/task-board/0", 7],
    ["/ates/task-board/0", ["7"]],
    ["/ates/task-board/0", undefined],
    ["/ates/edge", "7"],
    ["/ates/task-board/0/x", "7"],
    ["/ates/task-board/-1", "7"],
    ["/ates/task-board/0\n", "7"],
    [undefined, "7"],
    [{}, "7"],
  ] as const) {
    it(`EVT-4: ${JSON.stringify(sequence)} of ${JSON.stringify(source)} is no place in a channel: it moves no mark`, () => {
      expect(claimedNumber(source, sequence)).to.equal(undefined);
    });
  }
});
