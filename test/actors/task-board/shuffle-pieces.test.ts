import { expect } from "chai";
import fc from "fast-check";
import type { Board, Task } from "../../../actors/task-board/state.ts";
import type { TaskResource } from "../../../schemas/resources.ts";
import type { Sender } from "../../support/client.ts";
import { command, heard, person } from "../../support/said.ts";
import {
  act,
  assigneeOf,
  type BoardOutcome,
  type BoardScene,
  boardOf,
  create,
  people,
  press,
  type ShuffleProgress,
  shuffleProgress,
} from "./board.ts";

const manager = person("manager");
const PIECE = 4;

function stage(
  popugs: number,
  tasks: number,
  pieceTasks = PIECE,
): { scene: BoardScene; popugs: Sender[]; tasks: TaskResource[] } {
  const them = people(popugs);
  const scene = boardOf(them, { pieceTasks });
  return { scene, popugs: them, tasks: Array.from({ length: tasks }, () => create(scene, manager)) };
}

const taskIn = (scene: BoardScene, { id }: Pick<TaskResource, "id">): Task =>
  scene.saved.rows.get(`task/${id}`) as Task;

const boardIn = (scene: BoardScene): Board => scene.saved.rows.get("board") as Board;

const progressOf = ({ facts }: BoardOutcome): ShuffleProgress | undefined =>
  facts.flatMap(shuffleProgress)[0];

const movesOf = ({ facts }: BoardOutcome): string[] =>
  facts.flatMap((fact) => (fact.type === "task.assigned" ? [fact.data.taskId as string] : []));

