import { expect } from "chai";
import type { Fact } from "../../../actors/runtime/actor.ts";
import { type Board, type ImportPiece, pieceKey, type Task } from "../../../actors/task-board/state.ts";
import type { JobProgressedV2 } from "../../../schemas/generated/messages.ts";
import { type JobId, newUuid, type TaskId } from "../../../schemas/ids.ts";
import { type ImportedWords, type ImportRow, importedTaskId } from "../../../schemas/imported-task.ts";
import type { Sender } from "../../support/client.ts";
import { command, heard, person } from "../../support/said.ts";
import { act, type BoardOutcome, type BoardScene, boardOf, create, outcomeOf, people } from "./board.ts";

const popug = person();

const row = (words: ImportedWords): ImportRow => ({ ...words, taskId: importedTaskId(words) });
const rows = (count: number, prefix = "POP"): ImportRow[] =>
  Array.from({ length: count }, (_, n) => row({ title: `Task ${n}`, jiraId: `${prefix}-${n}` }));

/** What the edge does before it asks the board. A row that is on the board is marked, as the store does. */
function importOf(scene: BoardScene, pieces: readonly (readonly ImportRow[])[], rejected = 0, by = popug) {
  const jobId = newUuid() as JobId;
  pieces.forEach((piece, index) => {
    const number = index + 1;
    const marked = piece.map((each) => ({ ...each, isKnown: scene.saved.rows.has(`task/${each.taskId}`) }));
    const entity: ImportPiece = { key: pieceKey(jobId, number), jobId, number, rows: marked };
    scene.saved.rows.set(entity.key, entity);
  });
  const data = { jobId, pieces: pieces.length, rows: pieces.flat().length, rejected };
  return { jobId, outcome: scene.tell(command("tasks.import", data, by)) };
}

const progressOf = (fact: Fact): JobProgressedV2[] => (fact.type === "job.progressed" ? [fact.data] : []);
const lastOf = (outcomes: readonly BoardOutcome[]) =>
  outcomes.flatMap(({ facts }) => facts.flatMap(progressOf)).at(-1);
const createdOf = (outcomes: readonly BoardOutcome[]): TaskId[] =>
  outcomes.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === "task.created" ? [fact.data.taskId] : [])),
  );
const boardIn = (scene: BoardScene): Board => scene.saved.rows.get("board") as Board;
const taskIn = (scene: BoardScene, id: TaskId): Task => scene.saved.rows.get(`task/${id}`) as Task;

