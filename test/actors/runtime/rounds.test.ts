/** Batches of one process take turns between rounds of the event loop; kinds go by rank. */
import { expect } from "chai";
import { Rounds } from "../../../actors/runtime/rounds.ts";
import type { Kind } from "../../../streams/topology.ts";

/** A clock whose time passes when it is told, and whose rounds end when they are told. */
function stage() {
  let nowMs = 0;
  let next: (() => void) | undefined;
  let timer: { readonly delayMs: number; readonly callback: () => void } | undefined;
  const began: string[] = [];
  const rounds = new Rounds({
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, callback) => {
      timer = { delayMs, callback };
      return () => {
        timer = undefined;
      };
    },
    soon: (callback) => {
      next = callback;
    },
  });
  return {
    began,
    rounds,
    /** Until the timer that is set, if one is: how long that was, in ms. */
    time: () => {
      const passed = timer;
      passed?.callback();
      return passed?.delayMs;
    },
    passes: (ms: number) => {
      nowMs += ms;
    },
    async asks(kind: Kind, name: string = kind): Promise<void> {
      void rounds.mine(kind).then(() => began.push(name));
      await Promise.resolve();
      await Promise.resolve();
    },
    async asksToGoOn(kind: Kind, name: string = kind): Promise<void> {
      void rounds.goOn(kind).then(() => began.push(name));
      await Promise.resolve();
      await Promise.resolve();
    },
    async ends(): Promise<void> {
      const ended = next;
      next = undefined;
      ended?.();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

const BOARD = { kind: "task-board" } as const;

describe("rounds of the event loop", () => {
  it("let everybody begin at once while the round is young", async () => {
    const { began, asks } = stage();
    await asks("mailer");
    await asks("account");
    expect(began).to.deep.equal(["mailer", "account"]);
  });

  it("end before the next batch begins when the round has lasted", async () => {
    const { began, asks, ends, passes } = stage();
    await asks("mailer", "first");
    passes(20);
    await asks("mailer", "second");
    expect(began).to.deep.equal(["first"]);
    await ends();
    expect(began).to.deep.equal(["first", "second"]);
  });

  it("give money its turn before what is told of it, and each kind in the order of asking", async () => {
    const { began, asks, ends, passes } = stage();
    await asks("analytics", "under way");
    passes(20);
    for (const kind of ["mailer", "account", "task-board"] as const) await asks(kind);
    await ends();
    await ends();
    expect(began).to.deep.equal(["under way", "task-board", "account"]);
  });

  it("give what follows from the ledger its turns in the order of asking: mails do not wait for the last payment", async () => {
    const { began, asks, ends, passes } = stage();
    await asks("account", "under way");
    passes(20);
    for (const kind of ["mailer", "payment", "analytics"] as const) await asks(kind);
    for (let count = 0; count < 3; count++) await ends();
    expect(began).to.deep.equal(["under way", "mailer", "payment", "analytics"]);
  });

  it("give every fourth turn to whoever has waited longest", async () => {
    const { began, asks, ends, passes } = stage();
    await asks("analytics", "under way");
    passes(20);
    await asks("mailer");
    for (let count = 1; count <= 8; count++) await asks("account", `account ${count}`);
    for (let count = 0; count < 4; count++) await ends();
    expect(began.indexOf("mailer")).to.be.within(1, 4);
  });

  it("are over for a batch that has begun as soon as they have lasted, and it goes on after commands, before its like", async () => {
    const { began, rounds, asks, asksToGoOn, ends, passes } = stage();
    await asks("task-board", "a command");
    await asks("account", "under way");
    expect(rounds.isOver("account")).to.equal(false);
    passes(20);
    expect(rounds.isOver("account")).to.equal(true);
    await asks("account", "another");
    await asksToGoOn("account", "under way, on");
    await asks("task-board");
    for (let count = 0; count < 3; count++) await ends();
    expect(began).to.deep.equal(["a command", "under way", "task-board", "under way, on", "another"]);
  });

  it("let a batch that has begun go on at once while nothing else is done, also in a long work it follows from", async () => {
    const { began, rounds, asks, asksToGoOn, ends } = stage();
    await asks("task-board");
    await ends();
    rounds.ended(BOARD, true);
    expect(rounds.isOver("account")).to.equal(true);
    await asksToGoOn("account");
    expect(began).to.deep.equal(["task-board", "account"]);
    expect(rounds.isOver("account")).to.equal(false);
  });

  it("are not over for a batch that has begun while no commands come: nobody needs the room", async () => {
    const { rounds, asks, passes } = stage();
    await asks("account");
    passes(20);
    expect(rounds.isOver("account")).to.equal(false);
    await asks("bookkeeper");
    expect(rounds.isOver("account")).to.equal(true);
    expect(rounds.isOver("task-board")).to.equal(false);
    passes(1_500);
    expect(rounds.isOver("account")).to.equal(false);
  });

  it("take nobody's place when a round ends with nobody waiting", async () => {
    const { began, asks, ends } = stage();
    await asks("account", "first");
    await ends();
    await ends();
    await asks("account", "second");
    expect(began).to.deep.equal(["first", "second"]);
  });

  it("keep what follows waiting while the board has more of a long work, and nobody else", async () => {
    const { began, rounds, asks, ends } = stage();
    rounds.ended(BOARD, true);
    for (const kind of ["mailer", "account", "bookkeeper", "task-board"] as const) await asks(kind);
    expect(began).to.deep.equal(["bookkeeper", "task-board"]);
    rounds.ended({ kind: "account" }, false);
    await ends();
    expect(began).to.deep.equal(["bookkeeper", "task-board"]);
    rounds.ended(BOARD, false);
    for (let count = 0; count < 3; count++) await ends();
    expect(began).to.have.members(["bookkeeper", "task-board", "account", "mailer"]);
  });

  it("keep what follows from the ledger waiting until the last account partition has closed its day", async () => {
    const { began, rounds, asks, ends } = stage();
    const [one, other] = [{ kind: "account" }, { kind: "account" }] as const;
    for (const partition of [one, other]) rounds.ended(partition, true);
    for (const kind of ["payment", "account", "day-close", "task-board"] as const) await asks(kind);
    expect(began).to.deep.equal(["account", "day-close", "task-board"]);
    rounds.ended(one, false);
    for (let count = 0; count < 2; count++) await ends();
    expect(began).to.not.include("payment");
    rounds.ended(other, false);
    for (let count = 0; count < 2; count++) await ends();
    expect(began.at(-1)).to.equal("payment");
  });

  it("let those go who follow from what is over, while others go on to gather", async () => {
    const { began, rounds, asks, ends } = stage();
    const account = { kind: "account" } as const;
    for (const partition of [BOARD, account]) rounds.ended(partition, true);
    for (const kind of ["account", "mailer"] as const) await asks(kind);
    rounds.ended(BOARD, false);
    for (let count = 0; count < 3; count++) await ends();
    expect(began).to.deep.equal(["account"]);
    rounds.ended(account, false);
    for (let count = 0; count < 3; count++) await ends();
    expect(began).to.deep.equal(["account", "mailer"]);
  });

  it("leave what gathers in its streams, and the board's commands are read", async () => {
    const { rounds, ends } = stage();
    const read: Kind[] = [];
    rounds.ended(BOARD, true);
    for (const kind of ["account", "task-board"] as const)
      void rounds.mayRead(kind).then(() => read.push(kind));
    await ends();
    expect(read).to.deep.equal(["task-board"]);
    rounds.gathered();
    await ends();
    expect(read).to.deep.equal(["task-board", "account"]);
  });

  it("let what follows from a work that lasts go on one at a time, the oldest first, all within as long again", async () => {
    const { began, rounds, asks, ends, time } = stage();
    const followers = ["account", "mailer", "analytics", "webhook"] as const;
    rounds.ended(BOARD, true);
    for (const kind of followers) await asks(kind);
    let passedMs = 0;
    for (let count = 1; count <= followers.length; count++) {
      passedMs += time() ?? Number.NaN;
      for (let round = 0; round < 3; round++) await ends();
      expect(began).to.deep.equal(followers.slice(0, count));
      rounds.ended(BOARD, true);
    }
    expect(passedMs).to.be.within(10_000, 20_000);
    await asks("account");
    expect(began).to.have.length(followers.length);
    time();
    for (let round = 0; round < 3; round++) await ends();
    expect(began.at(-1)).to.equal("account");
  });

  it("let whoever is left go when the work is over, however long it has lasted, and set no timer any more", async () => {
    const { began, rounds, asks, ends, time } = stage();
    rounds.ended(BOARD, true);
    for (const kind of ["account", "mailer", "analytics"] as const) await asks(kind);
    time();
    rounds.ended(BOARD, false);
    for (let round = 0; round < 5; round++) await ends();
    expect(began).to.have.members(["account", "mailer", "analytics"]);
    expect(time()).to.equal(undefined);
  });

  it("let what follows go on when a partition is given up", async () => {
    const { began, rounds, asks, ends } = stage();
    rounds.ended(BOARD, true);
    await asks("account");
    expect(began).to.deep.equal([]);
    rounds.gathered();
    for (let round = 0; round < 3; round++) await ends();
    expect(began).to.deep.equal(["account"]);
  });
});
