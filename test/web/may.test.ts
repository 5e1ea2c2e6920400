import { expect } from "chai";
import type { Minor } from "../../schemas/money.ts";
import type { ScheduleResource } from "../../schemas/resources.ts";
import type { Me, Role, Task, TaskStatus } from "../../web/api/resources.ts";
import { may } from "../../web/rules/may.ts";

const person = (role: Role, id: string = role): Me => ({ id, name: id, email: `${id}@ates.local`, role });

const taskOf = (status: TaskStatus, assigneeId: string, creatorId: string): Task => ({
  id: "t",
  number: 1,
  title: "Whistle",
  jiraId: null,
  description: null,
  status,
  assignee: { id: assigneeId, name: assigneeId },
  createdBy: { id: creatorId, name: creatorId },
  feeMinor: 10,
  rewardMinor: 20,
  billing: { fee: "charged", reward: "none" },
  createdAt: "2026-11-21T00:00:00Z",
  assignedAt: "2026-11-21T00:00:00Z",
  completedAt: null,
  version: 1,
});

const roles: readonly Role[] = ["employee", "manager", "accountant", "admin"];

describe("what the page offers", () => {
  it("TT-4: the shuffle to managers and admins", () => {
    expect(roles.filter((role) => may.shuffle(person(role)))).to.deep.equal(["manager", "admin"]);
  });

  it("ACC-7: the company's money to accountants and admins, people and analytics to admins", () => {
    expect(roles.filter((role) => may.seeCompany(person(role)))).to.deep.equal(["accountant", "admin"]);
    expect(roles.filter((role) => may.administer(person(role)))).to.deep.equal(["admin"]);
  });

  it("TT-8: start and complete to the assignee alone, whatever the role, and not of a task that is over", () => {
    const offered = (status: TaskStatus, me: Me) => {
      const task = taskOf(status, "employee", "manager");
      return [may.start(me, task), may.complete(me, task)];
    };
    expect(offered("open", person("employee"))).to.deep.equal([true, true]);
    expect(offered("in-progress", person("employee"))).to.deep.equal([false, true]);
    expect(offered("done", person("employee"))).to.deep.equal([false, false]);
    expect(offered("cancelled", person("employee"))).to.deep.equal([false, false]);
    for (const role of roles.slice(1)) expect(offered("open", person(role))).to.deep.equal([false, false]);
  });

  it("TT-9: edit and cancel to the creator, managers and admins", () => {
    const keepers = [...roles.map((role) => person(role)), person("employee", "creator")].filter((me) =>
      may.edit(me, taskOf("open", "employee", "creator")),
    );
    expect(keepers.map(({ id }) => id)).to.deep.equal(["manager", "admin", "creator"]);
    const cancellable = (["open", "in-progress", "done", "cancelled"] as const).filter((status) =>
      may.cancel(person("admin"), taskOf(status, "employee", "creator")),
    );
    expect(cancellable).to.deep.equal(["open"]);
  });

  it("JOB-1 ACC-5: a schedule of bonuses is let go by another admin than who wrote it, others by anybody", () => {
    const task = { kind: "task", title: "Whistle" } as const;
    const bonus = { kind: "bonus", amountMinor: 5 as Minor, reason: "Thanks", roles: ["employee"] } as const;
    const me = person("admin");
    const written = (work: ScheduleResource["work"], by: string) =>
      ({ work, writtenBy: by }) as Pick<ScheduleResource, "work" | "writtenBy">;
    expect(may.release(me, written({ ...bonus, roles: ["employee"] }, me.id))).to.equal(false);
    expect(may.release(me, written({ ...bonus, roles: ["employee"] }, "another"))).to.equal(true);
    expect(may.release(me, written(task, me.id))).to.equal(true);
  });
});
