import { expect } from "chai";
import type { StatedFact } from "../../../actors/runtime/actor.ts";
import { type Board, type BoardEntity, BoardState } from "../../../actors/task-board/state.ts";
import { boardStore } from "../../../actors/task-board/store.ts";
import type { TaskResource } from "../../../schemas/resources.ts";
import type { Sender } from "../../support/client.ts";
import { command, heard, nextId, person } from "../../support/said.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, type World } from "../../support/world.ts";
import {
  act,
  assigneeOf,
  type BoardOutcome,
  type BoardScene,
  boardOf,
  create,
  people,
  press,
} from "./board.ts";

const manager = person("manager");
const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** A board that has seen everything: every status, every optional word, former assignees, a shuffle under way. */
function lived(): { scene: BoardScene; popugs: Sender[]; tasks: TaskResource[]; outcomes: BoardOutcome[] } {
  const popugs = people(3);
  const scene = boardOf([...popugs, manager], { pieceTasks: 4 });
  const tasks = Array.from({ length: 12 }, (_, i) =>
    create(scene, manager, {
      title: `Task "${i}" {a,b} \\ ü`,
      ...(i % 2 === 0 ? { jiraId: `POP-${i}`, description: "x" } : {}),
    }),
  );
  const outcomes: BoardOutcome[] = [];
  tasks.slice(0, 9).forEach((task, i) => {
    const type = (["task.start", "task.complete", "task.cancel"] as const)[i % 3] ?? "task.start";
    outcomes.push(act(scene, type, task.id, type === "task.cancel" ? manager : assigneeOf(task, popugs)));
  });
  outcomes.push(press(scene), ...scene.settle(), press(scene), press(scene));
  const piece = scene.tellDue();
  if (piece !== undefined) outcomes.push(piece);
  scene.tell(
    heard("user.disabled", {
      userId: popugs[0]?.id as Sender["id"],
      occurredAt: new Date(scene.nowMs).toISOString(),
    }),
  );
  return { scene, popugs, tasks, outcomes };
}

const stated = (outcomes: readonly BoardOutcome[]): StatedFact[] =>
  outcomes.flatMap(({ facts }) => facts.map((fact) => ({ fact, id: nextId(), traceId: TRACE })));

const inOrder = (entities: readonly BoardEntity[]): BoardEntity[] =>
  [...entities].sort((a, b) => (a.key < b.key ? -1 : 1));
const isPinned = (entity: BoardEntity): boolean =>
  !("status" in entity) || entity.status === "open" || entity.status === "in-progress";

