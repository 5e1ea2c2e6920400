import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import pg from "pg";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { createEdge, type Edge, type EdgeOptions } from "../../http/edge.ts";
import { Sockets } from "../../http/sockets.ts";
import { newUuid } from "../../schemas/ids.ts";
import { redisFactory } from "../../streams/connection.ts";
import { streamKey } from "../../streams/topology.ts";
import { pauseJudgement } from "../support/answers/watch.ts";
import { BreakableWire } from "./breakable-wire.ts";
import { type Answer, type Ask, EdgeClient, expectProblem } from "./edge-client.ts";
import { FakeBoard } from "./fake-board.ts";
import { addPerson, type TestPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";
import { until } from "./until.ts";

/** What waits for a part that is away takes longer: until its silence is noticed. A busy machine's hiccup does not. */
const WAITS_MS = 400;
const TASK = { id: newUuid(), version: 1, title: "Sell the boat" };

describe("commands", () => {
  const servers = useServers();
  let board: FakeBoard;
  let edge: Edge;
  let client: EdgeClient;
  let people: Record<"admin" | "manager" | "accountant" | "employee", TestPerson>;
  let tokens: Record<keyof typeof people, string>;
  /** What a test opened, closed in reverse order. */
  const opened: (() => Promise<unknown>)[] = [];

  async function open(options: Partial<EdgeOptions> = {}): Promise<[Edge, EdgeClient]> {
    const one = createEdge({
      pool: servers.pool,
      redis: servers.redis,
      company: { partitions: 4, secret: "a secret" },
      logger: recordedLogger().logger,
      ...options,
    });
    return [one, new EdgeClient((await one.listen(0, "127.0.0.1")).port)];
  }

  async function openAnother(options: Partial<EdgeOptions> = {}): Promise<EdgeClient> {
    const [another, by] = await open(options);
    opened.push(() => another.close());
    return by;
  }

  let judgeAgain: () => void;
  before(async () => {
    judgeAgain = pauseJudgement(); // the fake board answers with whatever a test gives it
    board = new FakeBoard(servers.client, servers.pool);
    await board.start();
    [edge, client] = await open();
    const roles = ["admin", "manager", "accountant", "employee"] as const;
    const added = await Promise.all(
      roles.map(async (role) => [role, await addPerson(servers.pool, role)] as const),
    );
    people = Object.fromEntries(added) as typeof people;
    tokens = Object.fromEntries(
      await Promise.all(roles.map(async (role) => [role, await tokenOf(client, people[role])])),
    ) as typeof tokens;
    // The reply channel is subscribed when a command comes back.
    await until(async () => (await create()).status === 201);
  });
  beforeEach(() => {
    board.mode = "deciding";
    board.decide = () => ({ accepted: true, body: TASK });
  });
  afterEach(async () => {
    await board.resume();
    for (const close of opened.splice(0).reverse()) await close();
  });
  after(async () => {
    await edge.close();
    await board.stop();
    judgeAgain();
  });

  const create = (ask: Ask = {}, by = client): Promise<Answer> =>
    by.post("/api/v1/tasks", { token: tokens.employee, body: { title: "Sell the boat" }, ...ask });
  const keyed = (key: string, ask: Ask = {}): Ask => ({
    ...ask,
    headers: { "Idempotency-Key": key, ...ask.headers },
  });

  /** As after ten seconds, or when Redis was wiped. */
  const forgetMarks = async (): Promise<void> => {
    await servers.client.del(await servers.client.keys("ates:{0}:running:*"));
  };

  describe("reach the actor", () => {
    it("AUTH-2: with the sender's id and role from the token, and the request's trace", async () => {
      const traceId = "0af7651916cd43dd8448eb211c80319c";
      await create({ headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
      const envelope = board.last();
      expect(envelope).to.include({
        specversion: "1.0",
        source: "/ates/edge",
        type: "task.create",
        dataschema: "urn:ates:task.create:1",
        subject: `task/${envelope.id}`,
        partitionkey: `task/${envelope.id}`,
        senderid: people.employee.id,
        senderrole: "employee",
        causationid: envelope.id,
        correlationid: envelope.id,
      });
      expect(envelope.sequence).to.equal(undefined);
      expect(envelope.traceparent).to.match(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
      expect(envelope.data).to.deep.equal({ title: "Sell the boat" });
    });

    it("EVT-2: with a bare Jira id in upper case, and titles without white space around them", async () => {
      await create({ body: { title: "  Sell ", jiraId: " uberpop-42 ", description: "Now." } });
      expect(board.last().data).to.deep.equal({ title: "Sell", jiraId: "UBERPOP-42", description: "Now." });
      await create({ body: { title: "Sell", jiraId: null, description: null } });
      expect(board.last().data).to.deep.equal({ title: "Sell" });
      for (const jiraId of ["42", "UBERPOP", "[UBERPOP-42]", "POP-1 x", "УП-1", ""]) {
        const problem = expectProblem(await create({ body: { title: "x", jiraId } }), 400, "invalid_request");
        expect(problem.errors?.[0]?.pointer).to.equal("/jiraId");
      }
      const startedAt = performance.now();
      for (const title of [`${"a".repeat(900_000)}]`, `${" ".repeat(900_000)}]`, " ".repeat(900_000)]) {
        expectProblem(await create({ body: { title } }), 400, "invalid_request");
      }
      expect(performance.now() - startedAt).to.be.below(2_000);
      expectProblem(await create({ body: { title: " \t " } }), 400, "invalid_request");
      const bracketed = await create({ body: { title: "[UBERPOP-42] Sell" } });
      expect(expectProblem(bracketed, 400, "invalid_request").errors?.[0]?.pointer).to.equal("/title");
    });

    it("TT-9: an edit carries only words, and the version of If-Match", async () => {
      const edit = (ask: Ask) => client.patch(`/api/v1/tasks/${TASK.id}`, { token: tokens.employee, ...ask });
      const answer = await edit({ body: { title: "Sell", jiraId: null }, headers: { "If-Match": '"7"' } });
      expect(answer.status).to.equal(200);
      expect(answer.headers.get("etag")).to.equal('"1"');
      expect(board.last().data).to.deep.equal({ taskId: TASK.id, title: "Sell", jiraId: null, ifVersion: 7 });
      expectProblem(
        await edit({ body: { title: "x" }, headers: { "If-Match": 'W/"x"' } }),
        412,
        "version_conflict",
      );
      expectProblem(await edit({ body: {} }), 400, "invalid_request");
      expectProblem(await edit({ body: { title: "x", assigneeId: TASK.id } }), 400, "invalid_request");
    });

    it("start, complete and cancel name the task; an id in capitals is the same task", async () => {
      for (const step of ["start", "complete", "cancel"]) {
        const answer = await client.post(`/api/v1/tasks/${TASK.id.toUpperCase()}/${step}`, {
          token: tokens.employee,
        });
        expect(answer.status).to.equal(200);
        expect(board.last()).to.include({ type: `task.${step}`, subject: `task/${TASK.id}` });
        expect(board.last().data).to.deep.equal({ taskId: TASK.id });
      }
    });

    it("TT-4: only managers and admins shuffle; every press is a command of its own", async () => {
      board.decide = () => ({ accepted: true, body: { jobId: TASK.id } });
      const press = (token: string, headers = {}) => client.post("/api/v1/tasks/shuffle", { token, headers });
      for (const role of ["employee", "accountant"] as const) {
        expectProblem(await press(tokens[role]), 403, "forbidden");
      }
      expectProblem(await press(tokens.manager), 400, "idempotency_key_required");
      const before = board.seen.length;
      for (let i = 0; i < 3; i++) {
        const answer = await press(tokens.manager, { "Idempotency-Key": newUuid() });
        expect(answer.status).to.equal(202);
        expect(answer.body).to.deep.equal({ jobId: TASK.id });
        expect(answer.headers.get("location")).to.equal(`/api/v1/jobs/${TASK.id}`);
      }
      expect(board.seen.length - before).to.equal(3);
      expect(board.last()).to.include({ type: "tasks.shuffle", subject: "shuffle" });
    });

    it("AUTH-3: only admins register and change people; a password is sent and kept as a hash alone", async () => {
      board.decide = ({ data }) => ({ accepted: true, body: { id: TASK.id, ...(data as object) } });
      const body = {
        email: "New.Popug@Ates.test",
        name: " New ",
        role: "employee",
        password: "a good password",
      };
      for (const role of ["employee", "manager", "accountant"] as const) {
        expectProblem(await client.post("/api/v1/users", { token: tokens[role], body }), 403, "forbidden");
      }
      const key = newUuid();
      const answer = await client.post("/api/v1/users", keyed(key, { token: tokens.admin, body }));
      expect(answer.status).to.equal(201);
      const envelope = board.last();
      expect(envelope).to.include({ type: "user.register", subject: "email/new.popug@ates.test" });
      expect(envelope.data).to.include({ email: "new.popug@ates.test", name: "New", role: "employee" });
      expect((envelope.data as { passwordHash: string }).passwordHash).to.match(/^\$argon2id\$/);
      expect(JSON.stringify(envelope)).not.to.include("a good password");
      const other = keyed(key, { token: tokens.admin, body: { ...body, password: "another password" } });
      const repeated = await client.post("/api/v1/users", other);
      expect(repeated.headers.get("idempotency-replayed")).to.equal("true");
      const short = { ...body, password: "1234567" };
      expectProblem(
        await client.post("/api/v1/users", { token: tokens.admin, body: short }),
        400,
        "invalid_request",
      );
      await client.patch(`/api/v1/users/${TASK.id}`, { token: tokens.admin, body: { active: false } });
      expect(board.last().data).to.deep.equal({ userId: TASK.id, active: false });
    });

    it("NOT-2: everybody changes their own settings and nobody else's", async () => {
      const body = { locale: "ru", notifications: { assigned: false } };
      await client.patch("/api/v1/me", { token: tokens.employee, body });
      expect(board.last()).to.include({
        type: "user.change-settings",
        subject: `user/${people.employee.id}`,
      });
      expect(board.last().data).to.deep.equal(body);
      const dressed = { ...body, role: "admin" };
      expectProblem(
        await client.patch("/api/v1/me", { token: tokens.employee, body: dressed }),
        400,
        "invalid_request",
      );
    });

    it("DAY-2: accountants and admins close a day; a closed one is 200 without asking, but a repeat is its first answer", async () => {
      board.decide = ({ data }) => ({ accepted: true, body: { ...(data as object), state: "closing" } });
      const close = (token: string, date: string, key = newUuid()) =>
        client.post(`/api/v1/days/${date}/close`, keyed(key, { token }));
      expectProblem(await close(tokens.employee, "2026-03-10"), 403, "forbidden");
      expectProblem(await close(tokens.manager, "2026-03-10"), 403, "forbidden");
      for (const date of ["2026-02-30", "today", "2026-3-1"]) {
        expectProblem(await close(tokens.accountant, date), 404, "not_found");
      }
      const key = newUuid();
      const first = await close(tokens.accountant, "2026-03-10", key);
      expect([first.status, first.body.state]).to.deep.equal([202, "closing"]);
      expect(first.headers.get("location")).to.equal("/api/v1/days/2026-03-10");
      await servers.pool.query(
        "insert into days (business_date, state, partitions) values ('2026-03-10', 'closed', '{}')",
      );
      const seen = board.seen.length;
      const closed = await close(tokens.admin, "2026-03-10");
      expect([closed.status, closed.body]).to.deep.equal([
        200,
        { businessDate: "2026-03-10", state: "closed" },
      ]);
      const repeated = await close(tokens.accountant, "2026-03-10", key);
      expect([repeated.status, repeated.body.state]).to.deep.equal([202, "closing"]);
      expect(board.seen.length).to.equal(seen);
      board.decide = () => ({ accepted: false, code: "day_not_started", body: { detail: "Not yet." } });
      expectProblem(await close(tokens.admin, "2099-01-01"), 409, "day_not_started");
    });
  });

  describe("EDGE-2: are answered after the commit", () => {
    it("with the resource, its ETag and its place", async () => {
      const answer = await create();
      expect(answer.status).to.equal(201);
      expect(answer.body).to.deep.equal(TASK);
      expect(answer.headers.get("etag")).to.equal('"1"');
      expect(answer.headers.get("location")).to.equal(`/api/v1/tasks/${TASK.id}`);
      expect(answer.headers.get("idempotency-replayed")).to.equal(null);
    });

    it("with the rejection's own status and words", async () => {
      const statuses = {
        nobody_to_assign: 409,
        task_not_found: 404,
        task_not_open: 409,
        task_reassigned: 409,
        not_assignee: 403,
        not_allowed: 403,
        version_conflict: 412,
      };
      for (const [code, status] of Object.entries(statuses)) {
        board.decide = () => ({ accepted: false, code, body: { detail: `Because ${code}.` } });
        expect(expectProblem(await create(), status, code).detail).to.equal(`Because ${code}.`);
      }
    });

    it("also when the reply is lost: the row has the outcome", async () => {
      board.mode = "mute";
      const startedAt = performance.now();
      expect((await create()).status).to.equal(201);
      expect(performance.now() - startedAt).to.be.within(800, 2_500);
    });
  });

  describe("EDGE-2: repeating with the same Idempotency-Key is safe", () => {
    it("the first answer comes again, marked as such, and nothing is sent", async () => {
      const key = newUuid();
      const first = await create(keyed(key, { body: { title: "One", description: "Two" } }));
      const seen = board.seen.length;
      const again = await create(keyed(`"${key}"`, { body: { description: "Two", title: "One" } }));
      expect([again.status, again.body]).to.deep.equal([first.status, first.body]);
      expect(again.headers.get("idempotency-replayed")).to.equal("true");
      expect(again.headers.get("etag")).to.equal(first.headers.get("etag"));
      expect(board.seen.length).to.equal(seen);
    });

    it("also when its mark is gone: the actor knows the command, and answers it again", async () => {
      const key = newUuid();
      const first = await create(keyed(key));
      await forgetMarks();
      board.decide = () => ({ accepted: true, body: { ...TASK, version: 2 } });
      const again = await create(keyed(key));
      expect([again.status, again.body]).to.deep.equal([first.status, first.body]);
      expect(again.headers.get("idempotency-replayed")).to.equal("true");
    });

    it("also when its mark is gone and nobody replies: the row tells a repeat from another body, and from the first", async () => {
      const key = newUuid();
      await create(keyed(key));
      await forgetMarks();
      board.mode = "mute";
      const [again, other] = await Promise.all([
        create(keyed(key)),
        (async () => {
          const second = newUuid();
          await create(keyed(second));
          await forgetMarks();
          return create(keyed(second, { body: { title: "Other" } }));
        })(),
      ]);
      expect([again.status, again.headers.get("idempotency-replayed")]).to.deep.equal([201, "true"]);
      expectProblem(other, 422, "idempotency_key_reused");
    });

    it("a rejection comes again too", async () => {
      board.decide = () => ({ accepted: false, code: "nobody_to_assign", body: { detail: "Nobody." } });
      const key = newUuid();
      expectProblem(await create(keyed(key)), 409, "nobody_to_assign");
      board.decide = () => ({ accepted: true, body: TASK });
      const again = await create(keyed(key));
      expectProblem(again, 409, "nobody_to_assign");
      expect(again.headers.get("idempotency-replayed")).to.equal("true");
    });

    it("G8: what a parked mailbox sends back is 503; nothing is stored, and the key may be sent again", async () => {
      board.decide = () => ({ accepted: false, code: "mailbox_parked", body: { detail: "Later." } });
      const key = newUuid();
      const sentBack = await create(keyed(key));
      expectProblem(sentBack, 503, "mailbox_parked");
      expect(sentBack.headers.get("retry-after")).to.equal("1");
      const { rows } = await servers.pool.query("select from commands where code = 'mailbox_parked'");
      expect(rows).to.deep.equal([]);
      board.decide = () => ({ accepted: true, body: TASK });
      const again = await create(keyed(key));
      expect([again.status, again.headers.get("idempotency-replayed")]).to.deep.equal([201, null]);
    });

    it("another body, path or version under the key is 422", async () => {
      const key = newUuid();
      await create(keyed(key));
      expectProblem(await create(keyed(key, { body: { title: "Other" } })), 422, "idempotency_key_reused");
      const complete = await client.post(
        `/api/v1/tasks/${TASK.id}/complete`,
        keyed(key, { token: tokens.employee }),
      );
      expectProblem(complete, 422, "idempotency_key_reused");
    });

    it("another person's same key is another command", async () => {
      const key = newUuid();
      await create(keyed(key));
      const other = await create(keyed(key, { token: tokens.manager }));
      expect(other.status).to.equal(201);
      expect(other.headers.get("idempotency-replayed")).to.equal(null);
    });

    it("while the first is running it is 409 with Retry-After, on this edge and on others", async () => {
      const other = await openAnother();
      await until(async () => (await create({}, other)).status === 201);
      board.mode = "paused";
      const key = newUuid();
      const first = create(keyed(key));
      const sent = board.seen.length;
      await until(() => board.seen.length > sent);
      for (const by of [client, other]) {
        const again = await create(keyed(key), by);
        expectProblem(again, 409, "command_running");
        expect(again.headers.get("retry-after")).to.equal("1");
      }
      expectProblem(await create(keyed(key, { body: { title: "Other" } })), 422, "idempotency_key_reused");
      await board.resume();
      expect((await first).status).to.equal(201);
      expect((await create(keyed(key), other)).headers.get("idempotency-replayed")).to.equal("true");
    });

    it("twenty at once are one command", async () => {
      const key = newUuid();
      const sent = board.seen.length;
      const answers = await Promise.all(Array.from({ length: 20 }, () => create(keyed(key))));
      const statuses = answers.map((answer) => answer.status);
      expect(statuses.filter((status) => status === 201).length).to.be.at.least(1);
      expect(statuses.every((status) => status === 201 || status === 409)).to.equal(true);
      expect(board.seen.length - sent).to.equal(1);
    });
  });

  describe("EDGE-2: are promised when the commit takes too long", () => {
    it("202 at once with respond-async; the status resource tells the answer when there is one", async () => {
      board.mode = "paused";
      const startedAt = performance.now();
      const answer = await create({ headers: { Prefer: "respond-async" } });
      expect(performance.now() - startedAt).to.be.below(500);
      expect(answer.status).to.equal(202);
      const location = answer.headers.get("location") ?? "";
      expect(location).to.equal(`/api/v1/commands/${answer.body.id}`);
      const pending = await client.get(location, { token: tokens.employee });
      expect(pending.body).to.deep.equal({ id: answer.body.id, state: "pending", status: null, body: null });
      const { rows } = await servers.pool.query("select state, envelope from commands where id = $1", [
        answer.body.id,
      ]);
      expect(JSON.parse(rows[0].envelope)).to.include({ id: answer.body.id, type: "task.create" });
      await board.resume();
      const done = await client.get(location, { token: tokens.employee });
      expect(done.body).to.deep.equal({ id: answer.body.id, state: "done", status: 201, body: TASK });
    });

    it("202 with respond-async also when the commit is as quick as the promise; a repeat tells what was decided", async () => {
      const key = newUuid();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          create(keyed(n === 0 ? key : newUuid(), { headers: { Prefer: "respond-async" } })),
        ),
      );
      expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 202));
      const done = async (): Promise<boolean> => (await create(keyed(key))).status === 201;
      await until(done);
      const again = await create(keyed(key, { headers: { Prefer: "respond-async" } }));
      expect([again.status, again.headers.get("idempotency-replayed")]).to.deep.equal([201, "true"]);
      const other = keyed(key, { headers: { Prefer: "respond-async" }, body: { title: "Other" } });
      expectProblem(await create(other), 422, "idempotency_key_reused");
    });

    it("202 after the wait that was asked for; a repeat meanwhile is 409, and the first answer afterwards", async () => {
      board.mode = "paused";
      const key = newUuid();
      const answer = await create(keyed(key, { headers: { Prefer: "wait=1" } }));
      expect(answer.status).to.equal(202);
      expectProblem(await create(keyed(key)), 409, "command_running");
      await board.resume();
      const again = await create(keyed(key));
      expect([again.status, again.headers.get("idempotency-replayed")]).to.deep.equal([201, "true"]);
    });

    it("promised again, or 422, when a repeat finds no mark and is not decided either", async () => {
      board.mode = "paused";
      const key = newUuid();
      const soon = { Prefer: "wait=0" };
      const first = await create(keyed(key, { headers: soon }));
      await forgetMarks();
      const again = await create(keyed(key, { headers: soon }));
      expect([again.status, again.body]).to.deep.equal([202, first.body]);
      await forgetMarks();
      const other = await create(keyed(key, { headers: soon, body: { title: "Other" } }));
      expectProblem(other, 422, "idempotency_key_reused");
    });

    it("a rejected one tells the problem that its answer would have been", async () => {
      board.mode = "paused";
      board.decide = () => ({ accepted: false, code: "nobody_to_assign", body: { detail: "Nobody." } });
      const answer = await create({ headers: { Prefer: "respond-async" } });
      await board.resume();
      const { body } = await client.get(answer.headers.get("location") ?? "", { token: tokens.employee });
      expect(body).to.deep.include({ state: "done", status: 409 });
      expect(body.body).to.include({ code: "nobody_to_assign", status: 409, detail: "Nobody." });
      expect(body.body.instance).to.match(/^urn:trace:[0-9a-f]{32}$/);
    });

    it("G8: one that is sent back while it is being promised stays promised", async () => {
      board.mode = "paused";
      const seen = board.seen.length;
      const holder = await servers.pool.connect();
      await holder.query("begin; lock table commands in share mode"); // the promise waits, reading goes on
      const asked = create({ headers: { Prefer: "respond-async" } });
      await until(() => board.seen.length > seen);
      board.decide = () => ({ accepted: false, code: "mailbox_parked", body: { detail: "Later." } });
      await board.resume();
      await sleep(200);
      await holder.query("commit");
      holder.release();
      const answer = await asked;
      const { rows } = await servers.pool.query("select state from commands where id = $1", [
        board.last().id,
      ]);
      expect([answer.status, rows]).to.deep.equal([202, [{ state: "pending" }]]);
    });

    it("only the sender may ask", async () => {
      board.mode = "paused";
      const answer = await create({ headers: { Prefer: "respond-async" } });
      const location = answer.headers.get("location") ?? "";
      expectProblem(await client.get(location, { token: tokens.admin }), 404, "not_found");
      expectProblem(
        await client.get(`/api/v1/commands/${newUuid()}`, { token: tokens.admin }),
        404,
        "not_found",
      );
    });
  });

  describe("EDGE-3: are refused at once when a part is away", () => {
    /** What only Postgres knows. */
    const look = (by: EdgeClient) => by.get(`/api/v1/commands/${newUuid()}`, { token: tokens.employee });
    async function expectUnavailable(work: () => Promise<Answer>): Promise<void> {
      const startedAt = performance.now();
      const answer = await work();
      const tookMs = performance.now() - startedAt;
      expectProblem(answer, 503, "unavailable");
      expect(Number(answer.headers.get("retry-after"))).to.be.at.least(1);
      expect(tookMs).to.be.below(WAITS_MS);
    }

    it("Redis, or whoever makes the stream: what is decided already is still told", async () => {
      const { wire, url } = await BreakableWire.before(servers.redisUrl);
      opened.push(() => wire.close());
      const by = await openAnother({ redis: redisFactory(url, () => undefined) });
      const key = newUuid();
      await until(async () => (await create(keyed(key), by)).status === 201);
      wire.cut();
      await until(async () => (await create({}, by)).status === 503);
      expect((await create(keyed(key), by)).headers.get("idempotency-replayed")).to.equal("true");
      expectProblem(
        await create(keyed(key, { body: { title: "Other" } }), by),
        422,
        "idempotency_key_reused",
      );
    });

    it("a topic whose partition no living worker has owned for a while; what is decided already is still told", async () => {
      const key = newUuid();
      await create(keyed(key));
      const by = await openAnother({ leaseTtlMs: 1_000 });
      await new Promise((resolve) => setTimeout(resolve, 3_600));
      await expectUnavailable(() => create({}, by));
      expect(expectProblem(await create({}, by), 503, "unavailable").detail).to.match(
        /^No worker decides task-board/,
      );
      expect((await create(keyed(key), by)).headers.get("idempotency-replayed")).to.equal("true");
    });

    it("a stream that no group has made: nothing is appended, nothing is created", async () => {
      const key = streamKey({ topic: "task-board", partition: 0 });
      await servers.client.rename(key, "aside");
      try {
        await expectUnavailable(() => create());
        await expectUnavailable(() => create(keyed(newUuid())));
        expect(await servers.client.exists(key)).to.equal(0);
      } finally {
        await servers.client.rename("aside", key);
      }
      expect((await create()).status).to.equal(201);
    });

    it("Redis cut off or hanging; commands go on when it is back", async function () {
      this.timeout(120_000);
      const { wire, url } = await BreakableWire.before(servers.redisUrl);
      opened.push(() => wire.close());
      const by = await openAnother({ redis: redisFactory(url, () => undefined) });
      await until(async () => (await create({}, by)).status === 201);
      wire.cut();
      await until(async () => (await create({}, by)).status === 503);
      for (let i = 0; i < 5; i++)
        await expectUnavailable(() => create(i % 2 === 0 ? {} : keyed(newUuid()), by));
      wire.mend();
      await until(async () => (await create({}, by)).status === 201);
      wire.hang();
      const caught = await create({ headers: { Prefer: "wait=30" } }, by);
      expect(caught.status).to.be.oneOf([202, 503]);
      for (let i = 0; i < 5; i++) await expectUnavailable(() => create({}, by));
      wire.mend();
      await until(async () => (await create({}, by)).status === 201);
    });

    it("connections to Postgres that died without a word: cut together, and made anew", async function () {
      this.timeout(120_000);
      const { wire, url } = await BreakableWire.before(servers.postgresUrl);
      const sockets = new Sockets();
      const pool = postgresPool(url, 5, () => undefined, { stream: sockets.open });
      opened.push(
        () => wire.close(),
        () => pool.end(),
      );
      const by = await openAnother({ pool, cutConnections: sockets.cut });
      await until(async () => (await create({}, by)).status === 201);
      const looks = () => Promise.all(Array.from({ length: 5 }, () => look(by)));
      await looks();
      expect(pool.totalCount).to.be.at.least(2);
      wire.abandon();
      const startedAt = performance.now();
      expect((await looks()).map(({ status }) => status)).to.include(503);
      await until(async () => (await look(by)).status === 404);
      expect((await looks()).map(({ status }) => status)).to.deep.equal([404, 404, 404, 404, 404]);
      expect((await create(keyed(newUuid()), by)).status).to.equal(201);
      expect(performance.now() - startedAt).to.be.below(3_000);
    });

    it("Postgres cut off or hanging; what needs no command says so too", async function () {
      this.timeout(120_000);
      const { wire, url } = await BreakableWire.before(servers.postgresUrl);
      const pool = new pg.Pool({ connectionString: url, max: 5 }).on("error", () => undefined);
      opened.push(
        () => wire.close(),
        () => pool.end(),
      );
      const by = await openAnother({ pool });
      await until(async () => (await create({}, by)).status === 201);
      const login = () => by.post("/api/v1/auth/login", { body: { email: "x@y.test", password: "z" } });
      for (const fail of ["cut", "hang"] as const) {
        wire[fail]();
        await until(async () => (await create({}, by)).status === 503);
        for (let i = 0; i < 3; i++) {
          await expectUnavailable(() => create(keyed(newUuid()), by));
          await expectUnavailable(() => create({}, by));
          await expectUnavailable(login);
        }
        wire.mend();
        await until(async () => (await create(keyed(newUuid()), by)).status === 201);
      }
    });
  });
});
