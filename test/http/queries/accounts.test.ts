import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import { caller, NOW, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { account, company, entry, user } from "./rows.ts";

interface Account {
  readonly userId: string;
  readonly name: string;
  readonly balanceMinor: number;
  readonly earnedTodayMinor: number;
  readonly businessDate: string;
  readonly asOf: string;
}

describe("queries: accounts and entries", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);
  let ada: UserId;
  let bob: UserId;

  beforeEach(async () => {
    await company(used.db);
    ada = await user(used.db, "Ada");
    bob = await user(used.db, "Bob");
  });

  const post = (kind: string, amount: number, date: string, given: Record<string, unknown> = {}) =>
    entry(used.db, {
      account_id: ada,
      kind,
      amount,
      business_date: date,
      occurred_at: `${date}T09:00:00Z`,
      ...given,
    });
  const mine = (query = "") => client().get<Account>(caller(ada), `/accounts/me${query}`);

  describe("an account", () => {
    it("ACC-6: shows the balance with carried debt, and what fees and rewards of the business date earned", async () => {
      await account(used.db, ada, -500);
      await post("fee", -2000, "2026-03-09");
      await post("fee", -1500, "2026-03-10");
      await post("reward", 3000, "2026-03-10");
      await post("payout", -700, "2026-03-10");
      await post("correction", 10, "2026-03-10");
      await post("reward", 9000, "2026-03-10", { account_id: bob });
      expect(await mine()).to.deep.equal({
        userId: ada,
        name: "Ada",
        balanceMinor: -500,
        earnedTodayMinor: 1500,
        businessDate: "2026-03-10",
        asOf: NOW,
      });
    });

    it("ACC-3: of a person whose account is not opened yet is zero", async () => {
      expect(await mine()).to.include({ balanceMinor: 0, earnedTodayMinor: 0 });
    });

    it("ACC-2: holds amounts beyond 32 bits exactly, and fails rather than rounds beyond 2^53", async () => {
      await account(used.db, ada, "9007199254740991");
      expect((await mine()).balanceMinor).to.equal(9007199254740991);
      await used.db.run("update accounts set balance = 9007199254740993");
      const failure = await client()
        .refusal(caller(ada), "/accounts/me")
        .catch((error: Error) => error);
      expect(failure).to.be.instanceOf(RangeError);
    });
  });

  describe("ACC-8: the balance at a past moment", () => {
    beforeEach(async () => {
      await account(used.db, ada, 0);
      await used.db.insert("days", {
        business_date: "2026-03-08",
        state: "closed",
        partitions: "[]",
        ended_at: "2026-03-08T23:00:00Z",
      });
      await used.db.insert("days", {
        business_date: "2026-03-09",
        state: "closed",
        partitions: "[]",
        ended_at: "2026-03-09T20:00:00Z",
      });
      await post("reward", 3000, "2026-03-08", { occurred_at: "2026-03-08T10:00:00Z" });
      await post("fee", -1000, "2026-03-09", { occurred_at: "2026-03-09T10:00:00Z" });
      await post("payout", -3000, "2026-03-08", { occurred_at: "2026-03-08T23:00:01Z" });
    });

    it("is the sum of what had occurred by then, whatever the order of posting", async () => {
      expect(await mine("?at=2026-03-08T09:59:59.999Z")).to.include({ balanceMinor: 0, earnedTodayMinor: 0 });
      expect(await mine("?at=2026-03-08T10:00:00Z")).to.include({
        balanceMinor: 3000,
        earnedTodayMinor: 3000,
      });
      expect(await mine("?at=2026-03-09T00:30:00Z")).to.include({ balanceMinor: 0, earnedTodayMinor: 0 });
      expect(await mine("?at=2026-03-09T10:00:00Z")).to.include({
        balanceMinor: -1000,
        earnedTodayMinor: -1000,
      });
    });

    it("goes by the date the board was on, also when a day was closed by hand before its time", async () => {
      expect((await mine("?at=2026-03-08T22:59:59Z")).businessDate).to.equal("2026-03-08");
      expect((await mine("?at=2026-03-08T23:00:00Z")).businessDate).to.equal("2026-03-09");
      expect((await mine("?at=2026-03-09T21:00:00Z")).businessDate).to.equal("2026-03-10");
    });

    it("now is the board's date, even when its clock is ahead of this machine's", async () => {
      await used.db.run(
        "update days set ended_at = '2026-03-10T12:00:01Z' where business_date = '2026-03-09'",
      );
      expect((await mine()).businessDate).to.equal("2026-03-10");
    });

    it("takes an instant with any offset and answers in UTC", async () => {
      expect(await mine("?at=2026-03-08T12:00:00%2B02:00")).to.include({
        balanceMinor: 3000,
        asOf: "2026-03-08T10:00:00.000Z",
      });
    });

    it("of a moment still to come is the present one, and says so", async () => {
      await used.db.run("update accounts set balance = -1000");
      expect(await mine("?at=2027-01-01T00:00:00Z")).to.include({ balanceMinor: -1000, asOf: NOW });
    });

    it("what is no instant is refused", async () => {
      for (const at of [
        "yesterday",
        "2026-03-08",
        "2026-03-08T10:00:00",
        "2026-02-30T10:00:00Z",
        "0000-01-01T00:00:00Z",
      ]) {
        expect(await client().refusal(caller(ada), `/accounts/me?at=${at}`), at).to.equal(
          "400 invalid_request",
        );
      }
    });
  });

  describe("ACC-7: whose account one sees", () => {
    it("employees and managers see only their own; another's is forbidden, whether it exists or not", async () => {
      for (const role of ["employee", "manager"] as const) {
        const me = caller(ada, role);
        for (const what of ["", "/entries"]) {
          expect(await client().refusal(me, `/accounts/${ada}${what}`)).to.equal("200");
          expect(await client().refusal(me, `/accounts/${ada.toUpperCase()}${what}`)).to.equal("200");
          expect(await client().refusal(me, `/accounts/${bob}${what}`)).to.equal("403 forbidden");
          expect(await client().refusal(me, `/accounts/${randomUUID()}${what}`)).to.equal("403 forbidden");
        }
        expect(await client().refusal(me, "/accounts")).to.equal("403 forbidden");
      }
    });

    it("accountants and admins see all; an unknown one is not found", async () => {
      for (const role of ["accountant", "admin"] as const) {
        const me = caller(ada, role);
        for (const what of ["", "/entries"]) {
          expect(await client().refusal(me, `/accounts/${bob}${what}`)).to.equal("200");
          expect(await client().refusal(me, `/accounts/${randomUUID()}${what}`)).to.equal("404 not_found");
        }
      }
    });

    it("the list has everybody by name, disabled people too, now and at a past moment, page by page", async () => {
      await user(used.db, "Bob", { active: false });
      await account(used.db, ada, 250);
      await post("reward", 250, "2026-03-10");
      const me = caller(ada, "accountant");
      const now = await client().all<Account>(me, "/accounts", 1);
      expect(now.map((a) => [a.name, a.balanceMinor, a.earnedTodayMinor])).to.deep.equal([
        ["Ada", 250, 250],
        ["Bob", 0, 0],
        ["Bob", 0, 0],
      ]);
      expect(new Set(now.map((a) => a.userId)).size).to.equal(3);
      const before = await client().all<Account>(me, "/accounts?at=2026-03-10T08:59:00Z", 2);
      expect(before.map((a) => [a.name, a.balanceMinor])).to.deep.equal([
        ["Ada", 0],
        ["Bob", 0],
        ["Bob", 0],
      ]);
    });
  });

  describe("the audit log", () => {
    const entries = (query = "") =>
      client().get<{ items: { number: number; businessDate: string }[] }>(
        caller(ada),
        `/accounts/${ada}/entries${query}`,
      );

    it("ACC-6: has a snapshot of the task, the balance after, date, time and trace, newest first", async () => {
      await post("fee", -1500, "2026-03-09", { number: 1, balance_after: -1500 });
      const taskId = randomUUID();
      const id = await post("reward", 3000, "2026-03-10", {
        number: 2,
        balance_after: 1500,
        task_id: taskId,
        title: "Paint the beak",
        jira_id: "POP-1",
      });
      const { items } = await entries();
      expect(items.map((item) => item.number)).to.deep.equal([2, 1]);
      expect(items[0]).to.deep.equal({
        id,
        number: 2,
        kind: "reward",
        amountMinor: 3000,
        balanceAfterMinor: 1500,
        taskId,
        taskNumber: null,
        title: "Paint the beak",
        jiraId: "POP-1",
        businessDate: "2026-03-10",
        occurredAt: "2026-03-10T09:00:00.000Z",
        traceId: "0af7651916cd43dd8448eb211c80319c",
      });
    });

    it("from and to are business dates, both included", async () => {
      for (const [i, date] of ["2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"].entries()) {
        await post("fee", -1000, date, { number: i + 1 });
      }
      const numbers = async (query: string) => (await entries(query)).items.map((item) => item.number);
      expect(await numbers("?from=2026-03-01&to=2026-03-31")).to.deep.equal([3, 2]);
      expect(await numbers("?from=2026-03-31")).to.deep.equal([4, 3]);
      expect(await numbers("?to=2026-02-28")).to.deep.equal([1]);
      expect(await numbers("?from=2026-03-02&to=2026-03-30")).to.deep.equal([]);
    });

    it("pages through all of it", async () => {
      for (let number = 1; number <= 7; number++) await post("fee", -1000, "2026-03-10", { number });
      const all = await client().all<{ number: number }>(caller(ada), `/accounts/${ada}/entries`, 3);
      expect(all.map((item) => item.number)).to.deep.equal([7, 6, 5, 4, 3, 2, 1]);
    });

    it("a range that ends before it begins, or is of no dates, is refused", async () => {
      for (const query of ["from=2026-03-02&to=2026-03-01", "from=2026-02-30", "to=today", "to=0000-01-01"]) {
        expect(await client().refusal(caller(ada), `/accounts/${ada}/entries?${query}`), query).to.equal(
          "400 invalid_request",
        );
      }
    });
  });
});
