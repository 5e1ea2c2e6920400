import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { TASK_SORTS } from "../../../http/queries/task-order.ts";
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

    it("`status` shows the tasks of one status, or of several", async () => {
      for (const [i, status] of ["open", "in-progress", "done", "cancelled"].entries())
        await put(i + 1, { status });
      expect(await numbers("?status=open,done")).to.deep.equal([3, 1]);
      expect(await numbers("?status=done,done,open,cancelled")).to.deep.equal([4, 3, 1]);
      expect(await numbers("?status=in-progress")).to.deep.equal([2]);
      expect(await numbers("?status=cancelled")).to.deep.equal([4]);
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

    it("`sort` orders by every column of the list, in both directions", async () => {
      await put(1, { title: "B", fee: 10, status: "done", assignee_id: bob, jira_id: "POP-2" });
      await put(2, { title: "A", fee: 30, status: "open", assignee_id: ada, jira_id: "POP-1" });
      await put(3, { title: "C", fee: 20, status: "cancelled", assignee_id: ada });
      await used.db.run("update tasks set completed_at = now() where number = 1");
      const orders = {
        title: [2, 1, 3],
        "-title": [3, 1, 2],
        fee: [1, 3, 2],
        "-fee": [2, 3, 1],
        status: [2, 1, 3],
        "-status": [3, 1, 2],
        assignee: [2, 3, 1],
        "-assignee": [1, 3, 2],
        jiraId: [3, 2, 1],
        "-jiraId": [1, 2, 3],
        completed: [1, 2, 3],
        "-completed": [1, 3, 2],
      };
      for (const [sort, order] of Object.entries(orders)) {
        expect(await numbers(`?sort=${sort}`), sort).to.deep.equal(order);
      }
    });

    for (const sort of TASK_SORTS) {
      it(`pages of any size by ${sort} are the whole list, over equal values and parts of a millisecond`, async () => {
        for (let number = 1; number <= 11; number++) {
          const at = `2026-03-01T10:00:00.0000${10 + (number % 3)}Z`;
          await put(number, {
            title: `Task ${number % 2}`,
            jira_id: number % 2 === 0 ? "POP-1" : null,
            status: number % 2 === 0 ? "open" : "done",
            assignee_id: number % 2 === 0 ? ada : bob,
            reward: 2000 + (number % 2),
            fee: 2000 + (number % 2),
            created_at: at,
            completed_at: number % 2 === 0 ? null : at,
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
        "sort=description",
        "status=open,new",
        "status=open,",
        "createdBy=you",
        "jiraId=42",
        "jiraId=POP-",
        "feeFromMinor=1.5",
        "feeToMinor=9007199254740993",
        "createdFrom=yesterday",
        "completedTo=2026-02-30",
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
