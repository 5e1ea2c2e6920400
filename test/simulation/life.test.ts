import { expect } from "chai";
import { Life } from "./life.ts";
import { Link, NO_FAULTS } from "./link.ts";
import { Random } from "./random.ts";
import { Scheduler } from "./scheduler.ts";

describe("virtual time and the lives in it", () => {
  let scheduler: Scheduler;
  let happened: string[];
  const note = (what: string) => () => {
    happened.push(what);
  };
  const runAll = () => scheduler.run(() => false);
  const link = (faults: Partial<typeof NO_FAULTS> = {}) => {
    const made = new Link("store", new Random(7));
    made.faults = { ...NO_FAULTS, ...faults };
    return made;
  };

  beforeEach(() => {
    scheduler = new Scheduler();
    happened = [];
  });

  it("events happen by their time, and those of one moment in the order in which they were planned", async () => {
    for (const [delayMs, name] of [
      [5, "c"],
      [1, "a"],
      [5, "d"],
      [2, "b"],
    ] as const)
      scheduler.after(delayMs, note(name));
    scheduler.after(3, note("never"))();
    await runAll();
    expect(happened).to.deep.equal(["a", "b", "c", "d"]);
    expect(scheduler.nowMs).to.equal(5);
  });

  it("what waits runs on before the next event", async () => {
    scheduler.after(1, () => void Promise.resolve().then(note("follows")).then(note("follows that")));
    scheduler.after(1, note("next"));
    await runAll();
    expect(happened).to.deep.equal(["follows", "follows that", "next"]);
  });

  it("a leap moves wall clocks and nothing else", async () => {
    const before = scheduler.wallMs;
    scheduler.leapTo(before + 3_600_000);
    scheduler.after(10, note("on time"));
    await runAll();
    expect(scheduler.nowMs).to.equal(10);
    expect(scheduler.wallMs).to.equal(before + 3_600_010);
  });

  it("a process that dies takes its timers with it and hears no answer, but what it has sent may arrive", async () => {
    let arrived = 0;
    let heard = 0;
    const way = link();
    for (let number = 0; number < 40; number++) {
      const life = new Life(`host ${number}`, scheduler);
      life.clock.after(1, note("a timer of the dead"));
      const call = life.io(way, "call", () => {
        arrived += 1;
      });
      void call.then(() => {
        heard += 1;
      });
      life.crash();
    }
    await runAll();
    expect(happened).to.deep.equal([]);
    expect(heard).to.equal(0);
    expect(arrived).to.be.within(1, 39);
  });

  it("a process that stands still hears everything when it goes on, in order", async () => {
    const life = new Life("host", scheduler);
    life.clock.after(1, note("timer"));
    life.clock.after(2, note("later timer"));
    life.pause();
    scheduler.after(100, () => life.resume());
    scheduler.after(99, note("resumed"));
    await runAll();
    expect(happened).to.deep.equal(["resumed", "timer", "later timer"]);
  });

  it("an answer that is lost leaves the outcome unknown: the effect has happened", async () => {
    let applied = 0;
    const call = new Life("host", scheduler).io(link({ answerLost: 1 }), "call", () => {
      applied += 1;
    });
    const outcome = call.then(note("answered"), note("unknown"));
    await runAll();
    await outcome;
    expect([applied, happened]).to.deep.equal([1, ["unknown"]]);
  });

  it("an error that no store may answer ends the run", async () => {
    const call = new Life("host", scheduler).io(link(), "call", () => {
      throw new TypeError("a bug of the simulation");
    });
    call.catch(() => undefined);
    const failure = await runAll().catch((error: Error) => error.message);
    expect(failure).to.equal("a bug of the simulation");
  });

  it("the same seed draws the same; forks do not disturb each other", () => {
    const draws = (random: Random) => Array.from({ length: 50 }, () => random.below(1_000_000));
    expect(draws(new Random(42))).to.deep.equal(draws(new Random(42)));
    expect(draws(new Random(42))).to.not.deep.equal(draws(new Random(43)));
    const parent = new Random(42);
    const alone = draws(parent.fork("a"));
    draws(parent.fork("b"));
    draws(parent);
    expect(draws(parent.fork("a"))).to.deep.equal(alone);
  });

  it("draws are spread evenly", () => {
    const random = new Random(1);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let number = 0; number < 10_000; number++) {
      const drawn = random.below(10);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    for (const count of counts) expect(count).to.be.within(850, 1_150);
  });
});
