/** While the board is at a long work, pieces of it and what others ask take turns. */
import { expect } from "chai";
import { taskBoard } from "../../../actors/task-board/actor.ts";
import { BoardState } from "../../../actors/task-board/state.ts";
import { ADMIN, ask, register, type Sender } from "../../support/client.ts";
import { type AnyActor, Stage, storeWith } from "./stage.ts";

const TASKS = 60;
const PIECES = TASKS / 2 + 1;

interface Committed {
  readonly pieces: number;
  readonly commands: number;
}

describe("a long work of the board", function () {
  this.timeout(120_000);
  let stage: Stage;
  let popug: Sender;
  const committed: Committed[] = [];

  before(async () => {
    stage = await Stage.open();
    await stage.start({
      actors: {
        "task-board": { ...taskBoard, newState: (_, company) => new BoardState(company, 2) } as AnyActor,
      },
      store: storeWith((real) => ({
        commit: async (lease, writes) => {
          await real.commit(lease, writes);
          const { laterDone, commands } = writes;
          if (lease.kind === "task-board")
            committed.push({ pieces: laterDone.length, commands: commands.length });
        },
      })),
    });
    popug = await register(stage.world, "Popug");
    await Promise.all(Array.from({ length: TASKS }, (_, n) => create(`Task ${n}`)));
  });
  after(() => stage.end());

  const create = (title: string) => ask(stage.world, "task-board", "task.create", "new", { title }, popug);

  it("TT-6: pieces of a shuffle and commands take turns: each waits for one batch of the other", async () => {
    committed.length = 0;
    await ask(stage.world, "task-board", "tasks.shuffle", "shuffle", {}, ADMIN);
    const isDone = () => committed.reduce((sum, { pieces }) => sum + pieces, 0) >= PIECES;
    let created = 0;
    while (!isDone()) {
      expect((await create(`Meanwhile ${created}`)).accepted).to.equal(true);
      created += 1;
    }
    expect(created).to.be.at.least(2);
    expect(committed.filter(({ pieces, commands }) => pieces > 0 && commands > 0)).to.deep.equal([]);
    expect(await stage.count("select from jobs where state = 'done'")).to.equal(1);
  });
});
