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

  it("one with a name gives what one without gives, each time", async () => {
    const text =
      "select $1::int8 as n, $2::date as d, null::text as none, now() - now() as span, timestamptz '2026-03-29 00:30:00+00' as t, true as yes";
    const values = [5, "2026-03-29"];
    const expected = await rowsOf(reads, { text, values });
    for (let time = 0; time < 3; time++)
      expect(await rowsOf(reads, { name: "kinds", text, values })).to.deep.equal(expected);
    expect(
      await rowsOf(reads, { name: "none", text: "select 1 where $1::int = 2", values: [1] }),
    ).to.deep.equal([]);
  });

  it("one with a name that fails, at its first time or later, is an error and works the next time", async () => {
    const divide = (by: number) =>
      rowsOf(reads, { name: "divide", text: "select 6 / $1::int as share", values: [by] }).catch(
        ({ code }) => code,
      );
    for (const by of [0, 2, 0, 3])
      expect(await divide(by)).to.deep.equal(by === 0 ? "22012" : [{ share: 6 / by }]);
    const wrong = await rowsOf(reads, { name: "wrong", text: "select nothing", values: [] }).catch(
      ({ code }) => code,
    );
    expect(wrong).to.equal("42703");
    expect(await divide(1)).to.deep.equal([{ share: 6 }]);
  });

  it("ACC-2: one with a name fails where a double would round, and only then", async () => {
    const read = (n: string) =>
      rowsOf(reads, { name: "large", text: "select $1::int8 as n from generate_series(1, 3)", values: [n] });
    expect(await read("7")).to.have.length(3);
    const failure = await read("9007199254740993").catch((error) => error);
    expect(failure).to.be.instanceOf(RangeError);
    expect(await read("8")).to.deep.equal([{ n: 8 }, { n: 8 }, { n: 8 }]);
  });

  it("one name for two texts is an error that sends nothing", async () => {
    expect(await rowsOf(reads, { name: "one", text: "select 1 as one", values: [] })).to.deep.equal([
      { one: 1 },
    ]);
    const failure = await rowsOf(reads, { name: "one", text: "select 2 as two", values: [] }).catch(
      (error) => error,
    );
    expect(failure).to.be.instanceOf(Error).and.property("message").to.include("expected one text");
    expect(await rowsOf(reads, { name: "one", text: "select 1 as one", values: [] })).to.deep.equal([
      { one: 1 },
    ]);
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
