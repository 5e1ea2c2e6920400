import { expect } from "chai";
import type { Task } from "../../../actors/task-board/state.ts";
import type { ShuffleResult, TaskResource } from "../../../schemas/resources.ts";
import { chiSquare } from "../../support/chi-square.ts";
import type { Sender } from "../../support/client.ts";
import { command, heard, person } from "../../support/said.ts";
import {
  act,
  assigneeOf,
  type BoardOutcome,
  type BoardScene,
  boardOf,
  create,
  outcomeOf,
  people,
  press,
  type ShuffleProgress,
  shuffleProgress,
} from "./board.ts";

const manager = person("manager");

function stage(
  popugs: number,
  tasks: number,
): { scene: BoardScene; popugs: Sender[]; tasks: TaskResource[] } {
  const them = people(popugs);
  const scene = boardOf(them);
  return { scene, popugs: them, tasks: Array.from({ length: tasks }, () => create(scene, manager)) };
}

const taskIn = (scene: BoardScene, { id }: Pick<TaskResource, "id">): Task =>
  scene.saved.rows.get(`task/${id}`) as Task;

const moves = (outcomes: readonly BoardOutcome[]) =>
  outcomes.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === "task.assigned" ? [fact.data] : [])),
  );

const progress = (outcomes: readonly BoardOutcome[]): ShuffleProgress[] =>
  outcomes.flatMap(({ facts }) => facts.flatMap(shuffleProgress));

const resultOf = (outcomes: readonly BoardOutcome[]): ShuffleResult | undefined =>
  progress(outcomes).at(-1)?.result;

const total = ({ moved, unchanged, skipped }: ShuffleResult): number => moved + unchanged + skipped;