describe("an import on the board", () => {
  it("TT-12: each row becomes a task of who imports it, priced and assigned as any other", () => {
    const them = people(3);
    const scene = boardOf(them);
    create(scene, popug);
    const { jobId, outcome } = importOf(scene, [rows(3), rows(2, "SEED")], 4);
    expect(outcome.answers[0]).to.deep.include({ accepted: true, body: { jobId } });
    const outcomes = scene.settle();
    expect(
      outcomes.map((each) => lastOf([each])).map((each) => [each?.state, each?.done, each?.total]),
    ).to.deep.equal([
      ["running", 7, 9],
      ["done", 9, 9],
    ]);
    expect(lastOf(outcomes)?.result).to.deep.equal({ created: 5, unchanged: 0, rejected: 4 });
    const tasks = createdOf(outcomes).map((id) => taskIn(scene, id));
    expect(tasks.map(({ number }) => number)).to.deep.equal([2, 3, 4, 5, 6]);
    for (const task of tasks) {
      expect(task).to.include({ createdBy: popug.id, assignments: 1, status: "open" });
      expect(them.map(({ id }) => id)).to.include(task.assigneeId);
      expect(task.feeMinor).to.be.within(10, 20);
      expect(task.rewardMinor).to.be.within(20, 40);
    }
    expect(boardIn(scene).imports).to.deep.equal([]);
    expect((scene.saved.rows.get(pieceKey(jobId, 1)) as ImportPiece).rows).to.deep.equal([]);
  });

  it("TT-12: the same rows again make nothing, also when their tasks are cancelled since, and twice in one file once", () => {
    const scene = boardOf(people(2));
    importOf(scene, [rows(3)]);
    const [first] = createdOf(scene.settle());
    act(scene, "task.cancel", first as TaskId, popug);
    importOf(scene, [[...rows(4), ...rows(4)], rows(5)]);
    const again = scene.settle();
    expect(createdOf(again)).to.have.length(2);
    expect(lastOf(again)?.result).to.deep.equal({ created: 2, unchanged: 11, rejected: 0 });
  });

  it("TT-12 G7: a crash before or after any piece makes nothing twice and loses nothing", () => {
    const scene = boardOf(people(3));
    const { jobId } = importOf(scene, [rows(3), rows(3, "B"), rows(3, "C")]);
    const created: TaskId[] = [];
    for (let piece = 1; piece <= 3; piece++) {
      const due = scene.due()[0];
      const lost = scene.rehearseLater(due as NonNullable<typeof due>);
      scene.crash();
      const outcome = scene.tellDue() as BoardOutcome;
      expect(outcome.facts).to.deep.equal(lost.facts);
      created.push(...createdOf([outcome]));
      scene.crash();
    }
    expect(new Set(created).size).to.equal(9);
    expect(scene.due()).to.deep.equal([]);
    expect(boardIn(scene).imports.some((each) => each.jobId === jobId)).to.equal(false);
  });

  it("TT-12: a piece that is done changes nothing when it comes again", () => {
    const scene = boardOf(people(2));
    importOf(scene, [rows(2), rows(2, "B")]);
    const first = scene.due()[0];
    scene.tellDue();
    const again = scene.take([scene.laterOf(first as NonNullable<typeof first>)]);
    expect([again.facts, again.changed, again.deadLetters]).to.deep.equal([[], [], []]);
    expect(createdOf(scene.settle())).to.have.length(2);
  });

  it("TT-12: imports run one after another, each to its end; what both hold is made once", () => {
    const scene = boardOf(people(2));
    const jobs = [importOf(scene, [rows(2), rows(3)]), importOf(scene, [rows(4)])].map(({ jobId }) => jobId);
    expect(scene.due()).to.have.length(1);
    const outcomes = scene.settle();
    const order = outcomes
      .map((each) => lastOf([each]))
      .map((each) => `${jobs.indexOf(each?.jobId as JobId)} ${each?.state}`);
    expect(order).to.deep.equal(["0 running", "0 done", "1 done"]);
    expect(createdOf(outcomes)).to.have.length(4);
  });

  it("TT-6 TT-12: a shuffle and an import go on beside each other; the shuffle leaves new tasks alone", () => {
    const scene = boardOf(people(3), { pieceTasks: 2 });
    for (let task = 0; task < 4; task++) create(scene, popug);
    scene.tell(command("tasks.shuffle", {}, person("manager")));
    importOf(scene, [rows(2), rows(2, "B")]);
    const ids = createdOf(scene.settle());
    expect(ids.map((id) => taskIn(scene, id).assignments)).to.deep.equal([1, 1, 1, 1]);
    expect([boardIn(scene).imports, boardIn(scene).shuffles]).to.deep.equal([[], []]);
  });

  it("TT-12: a file of rejected rows alone is done at once", () => {
    const scene = boardOf([]);
    const { outcome } = importOf(scene, [], 3);
    expect(lastOf([outcome])).to.deep.include({ state: "done", done: 3, total: 3 });
    expect(scene.due()).to.deep.equal([]);
  });

  it("TT-3 TT-12: nobody to assign: it is refused, or fails where it has come to and lets the next one begin", () => {
    const popugs: Sender[] = people(1);
    const scene = boardOf(popugs);
    importOf(scene, [rows(2), rows(2, "B")]);
    importOf(scene, [rows(2), rows(2, "B")]);
    scene.tellDue();
    const occurredAt = new Date(scene.nowMs).toISOString();
    scene.tell(heard("user.disabled", { userId: popugs[0]?.id as Sender["id"], occurredAt }));
    expect(outcomeOf(importOf(scene, [rows(1)]).outcome)).to.equal("nobody_to_assign");
    const failed = scene.tellDue() as BoardOutcome;
    expect(lastOf([failed])).to.deep.include({ state: "failed", done: 2, total: 4 });
    scene.tell(heard("user.enabled", { userId: popugs[0]?.id as Sender["id"], occurredAt }));
    const rest = scene.settle();
    expect(createdOf(rest)).to.have.length(2);
    expect(lastOf(rest)).to.deep.include({
      state: "done",
      result: { created: 2, unchanged: 2, rejected: 0 },
    });
  });

  it("TT-12: an import whose rows are gone fails in the open", () => {
    const scene = boardOf(people(1));
    const { jobId } = importOf(scene, [rows(1)]);
    scene.saved.rows.delete(pieceKey(jobId, 1));
    expect(lastOf(scene.settle())).to.include({ state: "failed" });
  });
});
