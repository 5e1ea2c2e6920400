import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";

describe("queries: jobs", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);
  const creator = randomUUID() as UserId;
  const id = randomUUID();

  beforeEach(() =>
    used.db.insert("jobs", {
      id,
      kind: "shuffle",
      creator_id: creator,
      state: "done",
      done: 3,
      total: 3,
      result: JSON.stringify({ moved: 1, unchanged: 2, skipped: 0 }),
      changed_at: "2026-03-01T10:00:00Z",
    }),
  );

  it("TT-6: a job shows its progress and result to who started it, and to admins", async () => {
    const shown = {
      id,
      kind: "shuffle",
      state: "done",
      done: 3,
      total: 3,
      result: { moved: 1, unchanged: 2, skipped: 0 },
      errors: [],
    };
    expect(await client().get(caller(creator, "manager"), `/jobs/${id}`)).to.deep.equal(shown);
    expect(await client().get(caller(randomUUID() as UserId, "admin"), `/jobs/${id}`)).to.deep.equal(shown);
  });

  it("a running job has no result yet", async () => {
    await used.db.run("update jobs set state = 'running', result = null, done = 1");
    expect(await client().get(caller(creator), `/jobs/${id}`)).to.include({ state: "running", result: null });
  });

  it("for others, managers among them, it does not exist", async () => {
    for (const role of ["employee", "manager", "accountant"] as const) {
      expect(await client().refusal(caller(randomUUID() as UserId, role), `/jobs/${id}`)).to.equal(
        "404 not_found",
      );
    }
    expect(await client().refusal(caller(creator), `/jobs/${randomUUID()}`)).to.equal("404 not_found");
  });
});
