import { expect } from "chai";
import type { CommandRow, Lease, LetterRow, Writes } from "../../actors/runtime/store.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { streamKey } from "../../streams/topology.ts";
import { Random } from "./random.ts";
import type { Data } from "./redis/commands.ts";
import { append, newStream } from "./redis/stream.ts";
import { SimulatedDatabase } from "./store/database.ts";
import { newId, writes } from "./store/under-test.ts";
import { Violation } from "./violation.ts";
import { WireAuditor } from "./wire-auditor.ts";
import { companyOf } from "./workload.ts";

const KEY = streamKey({ topic: "task-board", partition: 0 });
/** Of the order that the scheduler gives the board, parked: presses for the end of the day are sent back. */
const PARKED: LetterRow = {
  ...{ id: newId(), topic: "task-board", actor: "day", type: "day.close", code: "handler_failed" },
  ...{ reason: "it failed", attempts: 1, state: "parked", place: 1, traceId: "trace", envelope: "{}" },
};

describe("the auditor of the wire", () => {
  let nowMs: number;
  let database: SimulatedDatabase;
  let lease: Lease;
  let auditor: WireAuditor;
  let data: Data;

  beforeEach(() => {
    nowMs = 1_000;
    const clock = () => nowMs;
    database = new SimulatedDatabase({ company: companyOf(new Random(1)), nowMs: clock, trace: () => {} });
    auditor = new WireAuditor(database, clock);
    data = { streams: new Map([[KEY, newStream()]]), hashes: new Map() };
    const taken = database.acquire(newId(), "task-board", 0, 0);
    if (taken === undefined) throw new Error("the board could not be taken");
    lease = taken;
  });

  /** A command of the edge comes into the stream. */
  const comes = (type: "day.close" | "tasks.shuffle") => {
    const [stream, id] = [data.streams.get(KEY) ?? newStream(), newId()];
    const subject = type === "day.close" ? "day" : "shuffle";
    const envelope = JSON.stringify({ id, type, subject, partitionkey: subject });
    return { id, entry: append(stream, nowMs, ["e", envelope]) };
  };
  const commits = (changes: Partial<Writes> = {}) => {
    nowMs += 1;
    database.commit(lease, writes(changes));
    nowMs += 1;
  };
  /** The rule that its acknowledgement breaks. */
  const acknowledged = (...entries: string[]): string | undefined => {
    try {
      auditor.watch("XACK", [KEY, "task-board", ...entries], data);
    } catch (error) {
      if (error instanceof Violation) return error.rule;
      throw error;
    }
    return undefined;
  };
  const accepted = (id: Uuid): CommandRow => ({
    ...{ id, sender: newId(), fingerprint: "print", topic: "task-board", type: "day.close" },
    ...{ accepted: true, code: undefined, body: null, traceId: "trace" },
  });

  it("G3: a command is acknowledged after the commit that decides it, not before", () => {
    const { id, entry } = comes("day.close");
    commits();
    expect(acknowledged(entry)).to.equal("G3");
    commits({ commands: [accepted(id)] });
    expect(acknowledged(entry)).to.equal(undefined);
  });

  it("G3 G8: what a parked mailbox sent back may be acknowledged when it is open again", () => {
    const { entry } = comes("day.close");
    commits({ letters: [PARKED] });
    commits({ lettersDone: [PARKED.id] });
    expect(acknowledged(entry)).to.equal(undefined);
  });

  it("G3 G8: a parked mailbox excuses no command of another, and none that came when it was open again", () => {
    commits({ letters: [PARKED] });
    const { entry: other } = comes("tasks.shuffle");
    const { entry: waiting } = comes("day.close");
    commits();
    expect(acknowledged(waiting)).to.equal(undefined);
    expect(acknowledged(waiting, other)).to.equal("G3");
    commits({ lettersDone: [PARKED.id] });
    const { entry: late } = comes("day.close");
    commits();
    expect(acknowledged(late)).to.equal("G3");
  });
});
