import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { UserId } from "../../../schemas/ids.ts";
import type { TaskResource } from "../../../schemas/resources.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, entry, task, user } from "./rows.ts";

describe("queries: tasks", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);
  let ada: UserId;
  let bob: UserId;

  beforeEach(async () => {
    await company(used.db);
    ada = await user(used.db, "Ada");
    bob = await user(used.db, "Bob");
  });

  const put = (number: number, given: Record<string, unknown> = {}) =>
    task(used.db, { number, assignee_id: ada, created_by: bob, ...given });
  const numbers = async (query: string, who = ada) =>
    (await client().get<{ items: TaskResource[] }>(caller(who), `/tasks${query}`)).items.map((t) => t.number);

  describe("one task", () => {
    it("has the contract's shape, its version as ETag, and is not stored by browsers", async () => {
      const id = await put(7, { jira_id: "UBERPOP-42", description: "Why", status: "done", version: 3 });
      await used.db.run("update tasks set completed_at = '2026-03-02T09:00:00.123456+03' where id = $1", [
        id,
      ]);
      const reply = await client().reply(caller(bob), `/tasks/${id}`);
      expect(reply.headers).to.deep.equal({ ETag: '"3"', "Cache-Control": "no-store" });
      expect(reply.body).to.deep.equal({
        id,
        number: 7,
        title: "Task 7",
        jiraId: "UBERPOP-42",
        description: "Why",
        status: "done",
        assignee: { id: ada, name: "Ada" },
        createdBy: { id: bob, name: "Bob" },
        feeMinor: 1500,
        rewardMinor: 3000,
        billing: { fee: "pending", reward: "pending" },
        createdAt: "2026-03-01T10:00:00.000Z",
        assignedAt: "2026-03-01T10:00:00.000Z",
        completedAt: "2026-03-02T06:00:00.123Z",
        version: 3,
      });
    });

    it("that nobody knows, or whose id is none, is not found", async () => {
      for (const id of [randomUUID(), "42", `urn:uuid:${randomUUID()}`, "%00"]) {
        expect(await client().refusal(caller(ada), `/tasks/${id}`)).to.equal("404 not_found");
      }
    });

    it("is shown with its people's ids for names as long as the directory does not know them", async () => {
      const stranger = randomUUID();
      const id = await put(1, { assignee_id: stranger });
      expect((await client().get<TaskResource>(caller(ada), `/tasks/${id}`)).assignee).to.deep.equal({
        id: stranger,
        name: stranger,
      });
    });
  });

  describe("TT-11: how a task's money stands", () => {
    const billing = async (id: string) =>
      (await client().get<TaskResource>(caller(ada), `/tasks/${id}`)).billing;
    const fee = (id: string, to: UserId) =>
      entry(used.db, { account_id: to, kind: "fee", amount: -1500, task_id: id });

    it("the fee is pending until every assignment has its entry", async () => {
      const id = await put(1, { assignments: 2 });
      expect((await billing(id)).fee).to.equal("pending");
      await fee(id, ada);
      expect((await billing(id)).fee).to.equal("pending");
      await fee(id, bob);
      expect((await billing(id)).fee).to.equal("charged");
    });

    it("the reward is none before completion, then pending, then paid", async () => {
      const id = await put(1);
      await fee(id, ada);
      expect((await billing(id)).reward).to.equal("none");
      await used.db.run("update tasks set status = 'done', completed_at = now() where id = $1", [id]);
      expect((await billing(id)).reward).to.equal("pending");
      await entry(used.db, { account_id: ada, kind: "reward", amount: 3000, task_id: id });
      expect(await billing(id)).to.deep.equal({ fee: "charged", reward: "paid" });
    });

    it("entries of another task say nothing of this one", async () => {
      const [id, other] = [await put(1), await put(2)];
      await fee(other, ada);
      expect((await billing(id)).fee).to.equal("pending");
    });
  });

  describe("the list", () => {
    it("TT-1: shows every task to everybody, the newest first", async () => {
      for (const number of [2, 3, 1]) await put(number);
      expect(await numbers("", bob)).to.deep.equal([3, 2, 1]);
    });

    it("is empty on an empty board", async () => {
      expect(await client().get(caller(ada), "/tasks")).to.deep.equal({ items: [], next: null });
    });

    it("TT-10: `assignee=me` shows one's own tasks, an id another's", async () => {
      await put(1);
      await put(2, { assignee_id: bob });
      expect(await numbers("?assignee=me")).to.deep.equal([1]);
      expect(await numbers(`?assignee=${bob}`)).to.deep.equal([2]);
      expect(await numbers(`?assignee=${bob.toUpperCase()}`)).to.deep.equal([2]);
      expect(await numbers(`?assignee=${randomUUID()}`)).to.deep.equal([]);
    });

    it("`status` shows the tasks of one status", async () => {
      for (const [i, status] of ["open", "in-progress", "done", "cancelled"].entries())
        await put(i + 1, { status });
      expect(await numbers("?status=in-progress")).to.deep.equal([2]);
      expect(await numbers("?status=cancelled")).to.deep.equal([4]);
    });

    it("`q` finds titles and Jira ids in any case, and a number with or without #", async () => {
      await put(1, { title: "Починить Двигатель" });
      await put(2, { title: "Paint the beak", jira_id: "POP-12" });
      await put(12, { title: "Feed the chicks" });
      expect(await numbers("?q=двигатель")).to.deep.equal([1]);
      expect(await numbers("?q=%20BEAK%20")).to.deep.equal([2]);
      expect(await numbers("?q=12")).to.deep.equal([12, 2]);
      expect(await numbers("?q=%2312")).to.deep.equal([12]);
      expect(await numbers("?q=pop-1")).to.deep.equal([2]);
      expect(await numbers("?q=")).to.deep.equal([12, 2, 1]);
    });

    it("`q` takes %, _ and \\ as they are, and survives numbers that no task can have", async () => {
      await put(1, { title: "100% sure" });
      await put(2, { title: "100 per cent" });
      await put(3, { title: "a\\b_c" });
      expect(await numbers("?q=100%25")).to.deep.equal([1]);
      expect(await numbers("?q=_")).to.deep.equal([3]);
      expect(await numbers("?q=%5C")).to.deep.equal([3]);
      expect(await numbers("?q='")).to.deep.equal([]);
      expect(await numbers("?q=9999999999")).to.deep.equal([]);
    });

    it("`sort` orders by number, reward, or creation, both ways, ties by number", async () => {
      await put(1, { reward: 2000, created_at: "2026-03-01T10:00:00Z" });
      await put(2, { reward: 4000, created_at: "2026-03-01T12:00:00Z" });
      await put(3, { reward: 2000, created_at: "2026-03-01T11:00:00Z" });
      expect(await numbers("?sort=number")).to.deep.equal([1, 2, 3]);
      expect(await numbers("?sort=reward")).to.deep.equal([1, 3, 2]);
      expect(await numbers("?sort=-reward")).to.deep.equal([2, 3, 1]);
      expect(await numbers("?sort=created")).to.deep.equal([1, 3, 2]);
      expect(await numbers("?sort=-created")).to.deep.equal([2, 3, 1]);
    });

    for (const sort of ["number", "-number", "reward", "-reward", "created", "-created"]) {
      it(`pages of any size by ${sort} are the whole list, over equal values and parts of a millisecond`, async () => {
        for (let number = 1; number <= 11; number++) {
          await put(number, {
            reward: 2000 + (number % 2),
            created_at: `2026-03-01T10:00:00.0000${10 + (number % 3)}Z`,
          });
        }
        const whole = await numbers(`?sort=${sort}`);
        expect(whole).to.have.length(11);
        for (const limit of [1, 2, 3, 11, 12]) {
          const paged = await client().all<TaskResource>(caller(ada), `/tasks?sort=${sort}`, limit);
          expect(paged.map((t) => t.number)).to.deep.equal(whole);
        }
      });
    }

    it("a task that appears while one pages neither repeats nor hides another", async () => {
      for (const number of [1, 2, 3]) await put(number);
      const first = await client().get<{ next: string }>(caller(ada), "/tasks?limit=2");
      await put(4);
      expect(await numbers(`?limit=2&cursor=${first.next}`)).to.deep.equal([1]);
    });

    it("a cursor of another order or list, or no cursor at all, is refused", async () => {
      for (const number of [1, 2]) await put(number);
      const { next } = await client().get<{ next: string }>(caller(ada), "/tasks?limit=1&sort=reward");
      for (const query of [`cursor=${next}`, `cursor=${next}&sort=-reward`, "cursor=x", "cursor=e30"]) {
        expect(await client().refusal(caller(ada), `/tasks?${query}`)).to.equal("400 invalid_cursor");
      }
      expect(await client().refusal(caller(ada), `/users?cursor=${next}`)).to.equal("400 invalid_cursor");
    });

    it("what it does not know is refused", async () => {
      const bad = [
        "status=new",
        "sort=title",
        "assignee=you",
        "limit=0",
        "limit=201",
        "limit=1.5",
        "limit=x",
        "foo=1",
      ];
      for (const query of [...bad, "q=%00", `q=${"x".repeat(201)}`, "status=open&status=done", "cursor="]) {
        expect(await client().refusal(caller(ada), `/tasks?${query}`), query).to.equal("400 invalid_request");
      }
    });
  });
});
