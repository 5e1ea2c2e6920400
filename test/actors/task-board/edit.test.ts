import { expect } from "chai";
import type { DataOf } from "../../../schemas/generated/messages.ts";
import type { TaskResource } from "../../../schemas/resources.ts";
import type { Sender } from "../../support/client.ts";
import { command, person } from "../../support/said.ts";
import { act, type BoardOutcome, type BoardScene, boardOf, create, outcomeOf, typesOf } from "./board.ts";

const WORDS = { title: "Feed the parrots", jiraId: "POP-1", description: "Twice." };

function stage(): { scene: BoardScene; task: TaskResource; creator: Sender; popug: Sender } {
  const [creator, popug] = [person("accountant"), person()];
  const scene = boardOf([popug]);
  return { scene, task: create(scene, creator, WORDS), creator, popug };
}

type Edit = Omit<DataOf["task.edit"], "taskId">;

function edit(scene: BoardScene, task: TaskResource, by: Sender, data: Edit): BoardOutcome {
  return scene.tell(command("task.edit", { taskId: task.id, ...data }, by));
}

describe("editing a task", () => {
  it("TT-9: never re-prices nor reassigns", () => {
    const { scene, task, creator } = stage();
    const { facts, answers } = edit(scene, task, creator, { title: "Water the parrots", jiraId: "POP-2" });
    const { feeMinor, rewardMinor, assignee } = task;
    expect(facts.map(({ type }) => type)).to.deep.equal(["task.edited"]);
    expect(facts[0]?.data).to.include({ feeMinor, rewardMinor, assigneeId: assignee.id, jiraId: "POP-2" });
    expect(answers[0]?.body).to.deep.equal({
      ...task,
      title: "Water the parrots",
      jiraId: "POP-2",
      version: 2,
    });
  });

  it("TT-9: prices, assignee and state cannot be named in an edit", () => {
    const { scene, task, creator } = stage();
    for (const sneaked of [
      { feeMinor: 1 },
      { rewardMinor: 99 },
      { assigneeId: creator.id },
      { status: "done" },
    ]) {
      const message = command("task.edit", { taskId: task.id, ...sneaked }, creator);
      expect(scene.tellAnything(message).deadLetters[0]?.code).to.equal("invalid_data");
    }
  });

  it("TT-9: creator, manager and admin may; the assignee and others may not", () => {
    const { scene, task, creator, popug } = stage();
    const by = (who: Sender) => outcomeOf(edit(scene, task, who, { title: `By ${who.id}` }));
    expect([creator, person("manager"), person("admin")].map(by)).to.deep.equal(Array(3).fill("accepted"));
    expect([popug, person(), person("accountant")].map(by)).to.deep.equal(Array(3).fill("not_allowed"));
  });

  it("TT-9: what an edit does not name stays; null takes it away", () => {
    const { scene, task, creator } = stage();
    const words = (data: Edit) => {
      const { title, jiraId, description } = edit(scene, task, creator, data).answers[0]?.body ?? {};
      return { title, jiraId, description };
    };
    expect(words({ title: "Other" })).to.deep.equal({ ...WORDS, title: "Other" });
    expect(words({ description: null })).to.deep.equal({
      title: "Other",
      jiraId: "POP-1",
      description: null,
    });
    expect(words({ jiraId: null })).to.deep.equal({ title: "Other", jiraId: null, description: null });
    expect(words(WORDS)).to.deep.equal(WORDS);
    scene.crash();
    expect(words({})).to.deep.equal(WORDS);
  });

  it("TT-9: an edit that changes nothing states no fact and answers the task", () => {
    const { scene, task, creator } = stage();
    for (const data of [{}, WORDS, { title: WORDS.title }]) {
      const outcome = edit(scene, task, creator, data);
      expect(typesOf(outcome)).to.deep.equal([]);
      expect(outcome.answers[0]?.body).to.deep.equal(task);
    }
  });

  it("TT-9: If-Match on an older version is refused, and says which version there is", () => {
    const { scene, task, creator } = stage();
    edit(scene, task, creator, { title: "First", ifVersion: 1 });
    const late = edit(scene, task, creator, { title: "Second", ifVersion: 1 });
    expect(late.answers[0]).to.include({ accepted: false, code: "version_conflict" });
    expect(late.answers[0]?.detail).to.include("version 2");
    expect(outcomeOf(edit(scene, task, creator, { title: "Second", ifVersion: 2 }))).to.equal("accepted");
  });

  it("TT-9: who may not edit is not told the version", () => {
    const { scene, task, popug } = stage();
    expect(outcomeOf(edit(scene, task, popug, { title: "Mine", ifVersion: 7 }))).to.equal("not_allowed");
  });

  it("TT-9: in progress and done tasks are edited, too, and stay so; a cancelled one is not", () => {
    const { scene, task, creator, popug } = stage();
    const statusAfter = (title: string) => edit(scene, task, creator, { title }).answers[0]?.body.status;
    act(scene, "task.start", task.id, popug);
    expect(statusAfter("Begun")).to.equal("in-progress");
    act(scene, "task.complete", task.id, popug);
    scene.crash();
    expect(statusAfter("Done")).to.equal("done");
    const other = create(scene, creator);
    act(scene, "task.cancel", other.id, creator);
    expect(outcomeOf(edit(scene, other, creator, { title: "Late" }))).to.equal("task_not_open");
  });

  it("ACC-6: later facts of the task carry its new words", () => {
    const { scene, task, creator, popug } = stage();
    edit(scene, task, creator, { title: "Water the parrots", jiraId: null });
    const { facts } = act(scene, "task.complete", task.id, popug);
    expect(facts[0]?.data).to.include({ title: "Water the parrots" }).and.not.have.property("jiraId");
  });
});
