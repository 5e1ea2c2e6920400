import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, completion } from "./rows.ts";

interface Negative {
  readonly date: string;
  readonly count: number;
  readonly items: readonly {
    readonly userId: string;
    readonly name: string;
    readonly balanceMinor: number;
  }[];
}

interface Period {
  readonly from: string;
  readonly to: string;
  readonly rewardMinor?: number;
  readonly ties?: number;
  readonly task: { readonly title: string; readonly assignee: { readonly name: string } } | null;
}

describe("queries: analytics", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);
  const admin = caller(randomUUID() as UserId, "admin");
  const ask = <T>(path: string) => client().get<T>(admin, `/analytics/${path}`);

  beforeEach(() => company(used.db));

  const income = (date: string, partition: number, fees: number, rewards: number) =>
    used.db.insert("analytics.income", { business_date: date, partition, fees, rewards });
  const balance = async (id: string, date: string, amount: number) => {
    await used.db.insert("analytics.balances", { account_id: id, business_date: date, balance: amount });
    await used.db.run("delete from analytics.below");
    await used.db.run("insert into analytics.below select * from analytics.below_by_balances");
  };
  const popug = async (name: string): Promise<string> => {
    const id = randomUUID();
    await used.db.insert("analytics.people", { id, name });
    return id;
  };

  it("are for admins only, every report and its CSV", async () => {
    const reports = ["today", "income", "negative", "top-task", "income.csv", "negative.csv", "top-task.csv"];
    for (const report of reports) {
      for (const role of ["employee", "manager", "accountant"] as const) {
        const who = caller(randomUUID() as UserId, role);
        expect(await client().refusal(who, `/analytics/${report}`), `${role} ${report}`).to.equal(
          "403 forbidden",
        );
      }
      expect(await client().refusal(admin, `/analytics/${report}`), report).to.equal("200");
    }
  });

  it("AN-3: no query reads the ledger's or the board's tables, people's names included", async () => {
    for (const table of ["entries", "accounts", "house_accounts", "tasks", "users", "payouts", "days"]) {
      await used.db.run(`alter table ${table} rename to hidden_${table}`);
    }
    try {
      for (const report of ["today", "income", "negative", "top-task"]) await ask(report);
    } finally {
      for (const table of ["entries", "accounts", "house_accounts", "tasks", "users", "payouts", "days"]) {
        await used.db.run(`alter table hidden_${table} rename to ${table}`);
      }
    }
  });

  describe("AN-1: income", () => {
    it("by day is fees minus rewards over all partitions, with a total; dates at the bounds included", async () => {
      await income("2026-02-28", 0, 1, 0);
      await income("2026-03-01", 0, 1500, 0);
      await income("2026-03-01", 3, 1000, 4000);
      await income("2026-03-10", 1, 2000, 0);
      await income("2026-03-05", 1, 0, 0);
      expect(await ask("income")).to.deep.equal({
        items: [
          { businessDate: "2026-03-01", feesMinor: 2500, rewardsMinor: 4000, incomeMinor: -1500 },
          { businessDate: "2026-03-10", feesMinor: 2000, rewardsMinor: 0, incomeMinor: 2000 },
        ],
        total: { feesMinor: 4500, rewardsMinor: 4000, incomeMinor: 500 },
      });
      expect(await ask("income?from=2026-02-28&to=2026-02-28")).to.have.nested.property(
        "total.incomeMinor",
        1,
      );
    });

    it("today is that of the current business date, with the number of people below zero now", async () => {
      await income("2026-03-09", 0, 9999, 0);
      await income("2026-03-10", 0, 2500, 3000);
      const [a, b] = [await popug("Ada"), await popug("Bob")];
      await balance(a, "2026-03-09", -100);
      await balance(b, "2026-03-10", 100);
      expect(await ask("today")).to.deep.equal({
        businessDate: "2026-03-10",
        feesMinor: 2500,
        rewardsMinor: 3000,
        incomeMinor: -500,
        negativeCount: 1,
      });
    });

    it("today without any movement is zero", async () => {
      expect(await ask("today")).to.deep.equal({
        businessDate: "2026-03-10",
        feesMinor: 0,
        rewardsMinor: 0,
        incomeMinor: 0,
        negativeCount: 0,
      });
    });
  });

  describe("AN-1: who is below zero", () => {
    it("is whoever's last balance is less than zero: zero is not, deepest first", async () => {
      const [a, b, c, d] = [await popug("Ada"), await popug("Bob"), await popug("Cid"), await popug("Dan")];
      await balance(a, "2026-03-09", -1);
      await balance(b, "2026-03-09", 0);
      await balance(c, "2026-03-10", -500);
      await balance(d, "2026-03-10", 1);
      expect(await ask("negative")).to.deep.equal({
        date: "2026-03-10",
        count: 2,
        items: [
          { userId: c, name: "Cid", balanceMinor: -500 },
          { userId: a, name: "Ada", balanceMinor: -1 },
        ],
      });
    });

    it("at the close of a past date is by the last balance up to it, carried debt included", async () => {
      const a = await popug("Ada");
      await balance(a, "2026-03-01", -300);
      await balance(a, "2026-03-05", 200);
      await balance(a, "2026-03-07", -50);
      const on = async (date: string) =>
        (await ask<Negative>(`negative?date=${date}`)).items.map((i) => i.balanceMinor);
      expect(await on("2026-02-28")).to.deep.equal([]);
      expect(await on("2026-03-01")).to.deep.equal([-300]);
      expect(await on("2026-03-04")).to.deep.equal([-300]);
      expect(await on("2026-03-05")).to.deep.equal([]);
      expect(await on("2026-03-07")).to.deep.equal([-50]);
      expect(await on("2026-03-10")).to.deep.equal([-50]);
    });

    it("a person whose name has not arrived is counted all the same", async () => {
      const id = randomUUID();
      await balance(id, "2026-03-10", -1);
      expect(await ask<Negative>("negative")).to.deep.include({
        count: 1,
        items: [{ userId: id, name: id, balanceMinor: -1 }],
      });
    });

    it("many accounts with many dates each are counted once each", async () => {
      for (let i = 0; i < 30; i++) {
        const id = await popug(`Popug ${i}`);
        for (let date = 1; date <= 5; date++)
          await balance(id, `2026-03-0${date}`, i % 3 === 0 ? -date : date);
      }
      const { count, items } = await ask<Negative>("negative");
      expect(count).to.equal(10);
      expect(new Set(items.map((i) => i.balanceMinor))).to.deep.equal(new Set([-5]));
    });

    it("of a date still to come is refused", async () => {
      expect(await client().refusal(admin, "/analytics/negative?date=2026-03-11")).to.equal(
        "400 invalid_request",
      );
      expect(await client().refusal(admin, "/analytics/negative?date=2026-02-29")).to.equal(
        "400 invalid_request",
      );
    });
  });

  describe("AN-2: the most expensive task", () => {
    const done = (title: string, date: string, reward: number, given: Record<string, unknown> = {}) =>
      completion(used.db, { title, business_date: date, reward, ...given });
    const top = async (query: string) =>
      (await ask<{ by: string; items: Period[] }>(`top-task?${query}`)).items;
    const titles = async (query: string) =>
      (await top(query)).map((p) => [p.from, p.to, p.task?.title ?? null]);

    it("has the contract's shape", async () => {
      const ada = await popug("Ada");
      const id = await done("Paint", "2026-03-10", 4000, { assignee_id: ada, number: 7, jira_id: "POP-1" });
      expect(await ask("top-task?from=2026-03-09&to=2026-03-10&by=range")).to.deep.equal({
        by: "range",
        items: [
          {
            from: "2026-03-09",
            to: "2026-03-10",
            rewardMinor: 4000,
            ties: 1,
            task: {
              id,
              number: 7,
              title: "Paint",
              jiraId: "POP-1",
              completedAt: "2026-03-10T09:00:00.000Z",
              assignee: { id: ada, name: "Ada" },
            },
          },
        ],
      });
    });

    it("ties are counted and the earliest completion is shown, of equal times the lowest number", async () => {
      await done("late", "2026-03-10", 4000, { completed_at: "2026-03-10T12:00:00Z", number: 1 });
      await done("second", "2026-03-10", 4000, { completed_at: "2026-03-10T08:00:00Z", number: 9 });
      await done("first", "2026-03-10", 4000, { completed_at: "2026-03-10T08:00:00Z", number: 5 });
      await done("cheap and earlier", "2026-03-10", 3999, {
        completed_at: "2026-03-10T07:00:00Z",
        number: 2,
      });
      const [day] = await top("from=2026-03-10&to=2026-03-10");
      expect([day?.task?.title, day?.ties, day?.rewardMinor]).to.deep.equal(["first", 3, 4000]);
    });

    it("a period without completions says so with no task and nothing else", async () => {
      await done("Paint", "2026-03-09", 4000);
      expect(await top("from=2026-03-08&to=2026-03-10&by=day")).to.deep.include({
        from: "2026-03-08",
        to: "2026-03-08",
        task: null,
      });
      expect(await titles("from=2026-03-08&to=2026-03-10&by=day")).to.deep.equal([
        ["2026-03-08", "2026-03-08", null],
        ["2026-03-09", "2026-03-09", "Paint"],
        ["2026-03-10", "2026-03-10", null],
      ]);
    });

    it("goes by the business date of the completion, not by its time", async () => {
      await done("after midnight", "2026-03-09", 4000, { completed_at: "2026-03-10T00:30:00Z" });
      expect(await titles("from=2026-03-10&to=2026-03-10")).to.deep.equal([
        ["2026-03-10", "2026-03-10", null],
      ]);
    });

    it("weeks begin on Monday, whole, over the end of a year", async () => {
      await done("Monday", "2025-12-29", 3000);
      await done("Sunday", "2026-01-04", 4000);
      await done("next Monday", "2026-01-05", 2000);
      expect(await titles("from=2025-12-31&to=2026-01-05&by=week")).to.deep.equal([
        ["2025-12-29", "2026-01-04", "Sunday"],
        ["2026-01-05", "2026-01-11", "next Monday"],
      ]);
    });

    it("months are those of the calendar, February's last day in a leap year included", async () => {
      await done("leap", "2028-02-29", 4000);
      await done("March", "2028-03-01", 2000);
      expect(await titles("from=2028-01-31&to=2028-03-01&by=month")).to.deep.equal([
        ["2028-01-01", "2028-01-31", null],
        ["2028-02-01", "2028-02-29", "leap"],
        ["2028-03-01", "2028-03-31", "March"],
      ]);
    });

    it("a range is one period with exactly its bounds", async () => {
      await done("before", "2026-03-01", 9000);
      await done("in", "2026-03-02", 2000);
      await done("after", "2026-03-06", 9000);
      expect(await titles("from=2026-03-02&to=2026-03-05&by=range")).to.deep.equal([
        ["2026-03-02", "2026-03-05", "in"],
      ]);
    });

    it("without a query it is every day of the month so far", async () => {
      const items = await top("");
      expect(items).to.have.length(10);
      expect([items.at(0)?.from, items.at(-1)?.to]).to.deep.equal(["2026-03-01", "2026-03-10"]);
    });

    it("more than 400 periods are refused; a range of any length is one", async () => {
      expect(await top("from=2025-01-01&to=2026-02-04&by=day")).to.have.length(400);
      const refusal = (query: string) => client().refusal(admin, `/analytics/top-task?${query}`);
      expect(await refusal("from=2025-01-01&to=2026-02-05&by=day")).to.equal("400 invalid_request");
      expect(await refusal("from=1000-01-01&to=9999-12-31&by=month")).to.equal("400 invalid_request");
      expect(await refusal("from=1000-01-01&to=9999-12-31&by=range")).to.equal("200");
      expect(await refusal("by=year")).to.equal("400 invalid_request");
      expect(await refusal("from=2026-03-10&to=2026-03-09&by=week")).to.equal("400 invalid_request");
    });
  });

  describe("AN-3: CSV", () => {
    const file = async (path: string) => client().reply(admin, `/analytics/${path}`);

    it("is a file of its own name with a header and the report's rows", async () => {
      await income("2026-03-10", 0, 2500, 3000);
      const reply = await file("income.csv");
      expect(reply.headers).to.deep.equal({
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="income.csv"',
      });
      expect(reply.body).to.equal(
        "businessDate,feesMinor,rewardsMinor,incomeMinor\r\n2026-03-10,2500,3000,-500\r\n",
      );
    });

    it("AN-1: today is a file, too", async () => {
      await income("2026-03-10", 0, 2500, 3000);
      expect((await file("today.csv")).body).to.equal(
        "businessDate,feesMinor,rewardsMinor,incomeMinor,negativeCount\r\n2026-03-10,2500,3000,-500,0\r\n",
      );
    });

    it("text that a spreadsheet would take for a formula is made plain; numbers keep their sign", async () => {
      const id = await popug('=HYPERLINK("http://evil","x")');
      await balance(id, "2026-03-10", -100);
      expect((await file("negative.csv")).body).to.equal(
        `date,userId,name,balanceMinor\r\n2026-03-10,${id},"'=HYPERLINK(""http://evil"",""x"")",-100\r\n`,
      );
    });

    it("a period without completions is a row with its bounds alone", async () => {
      const id = await completion(used.db, {
        business_date: "2026-03-10",
        reward: 4000,
        title: "Paint, then dry",
        number: 3,
        assignee_id: "0197a000-0000-7000-8000-000000000001",
      });
      const assignee = "0197a000-0000-7000-8000-000000000001";
      expect((await file("top-task.csv?from=2026-03-09&to=2026-03-10")).body).to.equal(
        [
          "from,to,rewardMinor,ties,taskId,number,title,jiraId,completedAt,assigneeId,assignee",
          "2026-03-09,2026-03-09,,,,,,,,,",
          `2026-03-10,2026-03-10,4000,1,${id},3,"Paint, then dry",,2026-03-10T09:00:00.000Z,${assignee},${assignee}`,
          "",
        ].join("\r\n"),
      );
    });
  });
});