describe("a shuffle", () => {
  it("TT-4 AUTH-2: managers and admins press; accountants and employees do not", () => {
    const { scene } = stage(2, 1);
    const answers = (["admin", "manager", "accountant", "employee"] as const).map((role) =>
      outcomeOf(press(scene, person(role))),
    );
    expect(answers).to.deep.equal(["accepted", "accepted", "not_allowed", "not_allowed"]);
  });

  it("TT-4: no command names an assignee", () => {
    const { scene, popugs } = stage(2, 1);
    const sneaked = command("tasks.shuffle", { assigneeId: popugs[0]?.id } as never, manager);
    expect(scene.tellAnything(sneaked).deadLetters[0]?.code).to.equal("invalid_data");
  });

  it("TT-6: a press answers with the id of its job, before anything moves", () => {
    const { scene } = stage(3, 10);
    const outcome = press(scene);
    const { jobId } = outcome.answers[0]?.body ?? {};
    expect(moves([outcome])).to.deep.equal([]);
    expect(progress([outcome])[0]).to.include({
      jobId,
      state: "queued",
      creatorId: progress([outcome])[0]?.creatorId,
    });
  });

  it("TT-4 TT-5: the draw is uniform over everybody eligible, the current assignee included", () => {
    const { scene, popugs, tasks } = stage(5, 3_000);
    press(scene);
    const outcomes = scene.settle();
    const assignees = tasks.map((task) => taskIn(scene, task).assigneeId);
    const uniform = chiSquare(assignees, popugs.length);
    expect(uniform.statistic).to.be.below(uniform.limit);
    const { moved, unchanged } = resultOf(outcomes) ?? { moved: 0, unchanged: 0 };
    expect(unchanged / tasks.length).to.be.within(0.2 - 0.04, 0.2 + 0.04); // 5.5 standard deviations
    expect(moved + unchanged).to.equal(tasks.length);
  });

  it("TT-4: draws are independent of who had the task, and of the press before", () => {
    const { scene, popugs, tasks } = stage(4, 3_000);
    const [before, after] = [1, 2].map(() => {
      press(scene);
      scene.settle();
      return tasks.map((task) => popugs.findIndex(({ id }) => id === taskIn(scene, task).assigneeId));
    }) as [number[], number[]];
    const pairs = chiSquare(
      before.map((popug, i) => `${popug}>${after[i]}`),
      16,
    );
    expect(pairs.statistic).to.be.below(pairs.limit);
  });

  it("TT-5 ACC-4: a task that is drawn its own assignee gets no fact; one that moves gets one, with the same prices", () => {
    const { scene, tasks } = stage(2, 200);
    press(scene);
    const outcomes = scene.settle();
    const moved = new Map(moves(outcomes).map((data) => [data.taskId, data]));
    expect(moved.size).to.equal(moves(outcomes).length);
    for (const task of tasks) {
      const data = moved.get(task.id);
      const now = taskIn(scene, task);
      expect(now.assignments).to.equal(data === undefined ? 1 : 2);
      expect(now.version).to.equal(data === undefined ? 1 : 2);
      if (data === undefined) continue;
      const { feeMinor, rewardMinor, number } = task;
      expect(data).to.include({
        feeMinor,
        rewardMinor,
        number,
        assignment: 2,
        previousAssigneeId: task.assignee.id,
      });
      expect(data.assigneeId).to.equal(now.assigneeId).and.not.equal(task.assignee.id);
    }
    expect(resultOf(outcomes)).to.deep.equal({ moved: moved.size, unchanged: 200 - moved.size, skipped: 0 });
  });

  it("TT-5: with one eligible person nothing moves and everything is unchanged", () => {
    const { scene } = stage(1, 7);
    press(scene);
    const outcomes = scene.settle();
    expect(moves(outcomes)).to.deep.equal([]);
    expect(resultOf(outcomes)).to.deep.equal({ moved: 0, unchanged: 7, skipped: 0 });
  });

  it("TT-6: a board without tasks is shuffled at once", () => {
    const { scene } = stage(2, 0);
    press(scene);
    expect(progress(scene.settle()).at(-1)).to.deep.include({ state: "done", done: 0, total: 0 });
  });

  it("TT-7: open tasks and those in progress are shuffled, and a moved one is open again; done and cancelled stay", () => {
    const { scene, popugs, tasks } = stage(3, 80);
    const status = ["open", "in-progress", "done", "cancelled"] as const;
    tasks.forEach((task, i) => {
      const popug = assigneeOf(task, popugs);
      if (status[i % 4] === "in-progress") act(scene, "task.start", task.id, popug);
      if (status[i % 4] === "done") act(scene, "task.complete", task.id, popug);
      if (status[i % 4] === "cancelled") act(scene, "task.cancel", task.id, manager);
    });
    press(scene);
    const outcomes = scene.settle();
    const moved = new Set(moves(outcomes).map(({ taskId }) => taskId));
    tasks.forEach((task, i) => {
      const was = status[i % 4] ?? "open";
      if (was === "done" || was === "cancelled") expect(moved.has(task.id)).to.equal(false);
      expect(taskIn(scene, task).status).to.equal(moved.has(task.id) ? "open" : was);
    });
    expect(total(resultOf(outcomes) as ShuffleResult)).to.equal(40);
    expect(resultOf(outcomes)?.skipped).to.equal(0);
  });

  it("TT-4: nobody eligible: the press is refused, and nothing is queued", () => {
    const { scene, popugs } = stage(1, 1);
    const occurredAt = new Date(scene.nowMs).toISOString();
    scene.tell(heard("user.disabled", { userId: popugs[0]?.id as Sender["id"], occurredAt }));
    expect(outcomeOf(press(scene))).to.equal("nobody_to_assign");
    expect(scene.due()).to.deep.equal([]);
  });

  it("AUTH-4 TT-3: who was disabled loses every open task at the next press", () => {
    const { scene, popugs, tasks } = stage(3, 60);
    const [gone] = popugs as [Sender];
    scene.tell(heard("user.disabled", { userId: gone.id, occurredAt: new Date(scene.nowMs).toISOString() }));
    press(scene);
    scene.settle();
    expect(tasks.filter((task) => taskIn(scene, task).assigneeId === gone.id)).to.deep.equal([]);
  });

  it("TT-6 EDGE-2: the same press again is one press; another press is another job", () => {
    const { scene } = stage(3, 5);
    const pressed = command("tasks.shuffle", {}, manager);
    const first = scene.tell(pressed);
    expect(scene.tell(pressed).answers[0]).to.deep.equal({ ...first.answers[0], replayed: true });
    const second = press(scene);
    expect(second.answers[0]?.body.jobId).to.not.equal(first.answers[0]?.body.jobId);
    const states = progress(scene.settle()).filter(({ state }) => state === "done");
    expect(states).to.have.length(2);
  });
});
