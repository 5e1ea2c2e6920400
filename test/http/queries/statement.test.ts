/** Statements of the pages that are opened all day: prepared, planned for the page alone, on connections that come back. */
import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { Knex } from "knex";
import { encodeCursor } from "../../../http/queries/cursor.ts";
import { entriesStatement } from "../../../http/queries/entries.ts";
import { createReadDatabase } from "../../../http/queries/read-database.ts";
import { rowsOf, type Statement } from "../../../http/queries/statement.ts";
import { TASK_SORTS } from "../../../http/queries/task-order.ts";
import { listTasks, type TaskListRequest, tasksStatement } from "../../../http/queries/tasks.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { useDatabase } from "./database.ts";

const ID = randomUUID() as UserId;

/** A cursor as this order gives it. */
function cursorOf(sort: string): string {
  const name = sort.replace("-", "");
  const key =
    { jiraId: "POP-1", title: "Beak", assignee: "Ada", created: "infinity", completed: "infinity" }[name] ??
    1;
  return encodeCursor(`tasks:${sort}`, name === "number" ? [7] : [key, 7]);
}

describe("queries: statements", () => {
  const used = useDatabase();
  let reads: Knex;

  beforeEach(() => {
    reads = createReadDatabase({ connectionString: used.db.url, connectionsMax: 1, acquireTimeoutMs: 500 });
  });
  afterEach(() => reads.destroy());

  const planOf = async ({ text, values }: Statement) => {
    const plan = await rowsOf<{ "QUERY PLAN": string }>(reads, { text: `explain ${text}`, values });
    return plan.map((row) => row["QUERY PLAN"]).join("\n");
  };

  it("one that fails is an error, and its connection serves the next", async () => {
    const failure = await rowsOf(reads, { text: "select 1 / $1::int", values: [0] }).catch((error) => error);
    expect(failure).to.include({ code: "22012" });
    expect(await rowsOf(reads, { text: "select $1::int as one", values: [1] })).to.deep.equal([{ one: 1 }]);
  });

  it("one with a name is prepared once per connection, one without is not", async () => {
    for (const request of [{}, {}, { limit: 7 }, { q: "beak" }]) await listTasks(reads, request);
    const prepared = await rowsOf(reads, { text: "select name from pg_prepared_statements", values: [] });
    expect(prepared).to.deep.equal([{ name: "tasks:-number:" }]);
  });

  it("one name stands for one text, which pg insists on, and fits into what Postgres keeps of it", () => {
    const names = new Map<string, string>();
    const requests = fc.record(
      {
        status: fc.constantFrom(["open"], ["done"], ["open", "done"]),
        assigneeId: fc.constant(ID),
        q: fc.constantFrom("", "beak", "42"),
        limit: fc.constantFrom(1, 50, 200),
        cursor: fc.constant("cursor"),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<TaskListRequest>;
    fc.assert(
      fc.property(requests, fc.constantFrom(...TASK_SORTS), ({ cursor, ...request }, sort) => {
        const after = cursor === undefined ? {} : { cursor: cursorOf(sort) };
        const { name, text } = tasksStatement({ ...request, ...after }, sort, request.limit ?? 50);
        if (name === undefined) return;
        expect(name.length).to.be.lessThan(64);
        expect(names.get(name) ?? text).to.equal(text);
        names.set(name, text);
      }),
      { numRuns: 1_000 },
    );
    const entries = [{}, { cursor: encodeCursor("entries", [7]) }, { from: "2026-03-01" }].map(
      (asked) =>
        entriesStatement({ userId: ID, ...asked } as Parameters<typeof entriesStatement>[0], 50).name,
    );
    expect(entries).to.deep.equal(["entries:", "entries:cursor", undefined]);
  });

  it("a page of tasks looks up its own tasks' entries and people, however long the ledger is", async () => {
    await used.db.run(
      `
      insert into tasks (id, number, title, status, assignee_id, created_by, fee, reward, assignments, created_at,
                         assigned_at, created_date, version)
      select gen_random_uuid(), n, '', 'done', $1, $1, 1, 1, 1, now(), now(), now(), 1 from generate_series(1, 5000) as n`,
      [ID],
    );
    await used.db.run(
      `
      insert into entries (account_id, number, transfer_id, kind, amount, balance_after, counter_account, partition,
                           task_id, business_date, occurred_at, trace_id, hash)
      select $1, row_number() over (), gen_random_uuid(), kind, 1, 1, 'income', 0, id, '2026-03-10', now(), '', ''
        from tasks, unnest(array['fee', 'reward']) as kind`,
      [ID],
    );
    await used.db.run("vacuum analyze");
    const { text } = tasksStatement({}, "-number", 50);
    expect(await planOf({ text, values: [] }))
      .to.match(/entries_by_task/)
      .and.not.match(/Seq Scan on (entries|tasks)/);
  });
});
