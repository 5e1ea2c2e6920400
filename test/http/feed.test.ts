import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { createEdge, type Edge, type EdgeOptions } from "../../http/edge.ts";
import { EDGE_LIMITS } from "../../http/limits.ts";
import { newUuid } from "../../schemas/ids.ts";
import { redisFactory } from "../../streams/connection.ts";
import { streamKey, type Topic } from "../../streams/topology.ts";
import { pauseJudgement } from "../support/answers/watch.ts";
import { BreakableWire } from "./breakable-wire.ts";
import { EdgeClient, expectProblem } from "./edge-client.ts";
import { FakeBoard } from "./fake-board.ts";
import { FeedListener } from "./feed-reading.ts";
import { addPerson, type TestPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";
import { until } from "./until.ts";

describe("the feed", () => {
  const servers = useServers();
  const opened: (() => unknown)[] = [];
  let edge: Edge;
  let client: EdgeClient;
  let people: Record<"admin" | "manager" | "accountant" | "employee", TestPerson>;
  let tokens: Record<keyof typeof people, string>;

  async function open(options: Partial<EdgeOptions> = {}): Promise<[Edge, EdgeClient]> {
    const one = createEdge({
      pool: servers.pool,
      redis: servers.redis,
      company: { partitions: 2, secret: "a secret" },
      logger: recordedLogger().logger,
      ...options,
    });
    return [one, new EdgeClient((await one.listen(0, "127.0.0.1")).port)];
  }

  before(async () => {
    [edge, client] = await open();
    const roles = ["admin", "manager", "accountant", "employee"] as const;
    const added = await Promise.all(
      roles.map(async (role) => [role, await addPerson(servers.pool, role)] as const),
    );
    people = Object.fromEntries(added) as typeof people;
    tokens = Object.fromEntries(
      await Promise.all(roles.map(async (role) => [role, await tokenOf(client, people[role])])),
    ) as typeof tokens;
    // The reader is there when what is written now arrives.
    const listener = await listen(tokens.admin);
    await until(async () => {
      await task();
      return listener.events.length > 0;
    });
  });
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });
  after(() => edge.close());

  async function listen(token: string, lastEventId?: string, by = client): Promise<FeedListener> {
    const listener = await FeedListener.open(by.origin, token, lastEventId);
    opened.push(() => listener.close());
    return listener;
  }

  async function state(topic: Topic, partition: number, type: string, data: object): Promise<string> {
    const envelope = JSON.stringify({ type, data });
    return (await servers.client.xadd(streamKey({ topic, partition }), "*", "e", envelope)) ?? "";
  }

  /** The id of a task that something happened to. */
  async function task(partition = 0): Promise<string> {
    const taskId = newUuid();
    await state("tasks", partition, "task.created", { taskId, title: "x", feeMinor: 1_000 });
    return taskId;
  }

  it("needs a token, and is an event stream that says where to resume", async () => {
    expectProblem(await client.get("/api/v1/feed"), 401, "token_missing");
    const response = await fetch(`${client.origin}/api/v1/feed`, {
      headers: { Authorization: `Bearer ${tokens.admin}` },
    });
    expect(response.headers.get("content-type")).to.equal("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).to.equal("no-store");
    await response.body?.cancel();
    expect((await listen(tokens.admin)).place).to.match(/^\d+-\d+:[a-z]+:\d+:[0-9a-f]{8}$/);
  });

  it("is only asked about by HEAD, which leaves no listener behind", async () => {
    for (let i = 0; i < 35; i++) {
      expect((await client.ask("HEAD", "/api/v1/feed", { token: tokens.accountant })).status).to.equal(200);
    }
    const many = [];
    for (let i = 0; i < 30; i++) many.push(await listen(tokens.accountant));
    expect(many.every((listener) => listener.status === 200)).to.equal(true);
    expectProblem(await client.get("/api/v1/feed", { token: tokens.accountant }), 429, "too_many_feeds");
  });

  it("EDGE-3: takes as many listeners as it has room for; the next is refused at once", async () => {
    const limits = { ...EDGE_LIMITS, feedListenersMax: 1 };
    const [another, by] = await open({ limits });
    opened.push(() => another.close());
    await listen(tokens.admin, undefined, by);
    const refused = await by.get("/api/v1/feed", { token: tokens.manager });
    expectProblem(refused, 503, "unavailable");
    expect(refused.headers.get("retry-after")).to.equal("1");
  });

  it("TT-1: everybody hears of every task, of its id and what happened alone", async () => {
    const listeners = await Promise.all(Object.values(tokens).map((token) => listen(token)));
    const ids = [await task(0), await task(1)];
    for (const listener of listeners) {
      const events = await listener.heard(2);
      expect(events.map((e) => [e.event, e.data])).to.have.deep.members(
        ids.map((id) => ["task", { id, type: "task.created" }]),
      );
    }
  });

  it("ACC-7: a balance is told to its owner, accountants and admins, and to nobody else", async () => {
    const heard: [string, FeedListener][] = [];
    for (const [role, token] of Object.entries(tokens)) heard.push([role, await listen(token)]);
    const entry = {
      accountId: people.employee.id,
      balanceAfterMinor: -1_500,
      amountMinor: -1_500,
      title: "secret",
    };
    await state("ledger", 1, "ledger.entry-posted", entry);
    const last = await task();
    for (const [role, listener] of heard) {
      await until(() => listener.events.some((e) => e.data.id === last));
      const accounts = listener.events.filter((e) => e.event === "account").map((e) => e.data);
      const expected = role === "manager" ? [] : [{ userId: people.employee.id, balanceMinor: -1_500 }];
      expect(accounts, role).to.deep.equal(expected);
    }
  });

  it("TT-6: a job's progress is told to its creator and to admins", async () => {
    const heard: [string, FeedListener][] = [];
    for (const [role, token] of Object.entries(tokens)) heard.push([role, await listen(token)]);
    const job = {
      jobId: newUuid(),
      kind: "shuffle",
      creatorId: people.manager.id,
      state: "running",
      done: 1,
      total: 9,
    };
    await state("notices", 0, "job.progressed", job);
    const last = await task();
    for (const [role, listener] of heard) {
      await until(() => listener.events.some((e) => e.data.id === last));
      const jobs = listener.events.filter((e) => e.event === "job").map((e) => e.data);
      const told = { id: job.jobId, kind: "shuffle", state: "running", done: 1, total: 9, result: null };
      expect(jobs, role).to.deep.equal(role === "manager" || role === "admin" ? [told] : []);
    }
  });

  it("ACC-7 PAY-5: a payout and its mail are told to whose it is, to accountants and to admins, step by step", async () => {
    const heard: [string, FeedListener][] = [];
    for (const [role, token] of Object.entries(tokens)) heard.push([role, await listen(token)]);
    const [payoutId, mailId, userId] = [newUuid(), newUuid(), people.employee.id];
    const payout = { payoutId, accountId: userId, businessDate: "2026-03-10", amountMinor: 1_500 };
    await state("payouts", 1, "payout.submitted", { ...payout, attempts: 1 });
    await state("payouts", 1, "payout.settled", payout);
    await state("notices", 0, "mail.failed", { mailId, userId, template: "receipt", failure: "secret" });
    const last = await task();
    for (const [role, listener] of heard) {
      await until(() => listener.events.some((e) => e.data.id === last));
      const told = listener.events
        .filter((e) => e.event === "payout" || e.event === "mail")
        .map((e) => e.data);
      const seen = { id: payoutId, userId, businessDate: "2026-03-10" };
      const expected = [
        { ...seen, state: "submitted" },
        { ...seen, state: "settled" },
        { id: mailId, userId, state: "failed" },
      ];
      if (role === "manager") expect(told).to.deep.equal([]);
      else expect(told, role).to.have.deep.members(expected);
    }
  });

  it("DAY-6: the end of a day, stated in every partition, is told once; then that it is closed", async () => {
    const listener = await listen(tokens.employee);
    const businessDate = "2026-03-10";
    for (const partition of [0, 1]) await state("tasks", partition, "day.ended", { businessDate });
    await state("day", 0, "day.closed", { businessDate });
    await listener.heard(2);
    await task();
    const days = (await listener.heard(3)).filter((e) => e.event === "day").map((e) => e.data);
    expect(days).to.deep.equal([
      { businessDate, state: "closing" },
      { businessDate, state: "closed" },
    ]);
  });

  it("entries that are no facts of ours are passed by", async () => {
    const listener = await listen(tokens.admin);
    const key = streamKey({ topic: "tasks", partition: 0 });
    await servers.client.xadd(key, "*", "e", "no json");
    await servers.client.xadd(key, "*", "other", "{}");
    await servers.client.xadd(key, "*", "e", "null");
    await state("tasks", 0, "something.else", {});
    const id = await task();
    expect((await listener.heard(1)).map((e) => e.data.id)).to.deep.equal([id]);
  });

  describe("resumes with Last-Event-ID", () => {
    it("with what was missed, in order, and nothing that this stream had before", async () => {
      const first = await listen(tokens.admin);
      await task();
      const [event] = await first.heard(1);
      first.close();
      const missed = [await task(), await task(), await task()];
      const again = await listen(tokens.admin, event?.id);
      const live = await task();
      const events = await again.heard(4);
      expect(events.map((e) => e.data.id)).to.deep.equal([...missed, live]);
    });

    it("without a hole between streams, whatever came in between", async () => {
      const first = await listen(tokens.admin);
      const ids: string[] = [];
      for (let i = 0; i < 20; i++) ids.push(await task(i % 2));
      await until(() => first.events.length >= 5);
      const heard = first.events.slice(0, 5);
      first.close();
      const again = await listen(tokens.admin, heard.at(-1)?.id);
      await until(() => ids.every((id) => [...heard, ...again.events].some((e) => e.data.id === id)));
      expect(
        [...heard, ...again.events].map((e) => e.data.id),
        "none twice",
      ).to.have.members(ids);
    });

    it("also on an edge that has just started", async () => {
      const first = await listen(tokens.admin);
      await task();
      const [event] = await first.heard(1);
      const missed = await task(1);
      const [other, by] = await open();
      opened.push(() => other.close());
      await sleep(300); // its reader loads the last minutes
      const again = await listen(tokens.admin, event?.id, by);
      await until(() => again.events.some((e) => e.data.id === missed));
      expect(again.events.some((e) => e.event === "reset")).to.equal(false);
    });

    it("also when nothing was heard yet", async () => {
      const first = await listen(tokens.admin);
      const { place } = first;
      first.close();
      const missed = await task();
      const again = await listen(tokens.admin, place);
      await until(() => again.events.some((e) => e.data.id === missed));
    });

    it("`reset` when the place is too old, malformed or from the future", async () => {
      const bad = ["1-0:tasks:0", "nonsense", "999999999999999-0:tasks:0", "1-0", "x".repeat(300)];
      for (const place of bad) {
        const listener = await listen(tokens.admin, place);
        expect((await listener.heard(1))[0]?.event, place).to.equal("reset");
        const id = await task();
        expect((await listener.heard(2))[1]?.data.id).to.equal(id);
        listener.close();
      }
    });

    it("what one may not see is not seen by resuming either", async () => {
      const first = await listen(tokens.manager);
      const { place } = first;
      first.close();
      await state("ledger", 0, "ledger.entry-posted", {
        accountId: people.employee.id,
        balanceAfterMinor: 1,
      });
      const id = await task();
      const again = await listen(tokens.manager, place);
      await until(() => again.events.some((e) => e.data.id === id));
      expect(again.events.filter((e) => e.event === "account")).to.deep.equal([]);
    });
  });

  it("EDGE-2: tells the sender of a promised command that it is decided", async () => {
    const judgeAgain = pauseJudgement(); // the fake board answers with nothing
    const board = new FakeBoard(servers.client, servers.pool);
    await board.start();
    opened.push(() => board.stop());
    const [own, other] = [await listen(tokens.employee), await listen(tokens.admin)];
    await until(async () => (await promised()).status === 202);
    board.mode = "paused";
    const { body } = await promised();
    await board.resume();
    await until(() => own.events.some((e) => e.event === "command" && e.data.id === body.id));
    expect(own.events.find((e) => e.data.id === body.id)?.data).to.deep.equal({ id: body.id, state: "done" });
    expect(other.events.filter((e) => e.event === "command")).to.deep.equal([]);
    judgeAgain();
  });

  const promised = () =>
    client.post("/api/v1/tasks", {
      token: tokens.employee,
      body: { title: "x" },
      headers: { Prefer: "respond-async" },
    });

  describe("ends", () => {
    it("AUTH-3: with the token, and when the person is disabled", async () => {
      let nowMs = Date.now();
      const [short, by] = await open({ nowMs: () => nowMs, feedHeartbeatMs: 50 });
      opened.push(() => short.close());
      const leaver = await addPerson(servers.pool, "employee");
      const [expiring, leaving] = [
        await listen(tokens.admin, undefined, by),
        await listen(await tokenOf(by, leaver), undefined, by),
      ];
      await until(() => expiring.comments > 2);
      await servers.pool.query("update users set active = false, changed_at = now() where id = $1", [
        leaver.id,
      ]);
      await until(() => leaving.ended);
      expect(expiring.ended).to.equal(false);
      nowMs += 301_000;
      await until(() => expiring.ended);
      expectProblem(await by.get("/api/v1/feed", { token: tokens.admin }), 401, "token_expired");
    });

    it("when the edge drains, which does not wait for listeners", async () => {
      const [stopping, by] = await open();
      const listener = await listen(tokens.admin, undefined, by);
      const startedAt = performance.now();
      await stopping.close();
      expect(performance.now() - startedAt).to.be.below(2_500);
      await until(() => listener.ended);
    });

    it("for a listener that does not read, and for nobody else", async function () {
      this.timeout(120_000);
      const lazy = await fetch(`${client.origin}/api/v1/feed`, {
        headers: { Authorization: `Bearer ${tokens.admin}` },
      });
      const awake = await listen(tokens.admin);
      const key = streamKey({ topic: "tasks", partition: 0 });
      const envelope = JSON.stringify({ type: "task.created", data: { taskId: "x".repeat(2_000) } });
      for (let i = 0; i < 20; i++) {
        const pipeline = servers.client.pipeline();
        for (let j = 0; j < 500; j++) pipeline.xadd(key, "*", "e", envelope);
        await pipeline.exec();
        await until(() => awake.events.length >= (i + 1) * 500);
      }
      await servers.client.del(key);
      let bytes = 0;
      const failure = await (async () => {
        for await (const chunk of lazy.body ?? []) bytes += chunk.length;
      })().catch((error: Error) => error.message);
      expect(failure).to.be.a("string");
      expect(bytes).to.be.below(10_000 * 2_000);
    });
  });

  describe("while nobody listens", () => {
    const readers = async () =>
      ((await servers.client.client("LIST")) as string).split("\n").filter((line) => / cmd=xread /.test(line))
        .length;

    it("reads nothing; who comes hears what comes then, and who was away what was missed", async () => {
      const before = await readers();
      const [other, otherClient] = await open({ feedLingerMs: 0 });
      opened.push(() => other.close());
      await state("tasks", 0, "task.created", { taskId: newUuid(), title: "x" });
      expect(await readers()).to.equal(before);

      const first = await listen(tokens.employee, undefined, otherClient);
      expect(first.events).to.deep.equal([]);
      expect(await readers()).to.equal(before + 1);
      const heard = await task();
      await first.heard(1);
      first.close();
      await until(async () => (await readers()) === before);

      const missed = [await task(0), await task(1)];
      const again = await listen(tokens.employee, first.place, otherClient);
      await again.heard(2);
      expect(again.events.map(({ event, data }) => [event, data.id])).to.have.deep.members(
        missed.map((id) => ["task", id]),
      );
      expect(first.events.map(({ data }) => data.id)).to.deep.equal([heard]);
    });

    it("who comes first hears of everything from that moment on, however long the first read takes", async () => {
      const [other, otherClient] = await open({ feedLingerMs: 0 });
      opened.push(() => other.close());
      const listening = listen(tokens.employee, undefined, otherClient);
      const ids = new Set<string>();
      const isThere = listening.then(() => true);
      while (!(await Promise.race([isThere, sleep(0, false)]))) ids.add(await task());
      const listener = await listening;
      const last = await task();
      await until(() => listener.events.some(({ data }) => data.id === last));
      const heard = listener.events.map(({ data }) => data.id);
      const inOrder = [...ids, last];
      expect(heard).to.deep.equal(
        inOrder.slice(inOrder.indexOf(heard[0])),
        "no hole behind the first one heard",
      );
    });
  });

  it("EDGE-4: a Redis that was wiped is told as `reset`, and the feed goes on", async function () {
    this.timeout(120_000);
    const { wire, url } = await BreakableWire.before(servers.redisUrl);
    opened.push(() => wire.close());
    const [other, by] = await open({ redis: redisFactory(url, () => undefined) });
    opened.push(() => other.close());
    const listener = await listen(tokens.admin, undefined, by);
    await until(async () => {
      await task();
      return listener.events.some((e) => e.event === "task");
    });
    wire.cut();
    await servers.client.flushdb();
    wire.mend();
    await until(() => listener.events.at(-1)?.event === "reset");
    const id = await task();
    await until(() => listener.events.some((e) => e.data.id === id));
  });

  it("a read that hangs is replaced by a new connection", async function () {
    this.timeout(120_000);
    const { wire, url } = await BreakableWire.before(servers.redisUrl);
    opened.push(() => wire.close());
    const [other, by] = await open({ redis: redisFactory(url, () => undefined) });
    opened.push(() => other.close());
    const listener = await listen(tokens.admin, undefined, by);
    await until(async () => {
      await task();
      return listener.events.some((e) => e.event === "task");
    });
    wire.abandon();
    const missed = await task(1);
    await until(() => listener.events.some((e) => e.data.id === missed), 12_000);
  });
});