describe("the board's tables", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await newWorld();
  });
  after(() => world.end());

  it("G6: opening gives back the board, all people and the tasks that are open, as they were saved", async () => {
    const { scene, outcomes } = lived();
    const rows = [...scene.saved.rows.values()];
    await saveBy(boardStore, world.pool, 0, rows, stated(outcomes));
    const opened = await boardStore.open(world.pool, 0);
    expect(inOrder(opened)).to.deep.equal(inOrder(rows.filter(isPinned)));
    expect((opened.find(({ key }) => key === "board") as Board).shuffles).to.have.length(2);
  });

  it("G6: loading gives back tasks in every state, as they were saved; unknown keys give nothing", async () => {
    const { scene, tasks } = lived();
    const wanted = tasks.flatMap(({ id }) => scene.saved.rows.get(`task/${id}`) ?? []);
    const other = await newWorld();
    try {
      await saveBy(boardStore, other.pool, 0, [...scene.saved.rows.values()], []);
      const keys = [...wanted.map(({ key }) => key), `task/${nextId()}`, `person/${nextId()}`];
      expect(inOrder(await boardStore.load(other.pool, 0, keys))).to.deep.equal(inOrder(wanted));
      expect(await boardStore.load(other.pool, 0, [`person/${nextId()}`])).to.deep.equal([]);
    } finally {
      await other.end();
    }
  });

  it("TT-6: a state that was saved and opened goes on with the shuffle as the one in memory does", async () => {
    const other = await newWorld();
    try {
      const { scene } = lived();
      await saveBy(boardStore, other.pool, 0, [...scene.saved.rows.values()], []);
      const state = new BoardState(scene.company);
      for (const entity of await boardStore.open(other.pool, 0)) state.adopt(entity.key, entity);
      expect(state.eligible).to.deep.equal(scene.state.eligible);
      expect(state.openCount).to.equal(scene.state.openCount);
      expect(state.openTasks(0, 1_000, 1_000)).to.deep.equal(scene.state.openTasks(0, 1_000, 1_000));
      expect(state.board).to.deep.equal(scene.state.board);
    } finally {
      await other.end();
    }
  });

  it("TT-10: the history has one row per fact of a task, with who, whom, when and the trace", async () => {
    const popug = person();
    const scene = boardOf([popug]);
    const creating = scene.tell(command("task.create", { title: "Feed" }, manager));
    const { id } = creating.answers[0]?.body ?? {};
    const edit = scene.tell(command("task.edit", { taskId: id, title: "Water" }, manager));
    const facts = stated([
      creating,
      edit,
      act(scene, "task.start", id, popug),
      act(scene, "task.complete", id, popug),
    ]);
    await saveBy(boardStore, world.pool, 0, [], facts);
    const { rows } = await world.pool.query(
      "select id, kind, by_id, assignee_id, business_date, trace_id from task_history where task_id = $1 order by id",
      [id],
    );
    expect(rows.map(({ kind, by_id }) => [kind, by_id])).to.have.deep.members([
      ["created", manager.id],
      ["assigned", manager.id],
      ["edited", manager.id],
      ["started", popug.id],
      ["completed", popug.id],
    ]);
    expect(rows.map((row) => row.id)).to.have.members(facts.map((fact) => fact.id));
    for (const row of rows) {
      expect(row).to.include({
        assignee_id: popug.id,
        trace_id: TRACE,
        business_date: scene.company.firstDate,
      });
    }
  });

  it("TT-6: the jobs' table shows the latest progress of each press in a batch", async () => {
    const scene = boardOf(people(2), { pieceTasks: 2 });
    for (let i = 0; i < 5; i++) create(scene, manager);
    const outcomes = [press(scene, manager), ...scene.settle()];
    const { jobId } = outcomes[0]?.answers[0]?.body ?? {};
    const jobIn = async () =>
      (
        await world.pool.query("select state, done, total, result, creator_id from jobs where id = $1", [
          jobId,
        ])
      ).rows[0];
    await saveBy(boardStore, world.pool, 0, [], stated(outcomes.slice(0, 2)));
    expect(await jobIn()).to.deep.include({ state: "running", done: 2, total: 5, creator_id: manager.id });
    await saveBy(boardStore, world.pool, 0, [], stated(outcomes.slice(2)));
    const { result, ...done } = await jobIn();
    expect(done).to.include({ state: "done", done: 5, total: 5 });
    expect(result.moved + result.unchanged + result.skipped).to.equal(5);
  });

  it("TT-9 ACC-1: prices, number and creator of a task are fixed by its first row", async () => {
    const scene = boardOf(people(1));
    const task = scene.saved.rows.get(`task/${create(scene, manager).id}`) as BoardEntity;
    const numbered = { ...task, number: 1_000 } as BoardEntity;
    await saveBy(boardStore, world.pool, 0, [numbered], []);
    await saveBy(
      boardStore,
      world.pool,
      0,
      [{ ...numbered, number: 1_001, feeMinor: 1, createdBy: nextId(), version: 9 } as BoardEntity],
      [],
    );
    expect(await boardStore.load(world.pool, 0, [task.key])).to.deep.equal([{ ...numbered, version: 9 }]);
  });
});
