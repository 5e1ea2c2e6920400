import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, entry, task, user } from "./rows.ts";

interface Item {
  readonly at: string;
  readonly kind: string;
  readonly by: { readonly name: string } | null;
  readonly amountMinor: number | null;
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";

describe("queries: task history", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);
  let ada: UserId;
  let bob: UserId;
  let id: string;

  beforeEach(async () => {
    await company(used.db);
    ada = await user(used.db, "Ada");
    bob = await user(used.db, "Bob", { role: "manager" });
    id = await task(used.db, { number: 1, assignee_id: ada, created_by: bob });
  });

  const happened = (kind: string, at: string, given: Record<string, unknown> = {}) =>
    used.db.insert("task_history", {
      id: randomUUID(),
      task_id: id,
      at,
      kind,
      by_id: bob,
      assignee_id: ada,
      business_date: at.slice(0, 10),
      trace_id: TRACE,
      ...given,
    });
  const posted = (kind: string, amount: number, at: string) =>
    entry(used.db, {
      account_id: ada,
      kind,
      amount,
      task_id: id,
      occurred_at: at,
      business_date: at.slice(0, 10),
    });
  const kinds = async (query = "") =>
    (await client().get<{ items: Item[] }>(caller(ada), `/tasks/${id}/history${query}`)).items.map(
      (i) => i.kind,
    );

  it("TT-10: tells who, what, when, for how much, with the trace, oldest first", async () => {
    await posted("reward", 3000, "2026-03-02T11:00:00Z");
    await happened("completed", "2026-03-02T11:00:00Z", { by_id: ada });
    await posted("fee", -1500, "2026-03-01T10:00:00Z");
    await happened("assigned", "2026-03-01T10:00:00Z");
    await happened("created", "2026-03-01T10:00:00Z");
    const person = { id: ada, name: "Ada" };
    const item = (kind: string, at: string, by: unknown, amountMinor: number | null) => ({
      at: `${at}:00.000Z`,
      kind,
      by,
      assignee: person,
      amountMinor,
      businessDate: at.slice(0, 10),
      traceId: TRACE,
    });
    expect(await client().get(caller(bob, "manager"), `/tasks/${id}/history`)).to.deep.equal({
      items: [
        item("created", "2026-03-01T10:00", { id: bob, name: "Bob" }, null),
        item("assigned", "2026-03-01T10:00", { id: bob, name: "Bob" }, null),
        item("fee", "2026-03-01T10:00", null, -1500),
        item("completed", "2026-03-02T11:00", person, null),
        item("reward", "2026-03-02T11:00", null, 3000),
      ],
      next: null,
    });
  });

  it("what happened in one instant stands in the order of cause and effect", async () => {
    const at = "2026-03-01T10:00:00Z";
    await posted("reward", 3000, at);
    await posted("fee", -1500, at);
    for (const kind of ["completed", "started", "assigned", "created"]) await happened(kind, at);
    expect(await kinds()).to.deep.equal(["created", "assigned", "fee", "started", "completed", "reward"]);
  });

  it("holds nothing of other tasks, and no payouts", async () => {
    const other = await task(used.db, { number: 2, assignee_id: ada, created_by: bob });
    await happened("created", "2026-03-01T10:00:00Z", { task_id: other });
    await entry(used.db, { account_id: ada, kind: "payout", amount: -100 });
    await happened("created", "2026-03-01T10:00:00Z");
    expect(await kinds()).to.deep.equal(["created"]);
  });

  it("is whole without a limit, and pages with one, through parts of a millisecond", async () => {
    await happened("created", "2026-03-01T10:00:00Z");
    for (let i = 10; i < 70; i++) await happened("assigned", `2026-03-01T10:00:01.0000${i}Z`);
    expect(await kinds()).to.have.length(61);
    const whole = await client().all<Item>(caller(ada), `/tasks/${id}/history`, 200);
    for (const limit of [1, 7, 61]) {
      expect(await client().all(caller(ada), `/tasks/${id}/history`, limit)).to.deep.equal(whole);
    }
  });

  it("of an unknown task is not found, of a task without any is empty", async () => {
    expect(await client().refusal(caller(ada), `/tasks/${randomUUID()}/history`)).to.equal("404 not_found");
    expect(await kinds()).to.deep.equal([]);
  });
});
