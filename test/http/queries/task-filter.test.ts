import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { rowsOf, Values } from "../../../http/queries/statement.ts";
import { TASK_SORTS } from "../../../http/queries/task-order.ts";
import { findsMany, searchQuery } from "../../../http/queries/task-search.ts";
import { listTasks } from "../../../http/queries/tasks.ts";
import { Refusal } from "../../../http/refusal.ts";
import type { UserId } from "../../../schemas/ids.ts";
import type { TaskResource, TaskStatus } from "../../../schemas/resources.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, task, tasksTitled, user } from "./rows.ts";

describe("queries: which tasks", () => {
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
    (await client().get<{ items: TaskResource[] }>(caller(who), `/tasks?${query}`)).items.map(
      (t) => t.number,
    );

  describe("full-text search", () => {
    const found = (text: string) => numbers(`q=${encodeURIComponent(text)}`);

    it("TT-1: finds words of title and description in any case and form, Russian and English", async () => {
      await put(1, { title: "Починить Двигатель" });
      await put(2, { title: "Paint the beak", description: "All feathers were painted" });
      expect(await found("двигатель")).to.deep.equal([1]);
      expect(await found("двигателя")).to.deep.equal([1]);
      expect(await found("ПОЧИНИЛИ")).to.deep.equal([1]);
      expect(await found("  BEAKS ")).to.deep.equal([2]);
      expect(await found("feather")).to.deep.equal([2]);
      expect(await found("the")).to.deep.equal([2]);
      expect(await found("engine")).to.deep.equal([]);
    });

    it("finds a word from its second letter on, as it is typed, and a single letter as a word", async () => {
      await put(1, { title: "Починить двигатель" });
      await put(2, { title: "Sharpen a beak" });
      for (const word of ["двигатель", "sharpen"]) {
        for (let end = 2; end <= word.length; end++) {
          expect(await found(word.slice(0, end)), word.slice(0, end)).to.deep.equal([
            word === "sharpen" ? 2 : 1,
          ]);
        }
      }
      expect(await found("a")).to.deep.equal([2]);
      expect(await found("s")).to.deep.equal([]);
    });

    it("finds what has every word, in whatever order", async () => {
      await put(1, { title: "Paint the beak" });
      await put(2, { title: "Paint the tail", description: "after the beak" });
      await put(3, { title: "Paint" });
      expect(await found("beak pain")).to.deep.equal([2, 1]);
      expect(await found("tail beak")).to.deep.equal([2]);
      expect(await found("")).to.deep.equal([3, 2, 1]);
      expect(await found(" \t ")).to.deep.equal([3, 2, 1]);
    });

    it("finds a Jira id from its beginning and by its digits, and a task by its number", async () => {
      await put(1, { jira_id: "POP-12" });
      await put(2, { jira_id: "UBERPOP-7" });
      await put(12, { title: "Feed 120 chicks" });
      await put(120, { title: "Eat" });
      expect(await found("pop-1")).to.deep.equal([1]);
      expect(await found("pop-")).to.deep.equal([1]);
      expect(await found("UBER")).to.deep.equal([2]);
      expect(await found("UberPop-7")).to.deep.equal([2]);
      expect(await found("12")).to.deep.equal([12, 1]);
      expect(await found("#12")).to.deep.equal([12]);
      expect(await found("#1")).to.deep.equal([1]);
      expect(await found("9999999999999")).to.deep.equal([]);
    });

    it("finds the same, in every order and status, whether a word is in nearly all tasks or in few", async () => {
      const words = { uber: 0.97, beak: 0.5, tail: 0.25, wing: 0.1, nest: 0.01 };
      const titles = Array.from({ length: 300 }, (_, n) =>
        Object.entries(words)
          .filter((_, at) => ((n * 7 + at) * 2_654_435_761) % 1_000 < 1_000 * (Object.values(words)[at] ?? 0))
          .map(([word]) => word)
          .join(" "),
      );
      await tasksTitled(used.db, ada, titles);
      const wordsAsked = fc.constantFrom(...Object.keys(words), "ube", "bea", "ni", "nes", "plum");
      const asked = fc.record({
        parts: fc.uniqueArray(wordsAsked, { minLength: 1, maxLength: 2 }),
        sort: fc.constantFrom(...TASK_SORTS),
        status: fc.constantFrom<TaskStatus[]>(
          ["open"],
          ["done"],
          ["open", "in-progress", "done", "cancelled"],
        ),
        limit: fc.constantFrom(1, 50, 300),
      });
      await fc.assert(
        fc.asyncProperty(asked, async ({ parts, sort, status, limit }) => {
          const all = await listTasks(used.db.reads, { sort, status, limit: 300 });
          const hasAll = ({ title }: TaskResource) =>
            parts.every((part) => title.split(" ").some((word) => word.startsWith(part)));
          const found = await listTasks(used.db.reads, { q: parts.join(" "), sort, status, limit });
          const expected = all.items.filter(hasAll);
          expect(found.items).to.deep.equal(expected.slice(0, limit));
          expect(found.next === null).to.equal(expected.length <= limit);
        }),
        { numRuns: 40 },
      );
    });

    it("looks at a sample to know whether a word is in many tasks", async () => {
      const titles = Array.from({ length: 300 }, (_, n) => (n % 7 === 0 ? "beak" : "tail"));
      await tasksTitled(used.db, ada, titles);
      const isMany = async (text: string) => {
        const { place, all: values } = new Values();
        const query = searchQuery(text, place) ?? "";
        const [row] = await rowsOf<{ many: boolean }>(used.db.reads, {
          text: `select ${findsMany(query)} as many`,
          values,
        });
        return row?.many;
      };
      expect(await isMany("tail")).to.equal(true);
      expect(await isMany("beak")).to.equal(false);
      expect(await isMany("tail beak")).to.equal(false);
    });

    it("takes every sign as text", async () => {
      await put(1, { title: "100% sure: it's a\\b_c & 'more' <b>" });
      for (const text of [
        "100%",
        "it's",
        "a\\b_c",
        "'more'",
        "&",
        "!",
        "(",
        ":*",
        "\\",
        "''",
        "a | b",
        "<->",
        "|",
      ]) {
        expect(await client().refusal(caller(ada), `/tasks?q=${encodeURIComponent(text)}`), text).to.equal(
          "200",
        );
      }
      expect(await found("100% sure")).to.deep.equal([1]);
      expect(await found("it's")).to.deep.equal([1]);
      expect(await found("'")).to.deep.equal([]);
    });
  });

  it("TT-1: `createdBy` shows the tasks that somebody created", async () => {
    await put(1);
    await put(2, { created_by: ada });
    expect(await numbers("createdBy=me")).to.deep.equal([2]);
    expect(await numbers(`createdBy=${bob}`)).to.deep.equal([1]);
    expect(await numbers(`createdBy=${randomUUID()}`)).to.deep.equal([]);
  });

  it("`jiraId` shows the tasks of one Jira id, or of one project", async () => {
    await put(1, { jira_id: "POP-1" });
    await put(2, { jira_id: "POP-10" });
    await put(3, { jira_id: "POPUG-1" });
    await put(4);
    expect(await numbers("jiraId=pop-1")).to.deep.equal([1]);
    expect(await numbers("jiraId=POP")).to.deep.equal([2, 1]);
  });

  it("ACC-2: fee and reward are bounded in minor units, bounds included", async () => {
    for (const number of [1, 2, 3]) await put(number, { fee: 1000 * number, reward: 2000 * number });
    expect(await numbers("feeFromMinor=2000")).to.deep.equal([3, 2]);
    expect(await numbers("feeToMinor=2000")).to.deep.equal([2, 1]);
    expect(await numbers("rewardFromMinor=4000&rewardToMinor=4000")).to.deep.equal([2]);
    expect(await numbers("rewardFromMinor=6001")).to.deep.equal([]);
  });

  it("DAY-1: creation and completion are bounded by business dates, bounds included", async () => {
    await put(1, { created_date: "2026-03-01", status: "done", completed_date: "2026-03-04" });
    await put(2, { created_date: "2026-03-02", status: "done", completed_date: "2026-03-03" });
    await put(3, { created_date: "2026-03-03" });
    expect(await numbers("createdFrom=2026-03-02")).to.deep.equal([3, 2]);
    expect(await numbers("createdTo=2026-03-02")).to.deep.equal([2, 1]);
    expect(await numbers("completedFrom=2026-03-04&completedTo=2026-03-04")).to.deep.equal([1]);
    expect(await numbers("completedTo=2026-03-31")).to.deep.equal([2, 1]);
  });

  it("filters work together, and pages of them are the whole list", async () => {
    for (let number = 1; number <= 9; number++) {
      await put(number, { title: number % 2 === 0 ? "Beak" : "Tail", fee: number, jira_id: "POP-1" });
    }
    const query =
      "/tasks?q=beak&jiraId=POP&feeFromMinor=3&createdTo=2026-03-01&status=open,done&assignee=me&sort=fee";
    const paged = await client().all<TaskResource>(caller(ada), query, 2);
    expect(paged.map((t) => t.number)).to.deep.equal([4, 6, 8]);
  });

  it("EDGE-1: a range that ends before it begins is refused, with a pointer to its end", async () => {
    const ranges = {
      feeToMinor: "feeFromMinor=2&feeToMinor=1",
      rewardToMinor: "rewardFromMinor=10&rewardToMinor=9",
      createdTo: "createdFrom=2026-03-02&createdTo=2026-03-01",
      completedTo: "completedFrom=2026-03-02&completedTo=2026-03-01",
    };
    for (const [name, query] of Object.entries(ranges)) {
      for (const path of ["/tasks", "/tasks/summary"]) {
        const refused = await client()
          .reply(caller(ada), `${path}?${query}`)
          .catch((error: unknown) => error as Refusal);
        expect(refused).to.be.instanceOf(Refusal).and.include({ status: 400, code: "invalid_request" });
        expect((refused as Refusal).errors?.map((error) => error.pointer)).to.deep.equal([`/query/${name}`]);
      }
    }
  });

  describe("their sums", () => {
    const NONE = { count: 0, feeMinor: 0, rewardMinor: 0 };
    const sums = (query = "", who = ada) => client().get(caller(who), `/tasks/summary${query}`);

    it("TT-1: are how many tasks each status has, and their money", async () => {
      await put(1, { fee: 10, reward: 20 });
      await put(2, { fee: 11, reward: 40 });
      await put(3, { status: "done", fee: 12, reward: 30 });
      expect(await sums()).to.deep.equal({
        open: { count: 2, feeMinor: 21, rewardMinor: 60 },
        "in-progress": NONE,
        done: { count: 1, feeMinor: 12, rewardMinor: 30 },
        cancelled: NONE,
      });
    });

    it("of nothing are zero", async () => {
      const nothing = { open: NONE, "in-progress": NONE, done: NONE, cancelled: NONE };
      expect(await sums()).to.deep.equal(nothing);
    });

    it("TT-10: are of the same tasks as the list: one's own, found, bounded", async () => {
      await put(1, { reward: 25, title: "Beak" });
      await put(2, { reward: 30, title: "Beak", assignee_id: bob });
      await put(3, { reward: 35, title: "Tail", status: "in-progress" });
      expect(await sums("?assignee=me&status=open,in-progress")).to.deep.include({
        open: { count: 1, feeMinor: 1500, rewardMinor: 25 },
        "in-progress": { count: 1, feeMinor: 1500, rewardMinor: 35 },
      });
      expect(await sums("?q=beak&rewardFromMinor=30")).to.deep.include({
        open: { count: 1, feeMinor: 1500, rewardMinor: 30 },
        "in-progress": NONE,
      });
      expect(await sums("?assignee=me", bob)).to.deep.include({
        open: { count: 1, feeMinor: 1500, rewardMinor: 30 },
      });
    });

    it("have no pages and no order", async () => {
      for (const query of ["limit=1", "cursor=x", "sort=fee"]) {
        expect(await client().refusal(caller(ada), `/tasks/summary?${query}`)).to.equal(
          "400 invalid_request",
        );
      }
    });
  });
});
