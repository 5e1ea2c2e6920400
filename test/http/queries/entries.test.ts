/** The audit log's filters, and what of it goes into files. */
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { textOf } from "../../support/pdf.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, entry, task, user } from "./rows.ts";

const HEADER =
  "number,businessDate,occurredAt,kind,taskNumber,jiraId,title,amountMinor,balanceAfterMinor,id,taskId,traceId";

describe("queries: entries by filter and as files", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);
  let ada: UserId;
  let bob: UserId;

  beforeEach(async () => {
    await company(used.db);
    ada = await user(used.db, "Ada");
    bob = await user(used.db, "Bob");
  });

  const post = (number: number, kind: string, amount: number, given: Record<string, unknown> = {}) =>
    entry(used.db, { account_id: ada, number, kind, amount, balance_after: amount, ...given });
  const about = async (number: number, title: string, jira_id: string | null = null) => {
    const task_id = await task(used.db, { number, title, jira_id, assignee_id: ada, created_by: bob });
    return { task_id, title, jira_id };
  };
  const numbers = async (query: string) => {
    const path = `/accounts/${ada}/entries${query}`;
    const page = await client().get<{ items: { number: number }[] }>(caller(ada), path);
    return page.items.map(({ number }) => number);
  };
  const file = async (path: string, who = caller(ada)) => {
    const { body, headers } = await client().reply(who, `/accounts/${ada}/${path}`);
    return { lines: String(body).split("\r\n").slice(0, -1), headers };
  };

  it("ACC-6: are filtered by one kind or several, together with dates", async () => {
    await post(1, "fee", -15);
    await post(2, "reward", 30, { business_date: "2026-03-09" });
    await post(3, "payout", -15);
    await post(4, "reward", 20);
    expect(await numbers("?kind=reward")).to.deep.equal([4, 2]);
    expect(await numbers("?kind=fee,payout")).to.deep.equal([3, 1]);
    expect(await numbers("?kind=reward,fee&from=2026-03-10")).to.deep.equal([4, 1]);
    for (const query of ["kind=salary", "kind=", "kind=fee,,reward", "q=a&q=b"]) {
      expect(await client().refusal(caller(ada), `/accounts/${ada}/entries?${query}`), query).to.equal(
        "400 invalid_request",
      );
    }
  });

  it("ACC-6: are found by the words, the Jira id and the number of their task, which they name", async () => {
    await post(1, "fee", -15, await about(41, "Paint the beak", "POP-1"));
    await post(2, "fee", -15, await about(42, "Покрась клетку"));
    await post(3, "payout", -15);
    expect(await numbers("?q=paint")).to.deep.equal([1]);
    expect(await numbers("?q=pop-1")).to.deep.equal([1]);
    expect(await numbers("?q=клетк")).to.deep.equal([2]);
    expect(await numbers("?q=42")).to.deep.equal([2]);
    expect(await numbers("?q=beak&kind=reward")).to.deep.equal([]);
    expect(await numbers("?q=")).to.deep.equal([2, 1]);
    const path = `/accounts/${ada}/entries`;
    const { items } = await client().get<{ items: { taskNumber: number | null }[] }>(caller(ada), path);
    expect(items.map(({ taskNumber }) => taskNumber)).to.deep.equal([null, 42, 41]);
  });

  it("ACC-8: as a file are all that the filters leave, however many, with signed numbers and no formulas", async () => {
    const row = await about(7, "=1+1");
    await post(1, "reward", 30, row);
    await post(2, "payout", -30);
    const { lines, headers } = await file("entries.csv");
    expect(headers).to.deep.equal({
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": 'attachment; filename="entries.csv"',
    });
    expect(lines[0]).to.equal(HEADER);
    expect(lines[1]).to.match(/^2,2026-03-10,2026-03-10T09:00:00.000Z,payout,,,,-30,-30,/);
    expect(lines[2]).to.match(/^1,2026-03-10,2026-03-10T09:00:00.000Z,reward,7,,'=1\+1,30,30,/);
    expect((await file("entries.csv?kind=payout")).lines).to.have.length(2);
    await used.db.run(
      `insert into entries (account_id, number, transfer_id, kind, amount, balance_after, counter_account, partition,
                            business_date, occurred_at, trace_id, hash)
       select $1, n, gen_random_uuid(), 'fee', -1, 0, 'house', 0, '2026-03-11', now(), '', ''
         from generate_series(3, 1502) as n`,
      [ada],
    );
    const all = (await file("entries.csv")).lines.slice(1).map((line) => Number(line.split(",")[0]));
    expect(all).to.deep.equal(Array.from({ length: 1_502 }, (_, at) => 1_502 - at));
  });

  it("ACC-8: a statement has the month's entries, oldest first, to its last day", async () => {
    for (const [at, date] of ["2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"].entries()) {
      await post(at + 1, "fee", -10, { business_date: date });
    }
    const { lines, headers } = await file("statement?month=2026-02&format=csv");
    expect(headers).to.include({ "Content-Disposition": 'attachment; filename="statement-2026-02.csv"' });
    expect(lines.map((line) => line.split(",").slice(0, 2).join(" "))).to.deep.equal([
      "number businessDate",
      "2 2026-02-01",
      "3 2026-02-28",
    ]);
    expect((await file("statement?month=2025-02")).lines).to.deep.equal([HEADER]);
    for (const query of ["", "?month=2026-13", "?month=2026-02&format=doc"]) {
      const path = `/accounts/${ada}/statement${query}`;
      expect(await client().refusal(caller(ada), path), query).to.equal("400 invalid_request");
    }
  });

  it("ACC-8: a statement as PDF begins with the balance before the month, in the language of its person", async () => {
    for (const [at, date] of ["2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"].entries()) {
      await post(at + 1, "fee", -10, { business_date: date, balance_after: -10 * (at + 1) });
    }
    await used.db.run("update users set locale = 'ru' where id = $1", [ada]);
    const { body, headers } = await client().reply(
      caller(bob, "accountant"),
      `/accounts/${ada}/statement?month=2026-02&format=pdf`,
    );
    expect(headers).to.deep.equal({
      "Content-Type": "application/pdf",
      "Content-Disposition": 'attachment; filename="statement-2026-02.pdf"',
    });
    expect(await textOf(body as Buffer)).to.contain("Входящий остаток −0,10 $ Списание × 2 −0,20 $");
    const later = await client().reply(caller(ada), `/accounts/${ada}/statement?month=2026-04&format=pdf`);
    expect(await textOf(later.body as Buffer)).to.contain(
      "Входящий остаток −0,40 $ Исходящий остаток −0,40 $",
    );
  });

  it("ACC-7: files of others are for accountants and admins; of nobody there are none", async () => {
    for (const what of ["entries.csv", "statement?month=2026-02"]) {
      expect(await client().refusal(caller(bob, "manager"), `/accounts/${ada}/${what}`)).to.equal(
        "403 forbidden",
      );
      expect(await client().refusal(caller(bob, "accountant"), `/accounts/${ada}/${what}`)).to.equal("200");
      const nobody = `/accounts/${crypto.randomUUID()}/${what}`;
      expect(await client().refusal(caller(bob, "admin"), nobody)).to.equal("404 not_found");
    }
  });
});
