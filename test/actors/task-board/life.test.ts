import { expect } from "chai";
import { type Task, taskKey } from "../../../actors/task-board/state.ts";
import type { Role } from "../../../schemas/envelope.ts";
import type { TaskResource, TaskStatus } from "../../../schemas/resources.ts";
import type { Sender } from "../../support/client.ts";
import { command, nextId, person } from "../../support/said.ts";
import {
  act,
  assigneeOf,
  type BoardScene,
  boardOf,
  create,
  outcomeOf,
  people,
  press,
  type TaskCommand,
  typesOf,
} from "./board.ts";

/** Who stands how to the task that is acted on. */
type Standing = "assignee" | "former assignee" | "creator" | Role;

interface Stage {
  readonly scene: BoardScene;
  readonly task: Task;
  readonly who: Readonly<Record<Standing, Sender>>;
}

/** A task that went from its former assignee to its assignee, in the state asked for. */
function stage(status: TaskStatus): Stage {
  const [a, b] = people(2) as [Sender, Sender];
  const creator = person("accountant");
  const scene = boardOf([a, b]);
  const first = create(scene, creator);
  const former = assigneeOf(first, [a, b]);
  const assignee = former === a ? b : a;
  shuffleTo(scene, first, assignee);
  if (status === "in-progress" || status === "done") act(scene, "task.start", first.id, assignee);
  if (status === "done") act(scene, "task.complete", first.id, assignee);
  if (status === "cancelled") act(scene, "task.cancel", first.id, creator);
  const roles = {
    admin: person("admin"),
    manager: person("manager"),
    accountant: person("accountant"),
    employee: person(),
  };
  return {
    scene,
    task: current(scene, first),
    who: { assignee, "former assignee": former, creator, ...roles },
  };
}

/** Presses until the task is theirs; with two people a hundred presses that never draw one are no accident. */
function shuffleTo(scene: BoardScene, task: Pick<TaskResource, "id">, { id }: Sender): void {
  for (let presses = 0; current(scene, task).assigneeId !== id; presses++) {
    if (presses === 100) throw new Error("a hundred presses never drew the other one");
    press(scene);
    scene.settle();
  }
}

function current(scene: BoardScene, { id }: Pick<TaskResource, "id">): Task {
  return scene.saved.rows.get(taskKey(id)) as Task;
}

const STATES: readonly TaskStatus[] = ["open", "in-progress", "done", "cancelled"];
const STANDINGS: readonly Standing[] = [
  "assignee",
  "former assignee",
  "creator",
  "admin",
  "manager",
  "accountant",
  "employee",
];
const STRANGERS = { creator: "not_assignee", admin: "not_assignee", manager: "not_assignee" } as const;
const OTHERS = { ...STRANGERS, accountant: "not_assignee", employee: "not_assignee" } as const;

/** TT-7, TT-8: the answer of each state to each person: a fact's type, "nothing" when it is so already, or a refusal. */
function expected(type: TaskCommand, status: TaskStatus, standing: Standing): string {
  if (type === "task.cancel") {
    if (!["creator", "admin", "manager"].includes(standing)) return "not_allowed";
    if (status === "cancelled") return "nothing";
    return status === "open" ? "task.cancelled" : "task_not_open";
  }
  if (standing === "former assignee") return "task_reassigned";
  if (standing !== "assignee") return OTHERS[standing];
  if (status === "cancelled") return "task_not_open";
  if (type === "task.complete") return status === "done" ? "nothing" : "task.completed";
  if (status === "in-progress") return "nothing";
  return status === "open" ? "task.started" : "task_not_open";
}

describe("a task's life", () => {
  for (const type of ["task.start", "task.complete", "task.cancel"] as const) {
    for (const status of STATES) {
      it(`TT-7 TT-8: ${type} on a task that is ${status}, by everybody`, () => {
        for (const standing of STANDINGS) {
          const { scene, task, who } = stage(status);
          const outcome = act(scene, type, task.id, who[standing]);
          const [fact, ...more] = typesOf(outcome);
          const got = outcomeOf(outcome) === "accepted" ? (fact ?? "nothing") : outcomeOf(outcome);
          expect(got, standing).to.equal(expected(type, status, standing));
          expect(more, standing).to.deep.equal([]);
          if (fact === undefined) expect(outcome.changed, standing).to.deep.equal([]);
        }
      });
    }
  }

  it("TT-8: completing twice is one completion: the same answer, no second fact", () => {
    const { scene, task, who } = stage("open");
    const first = act(scene, "task.complete", task.id, who.assignee);
    scene.crash();
    const second = act(scene, "task.complete", task.id, who.assignee);
    expect(second.answers[0]?.body).to.deep.equal(first.answers[0]?.body);
    expect([typesOf(first), typesOf(second)]).to.deep.equal([["task.completed"], []]);
  });

  it("TT-8: two completions in one batch are one", () => {
    const { scene, task, who } = stage("in-progress");
    const twice = [1, 2].map(() => command("task.complete", { taskId: task.id }, who.assignee));
    const outcome = scene.tellTogether(...twice);
    expect(typesOf(outcome)).to.deep.equal(["task.completed"]);
    expect(outcome.answers.map(({ accepted }) => accepted)).to.deep.equal([true, true]);
  });

  it("TT-8: a former assignee who gets the task again completes it", () => {
    const { scene, task, who } = stage("open");
    shuffleTo(scene, task, who["former assignee"]);
    expect(outcomeOf(act(scene, "task.complete", task.id, who.assignee))).to.equal("task_reassigned");
    expect(outcomeOf(act(scene, "task.complete", task.id, who["former assignee"]))).to.equal("accepted");
  });

  it("TT-7 ACC-4: whoever completes it is in the fact, with the reward of its creation", () => {
    const { scene, task, who } = stage("in-progress");
    const { facts } = act(scene, "task.complete", task.id, who.assignee);
    const { feeMinor, rewardMinor, number } = task;
    expect(facts[0]?.data).to.include({
      assigneeId: who.assignee.id,
      by: who.assignee.id,
      feeMinor,
      rewardMinor,
      number,
    });
    expect(facts[0]?.key).to.equal(who.assignee.id);
  });

  it("TT-7: every change counts one version, and a repeated one none", () => {
    const { scene, task, who } = stage("open");
    const versions = (["task.start", "task.start", "task.complete", "task.complete"] as const).map(
      (type) => act(scene, type, task.id, who.assignee).answers[0]?.body.version - task.version,
    );
    expect(versions).to.deep.equal([1, 1, 2, 2]);
  });

  it("TT-7: a task that nobody knows is not found, for everything", () => {
    const scene = boardOf(people(1));
    const taskId = nextId() as TaskResource["id"];
    for (const type of ["task.start", "task.complete", "task.cancel", "task.edit"] as const) {
      expect(outcomeOf(scene.tell(command(type, { taskId }, person("admin"))))).to.equal("task_not_found");
    }
  });

  it("TT-7: a done task that left the memory is still done", () => {
    const { scene, task, who } = stage("done");
    scene.crash();
    expect(scene.state.isHot(`task/${task.id}`)).to.equal(false);
    expect(outcomeOf(act(scene, "task.start", task.id, who.assignee))).to.equal("task_not_open");
    expect(scene.state.isHot(`task/${task.id}`)).to.equal(true);
  });
});