describe("a shuffle's pieces", () => {
  it("TT-6: each piece is bounded, and progress goes up to the total", () => {
    const { scene } = stage(3, 2 * PIECE + 1);
    press(scene);
    const progress = scene.settle().map(progressOf);
    expect(progress.map((each) => [each?.state, each?.done, each?.total])).to.deep.equal([
      ["running", PIECE, 9],
      ["running", 2 * PIECE, 9],
      ["done", 9, 9],
    ]);
  });

  it("TT-6: the first piece is a small one: who comes with the press waits for both", () => {
    const { scene } = stage(3, 160, 100);
    press(scene);
    const progress = scene.settle().map(progressOf);
    expect(progress.map((each) => [each?.state, each?.done])).to.deep.equal([
      ["running", 50],
      ["running", 150],
      ["done", 160],
    ]);
  });

  it("TT-6: as many tasks as fill the pieces exactly end as well", () => {
    const { scene } = stage(3, 2 * PIECE);
    press(scene);
    const progress = scene.settle().map(progressOf);
    expect(progress.at(-1)).to.include({ state: "done", done: 2 * PIECE, total: 2 * PIECE });
    expect(boardIn(scene).shuffles).to.deep.equal([]);
  });

  it("TT-6: a task completed between two pieces is skipped and keeps its assignee; a created one is not touched", () => {
    const { scene, popugs, tasks } = stage(3, 3 * PIECE);
    press(scene);
    scene.tellDue();
    const [completed, cancelled] = [tasks[PIECE], tasks[PIECE + 1]] as [TaskResource, TaskResource];
    act(scene, "task.complete", completed.id, assigneeOf(completed, popugs));
    act(scene, "task.cancel", cancelled.id, manager);
    const created = create(scene, manager);
    const rest = scene.settle();
    const moved = rest.flatMap(movesOf);
    expect(moved).to.not.include.members([completed.id, cancelled.id, created.id]);
    expect(taskIn(scene, created).assignments).to.equal(1);
    expect(taskIn(scene, completed)).to.include({ status: "done", assigneeId: completed.assignee.id });
    const last = rest.map(progressOf).at(-1);
    expect(last?.result.skipped).to.equal(2);
    expect(last).to.include({ state: "done", done: 3 * PIECE, total: 3 * PIECE });
  });

  it("TT-6: a task completed after its piece keeps its turn in the count", () => {
    const { scene, popugs, tasks } = stage(3, 2 * PIECE);
    press(scene);
    scene.tellDue();
    const task = tasks[0] as TaskResource;
    const assignee = popugs.find(({ id }) => id === taskIn(scene, task).assigneeId) as Sender;
    act(scene, "task.complete", task.id, assignee);
    const last = scene.settle().map(progressOf).at(-1);
    expect(last?.result.skipped).to.equal(0);
  });

  it("TT-8 ACC-4: whoever lost the task to a piece can no longer complete it, whoever got it can", () => {
    const { scene, popugs, tasks } = stage(2, 40);
    press(scene);
    scene.settle();
    const moved = tasks.find((task) => taskIn(scene, task).assigneeId !== task.assignee.id) as TaskResource;
    const former = assigneeOf(moved, popugs);
    const now = popugs.find(({ id }) => id !== former.id) as Sender;
    expect(act(scene, "task.complete", moved.id, former).answers[0]?.code).to.equal("task_reassigned");
    expect(act(scene, "task.complete", moved.id, now).facts[0]?.data).to.include({ assigneeId: now.id });
  });

  it("TT-6: presses run in their order, one after another, each to its end", () => {
    const { scene } = stage(3, PIECE + 2);
    const jobs = [1, 2, 3].map(() => press(scene).answers[0]?.body.jobId);
    expect(scene.due()).to.have.length(1);
    const order = scene
      .settle()
      .map((outcome) => `${jobs.indexOf(progressOf(outcome)?.jobId)} ${progressOf(outcome)?.state}`);
    expect(order).to.deep.equal(["0 running", "0 done", "1 running", "1 done", "2 running", "2 done"]);
  });

  it("TT-6: a press in the batch of the last piece is executed, before it or after it", () => {
    for (const isFirst of [true, false]) {
      const { scene } = stage(3, 2);
      press(scene);
      const row = scene.due()[0];
      const pressed = command("tasks.shuffle", {}, manager);
      const items = [scene.itemOf(pressed), scene.laterOf(row)];
      scene.take(isFirst ? items : items.reverse());
      const done = scene
        .settle()
        .map(progressOf)
        .filter((each) => each?.state === "done");
      expect(done, `press first: ${isFirst}`).to.have.length(1);
      expect(boardIn(scene).shuffles).to.deep.equal([]);
    }
  });

  it("TT-6: what a queued press shuffles is what is open when it begins", () => {
    const { scene } = stage(3, 2);
    press(scene);
    press(scene);
    create(scene, manager);
    const totals = scene.settle().map((outcome) => progressOf(outcome)?.total);
    expect(totals).to.deep.equal([3, 3]);
  });

  it("TT-6: a piece of a press that is done changes nothing, not even while another press runs", () => {
    const { scene } = stage(3, 2 * PIECE + 1);
    press(scene);
    press(scene);
    const row = scene.due()[0];
    for (let piece = 0; piece < 4; piece++) scene.tellDue();
    expect(boardIn(scene).shuffles.map(({ state }) => state)).to.deep.equal(["running"]);
    const again = scene.take([scene.laterOf(row)]);
    expect([again.facts, again.changed, again.deadLetters]).to.deep.equal([[], [], []]);
  });

  it("TT-3 TT-6: nobody eligible any more: what is left stays where it is, and the job ends", () => {
    const { scene, popugs, tasks } = stage(2, 3 * PIECE);
    press(scene);
    const first = scene.tellDue() as BoardOutcome;
    const occurredAt = new Date(scene.nowMs).toISOString();
    for (const { id } of popugs) scene.tell(heard("user.disabled", { userId: id, occurredAt }));
    const rest = scene.settle();
    expect(rest.flatMap(movesOf)).to.deep.equal([]);
    const moved = movesOf(first).length;
    const last = rest.map(progressOf).at(-1);
    expect(last?.result).to.deep.equal({ moved, unchanged: tasks.length - moved, skipped: 0 });
  });

  it("TT-6 G7: a crash before or after any piece changes nothing of what is drawn, and nothing is moved twice", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("crash", "die in the piece", "go on"), { maxLength: 8 }),
        (fates) => {
          const { scene, tasks } = stage(3, 3 * PIECE + 1);
          press(scene);
          const moved: string[] = [];
          for (const fate of [...fates, ...Array(20).fill("go on")]) {
            const row = scene.due()[0];
            if (row === undefined) break;
            if (fate === "crash") scene.crash();
            else if (fate === "die in the piece") {
              const lost = scene.rehearseLater(row);
              const again = scene.tellDue() as BoardOutcome;
              expect(again.facts).to.deep.equal(lost.facts);
              moved.push(...movesOf(again));
            } else moved.push(...movesOf(scene.tellDue() as BoardOutcome));
          }
          expect(new Set(moved).size).to.equal(moved.length);
          expect(scene.due()).to.deep.equal([]);
          for (const task of tasks) {
            expect(taskIn(scene, task).assignments).to.equal(moved.includes(task.id) ? 2 : 1);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("TT-5 TT-6: whatever happens between the pieces, moved, unchanged and skipped sum up to the total", () => {
    const happening = fc.record({
      what: fc.constantFrom("piece", "complete", "cancel", "create", "press", "crash"),
      which: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const { scene, popugs } = stage(3, 10);
        const outcomes = [press(scene)];
        for (const { what, which } of happenings) {
          const task = scene.state.openTasks(which, 1_000, 1)[0];
          if (what === "piece") outcomes.push(scene.tellDue() ?? press(scene));
          else if (what === "press") outcomes.push(press(scene));
          else if (what === "create") create(scene, manager);
          else if (what === "crash") scene.crash();
          else if (task !== undefined && what === "cancel") act(scene, "task.cancel", task.id, manager);
          else if (task !== undefined && what === "complete")
            act(scene, "task.complete", task.id, popugs.find(({ id }) => id === task.assigneeId) as Sender);
        }
        outcomes.push(...scene.settle());
        const said = outcomes.map(progressOf);
        const presses = said.filter((each) => each?.state === "queued").length;
        const ended = said.filter((each) => each?.state === "done");
        expect(ended).to.have.length(presses);
        for (const each of ended) {
          const { moved, unchanged, skipped } = each?.result ?? { moved: -1, unchanged: 0, skipped: 0 };
          expect(moved + unchanged + skipped).to.equal(each?.total);
          expect(Math.min(moved, unchanged, skipped)).to.be.at.least(0);
        }
        const jobs = said.map((each) => each?.jobId);
        const queued = said.filter((each) => each?.state === "queued").map((each) => each?.jobId);
        expect(ended.map((each) => each?.jobId)).to.deep.equal(queued);
        expect(jobs).to.not.include(undefined);
      }),
      { numRuns: 60 },
    );
  });
});
