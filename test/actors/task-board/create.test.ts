import { expect } from "chai";
import { taskBoard } from "../../../actors/task-board/actor.ts";
import type { Role } from "../../../schemas/envelope.ts";
import { chiSquare } from "../../support/chi-square.ts";
import { given } from "../../support/given.ts";
import { command, FIRST_DATE, heard, person, registered } from "../../support/said.ts";
import { act, boardOf, create, outcomeOf, people, typesOf } from "./board.ts";

const ROLES: readonly Role[] = ["admin", "manager", "accountant", "employee"];

describe("creating a task", () => {
  const popug = person();

  it("TT-2: anyone creates one, of every role, and is named as its creator", () => {
    for (const role of ROLES) {
      const creator = person(role);
      given(taskBoard, registered(popug), registered(creator, "Polly"))
        .when(
          command(
            "task.create",
            { title: "Feed the parrots", jiraId: "POP-1", description: "Twice." },
            creator,
          ),
        )
        .then(({ answers }) => {
          expect(answers[0]?.body).to.include({
            title: "Feed the parrots",
            jiraId: "POP-1",
            description: "Twice.",
          });
          expect(answers[0]?.body.createdBy).to.deep.equal({ id: creator.id, name: "Polly" });
        });
    }
  });

  it("TT-2 EVT-1: a property that the schema does not name is refused: prices never come from a client", () => {
    for (const sneaked of [
      { feeMinor: 1 },
      { rewardMinor: 1_000 },
      { assigneeId: popug.id },
      { status: "done" },
    ]) {
      given(taskBoard, registered(popug))
        .when(command("task.create", { title: "Feed the parrots", ...sneaked }, popug))
        .then(({ deadLetters, facts, changed }) => {
          expect(deadLetters.map(({ code }) => code)).to.deep.equal(["invalid_data"]);
          expect(facts).to.deep.equal([]);
          expect(changed).to.deep.equal([]);
        });
    }
  });

  it("EVT-2: a title with a bracket, or of white space alone, makes no task; a Jira id is bare and upper case", () => {
    const bad = [{ title: "[POP-1] Feed" }, { title: "Feed]" }, { title: "  " }, { title: "" }];
    const badIds = ["pop-1", "[POP-1]", "POP1", "POP-", "POP-1 "].map((jiraId) => ({
      title: "Feed",
      jiraId,
    }));
    for (const data of [...bad, ...badIds]) {
      given(taskBoard, registered(popug))
        .when(command("task.create", data, popug))
        .then(({ deadLetters }) =>
          expect(deadLetters[0]?.code, JSON.stringify(data)).to.equal("invalid_data"),
        );
    }
  });

  it("TT-3: it is assigned at once, by a fact of its own that follows its creation", () => {
    given(taskBoard, registered(popug))
      .when(command("task.create", { title: "Feed the parrots" }, popug))
      .then((outcome) => {
        expect(typesOf(outcome)).to.deep.equal(["task.created", "task.assigned"]);
        const [created, assigned] = outcome.facts;
        expect(created?.data).to.include({ number: 1, assigneeId: popug.id, businessDate: FIRST_DATE });
        expect(assigned?.data).to.include({ assigneeId: popug.id, assignment: 1, title: "Feed the parrots" });
        expect(outcome.facts.map(({ key, topic }) => [topic, key])).to.deep.equal([
          ["tasks", popug.id],
          ["tasks", popug.id],
        ]);
        expect(outcome.answers[0]?.body).to.include({ status: "open", number: 1, version: 1 });
      });
  });

  it("TT-3: accountants and employees are eligible; managers and admins are not", () => {
    for (const role of ROLES) {
      const scene = boardOf([person(role)]);
      const outcome = scene.tell(command("task.create", { title: "Feed" }, person()));
      const eligible = role === "accountant" || role === "employee";
      expect(outcomeOf(outcome), role).to.equal(eligible ? "accepted" : "nobody_to_assign");
    }
  });

  it("TT-3: the excluded roles are configuration", () => {
    const company = { ...boardOf([]).company, excludedRoles: ["employee"] };
    const manager = person("manager");
    const scene = boardOf([manager, popug], { company });
    for (let i = 0; i < 20; i++) expect(create(scene, popug).assignee.id).to.equal(manager.id);
  });

  it("TT-3: nobody eligible: refused with a clear error, and nothing is made", () => {
    given(taskBoard, registered(person("manager")), registered(person("admin")))
      .when(command("task.create", { title: "Feed" }, popug))
      .then(({ answers, facts, changed }) => {
        expect(answers[0]).to.include({ accepted: false, code: "nobody_to_assign" });
        expect(answers[0]?.detail).to.match(/nobody/i);
        expect([facts, changed]).to.deep.equal([[], []]);
      });
  });

  it("TT-3 AUTH-4: who is disabled gets no task, who is enabled again does", () => {
    const other = person();
    const scene = boardOf([popug, other]);
    const occurredAt = new Date(scene.nowMs).toISOString();
    scene.tell(heard("user.disabled", { userId: popug.id, occurredAt }));
    for (let i = 0; i < 20; i++) expect(create(scene, other).assignee.id).to.equal(other.id);
    scene.tell(heard("user.disabled", { userId: other.id, occurredAt }));
    expect(outcomeOf(scene.tell(command("task.create", { title: "Feed" }, other)))).to.equal(
      "nobody_to_assign",
    );
    scene.tell(heard("user.enabled", { userId: popug.id, occurredAt }));
    expect(create(scene, other).assignee.id).to.equal(popug.id);
  });

  it("TT-3 AUTH-4: who becomes a manager gets no task any more, and keeps what he has", () => {
    const other = person();
    const scene = boardOf([popug]);
    const task = create(scene, popug);
    const occurredAt = new Date(scene.nowMs).toISOString();
    scene.tell(
      registered(other),
      heard("user.role-changed", { userId: popug.id, role: "manager", previousRole: "employee", occurredAt }),
    );
    for (let i = 0; i < 20; i++) expect(create(scene, popug).assignee.id).to.equal(other.id);
    expect(outcomeOf(act(scene, "task.complete", task.id, { ...popug, role: "manager" }))).to.equal(
      "accepted",
    );
  });

  it("AUTH-4: a fact about somebody whose registration has not come makes nobody eligible", () => {
    const occurredAt = new Date().toISOString();
    given(
      taskBoard,
      heard("user.enabled", { userId: popug.id, occurredAt }),
      heard("user.role-changed", { userId: popug.id, role: "employee", previousRole: "admin", occurredAt }),
    )
      .when(command("task.create", { title: "Feed" }, popug))
      .then(({ answers }, scene) => {
        expect(answers[0]?.code).to.equal("nobody_to_assign");
        expect([...scene.saved.rows.keys()]).to.deep.equal([]);
      });
  });

  it("TT-3: the draw is uniform over all who are eligible", () => {
    const scene = boardOf(people(5));
    const drawn = Array.from({ length: 2_000 }, () => create(scene, popug).assignee.id);
    const { statistic, limit } = chiSquare(drawn, 5);
    expect(statistic).to.be.below(limit);
  });

  it("EDGE-2: the same command again gets the first answer, and nothing is made again", () => {
    const message = command("task.create", { title: "Feed" }, popug);
    const scene = boardOf([popug, person(), person()]);
    const first = scene.tell(message);
    create(scene, popug);
    const again = scene.tell(message);
    expect(again.answers[0]).to.deep.equal({ ...first.answers[0], replayed: true });
    expect([again.facts, again.changed]).to.deep.equal([[], []]);
  });

  it("EDGE-2: another command under the same key is refused", () => {
    const message = command("task.create", { title: "Feed" }, popug);
    const scene = boardOf([popug]);
    scene.tell(message);
    const reused = scene.tell({ ...message, data: { title: "Starve" }, fingerprint: "another" });
    expect(reused.answers[0]).to.include({ accepted: false, code: "key_reused" });
    expect(reused.facts).to.deep.equal([]);
  });

  it("numbers go up by one, and a refused creation takes none", () => {
    const scene = boardOf([popug]);
    expect(create(scene, popug).number).to.equal(1);
    scene.tellAnything(command("task.create", { title: "[" }, popug));
    scene.crash();
    expect([create(scene, popug).number, create(scene, popug).number]).to.deep.equal([2, 3]);
  });

  it("a command without a sender is kept as a dead letter and answered, and the board goes on", () => {
    const { senderid: _, senderrole: __, ...nobody } = command("task.create", { title: "Feed" }, popug);
    const scene = boardOf([popug]);
    const outcome = scene.tellAnything(nobody as never);
    expect(outcome.deadLetters[0]?.code).to.equal("handler_failed");
    expect(outcome.answers[0]?.code).to.equal("unprocessable_message");
    expect(outcome.changed).to.deep.equal([]);
    expect(create(scene, popug).number).to.equal(1);
  });
});
