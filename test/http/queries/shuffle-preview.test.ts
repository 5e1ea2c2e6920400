import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, task } from "./rows.ts";

describe("queries: what a shuffle would touch", () => {
  const used = useDatabase();
  const manager = caller(randomUUID() as UserId, "manager");
  const preview = () => new ReadClient(used.db).get(manager, "/tasks/shuffle-preview");

  it("TT-4 TT-6: is nothing on an empty board", async () => {
    await company(used.db);
    expect(await preview()).to.deep.equal({ openTasks: 0, people: 0, feesMinor: 0 });
  });

  it("TT-3 TT-4 TT-7: is every task that is open or in progress, its fee, and whom it may go to", async () => {
    await company(used.db);
    await used.db.run("update installation set excluded_roles = '{manager,admin}'");
    const roles = ["employee", "accountant", "manager", "admin", "employee"];
    for (const [at, role] of roles.entries()) {
      await used.db.insert("board_people", { id: randomUUID(), name: "x", role, active: at < 4 });
    }
    for (const [at, status] of ["open", "in-progress", "done", "cancelled"].entries()) {
      await task(used.db, {
        number: at + 1,
        assignee_id: manager.id,
        created_by: manager.id,
        status,
        fee: 10 ** at,
      });
    }
    expect(await preview()).to.deep.equal({ openTasks: 2, people: 2, feesMinor: 11 });
  });

  it("AUTH-2: is for those who may press", async () => {
    await company(used.db);
    for (const role of ["employee", "accountant"] as const) {
      const refused = await new ReadClient(used.db).refusal(
        caller(manager.id, role),
        "/tasks/shuffle-preview",
      );
      expect(refused).to.equal("403 forbidden");
    }
  });
});
