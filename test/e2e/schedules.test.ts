/** Schedules from the request to the ledger, and three schedulers at once (JOB-1). */
import { expect } from "chai";
import { verifyLedger } from "../../ops/verify/verify-ledger.ts";
import type { Role } from "../../schemas/envelope.ts";
import { newUuid } from "../../schemas/ids.ts";
import { signIn } from "../support/api.ts";
import { ask } from "../support/client.ts";
import { type SignedIn, signInAll } from "../support/people.ts";
import { startWorkerProcess } from "../support/worker-process.ts";
import { newWorld, until, type World } from "../support/world.ts";

const MINUTE_MS = 60_000;
/** How long nobody has run. */
const AWAY_MINUTES = 180;

const task = (title: string) => ({ kind: "task", title });

describe("schedules", function () {
  this.timeout(120_000);
  let world: World;
  let people: Readonly<Record<Role, SignedIn>>;
  let baseUrl: string;
  let host: { stop(): Promise<void> };

  before(async () => {
    world = await newWorld();
    host = await world.worker();
    baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
  });
  after(() => world.end());

  const create = (words: object) =>
    people.admin.api("POST", "/schedules", { name: "Palm", cron: "0 9 * * MON", catchUp: "one", ...words });
  const listed = async (id: string) =>
    (await people.admin.api("GET", "/schedules")).body.items.find((each: { id: string }) => each.id === id);

  it("JOB-1: an admin makes, changes, pauses and removes one; each shows its next five due times", async () => {
    const made = await create({ work: { ...task("Water the palm"), jiraId: " palm-1 " } });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    expect(made.body.dueTimes).to.have.length(5);
    expect(made.body.nextDueAt).to.equal(made.body.dueTimes[0]);
    expect(made.body.work).to.deep.equal({ ...task("Water the palm"), jiraId: "PALM-1" });
    expect(await listed(made.body.id)).to.deep.equal(made.body);
    const at = `/schedules/${made.body.id}`;
    const paused = await people.admin.api("PATCH", at, { paused: true });
    expect(paused.body).to.include({ paused: true, nextDueAt: null, name: "Palm" });
    const changed = await people.admin.api("PATCH", at, {
      paused: false,
      cron: "0  6 1 * *",
      name: " Palms ",
    });
    expect(changed.body).to.include({ paused: false, name: "Palms", cron: "0 6 1 * *" });
    expect(await listed(made.body.id)).to.deep.equal(changed.body);
    const other = await create({ work: task("Feed the fish") });
    const page = async (query: string) => (await people.admin.api("GET", `/schedules${query}`)).body;
    const first = await page("?limit=1");
    const rest = await page(`?limit=2&cursor=${first.next}`);
    expect([...first.items, ...rest.items]).to.deep.equal((await page("")).items);
    expect([rest.items.length, rest.next]).to.deep.equal([2, null]);
    expect((await people.admin.api("DELETE", `/schedules/${other.body.id}`)).status).to.equal(200);
    expect((await people.admin.api("DELETE", at)).status).to.equal(200);
    expect(await listed(made.body.id)).to.equal(undefined);
    expect((await people.admin.api("DELETE", at)).body.code).to.equal("schedule_not_found");
  });

  it("JOB-1: what is wrong with a pattern is told before and when it is sent; only admins are asked", async () => {
    const wrong = await create({ cron: "0 0 30 2 *", work: task("Never") });
    expect([wrong.status, wrong.body.code, wrong.body.detail]).to.deep.equal([
      400,
      "invalid_cron",
      "no date ever fits it",
    ]);
    for (const cron of [' E;.m"||C', "         ", "* * * *  ", "🌴🌴🌴🌴🌴🌴🌴🌴\n", "@midnight"]) {
      const { status, body } = await create({ cron, work: task("Never") });
      expect([status, body.code, body.errors?.[0]?.pointer], cron).to.deep.equal([
        400,
        "invalid_cron",
        "/cron",
      ]);
    }
    const times = (cron: string) =>
      people.admin.api("GET", `/schedules/due-times?cron=${encodeURIComponent(cron)}`);
    expect((await times("0 6 1 * *")).body.items).to.have.length(5);
    expect((await times("61 * * * *")).body).to.include({ code: "invalid_cron" });
    expect((await create({ work: { kind: "statement", amountMinor: 1 } })).status).to.equal(400);
    for (const role of ["manager", "accountant", "employee"] as const)
      expect((await people[role].api("GET", "/schedules")).status, role).to.equal(403);
  });

  it("JOB-1 TT-3: run now makes a task at once, drawn as ever, in the name of who wrote it; the same press makes one", async () => {
    const { body } = await create({ work: task("Water the palm now") });
    const key = { "idempotency-key": newUuid() };
    for (const _ of [1, 2]) {
      const ran = await people.admin.api("POST", `/schedules/${body.id}/run`, undefined, key);
      expect([ran.status, ran.body.timesFired]).to.deep.equal([200, 1]);
    }
    const [made] = await tasksOf("Water the palm now", 1);
    expect(made?.createdBy.id).to.equal(people.admin.id);
    expect([people.employee.id, people.accountant.id]).to.include(made?.assignee.id);
  });

  it("JOB-1 ACC-5: a bonus needs another admin, is booked once for everybody of its roles, and the books stay in order", async () => {
    const reason = "A good month";
    const work = { kind: "bonus", amountMinor: 700, reason, roles: ["employee", "accountant"] };
    const { body } = await create({ work, cron: "0 9 1 * *" });
    expect(body.paused).to.equal(true);
    const run = `/schedules/${body.id}/run`;
    expect((await people.admin.api("POST", run)).body.code).to.equal("own_words");
    const { body: other } = await ask(world, "directory", "user.register", "email/bea@test.local", {
      email: "bea@test.local",
      name: "Bea",
      role: "admin",
      passwordHash: (await world.pool.query("select password_hash from credentials limit 1")).rows[0]
        .password_hash,
    });
    const bea = await signIn(baseUrl, "bea@test.local", "a-password-of-tests");
    expect((await bea("POST", run)).status).to.equal(200);
    const entries = await until(async () => {
      const { rows } = await world.pool.query("select account_id, amount from entries where kind = 'bonus'");
      return rows.length === 2 && rows;
    }, "both bonuses are booked");
    expect(entries.map(({ account_id }) => account_id)).to.have.members([
      people.employee.id,
      people.accountant.id,
    ]);
    expect(entries.map(({ amount }) => Number(amount))).to.deep.equal([700, 700]);
    expect(other.id).to.not.equal(people.admin.id);
    const findings = await verifyLedger(world.pool, world.company);
    expect(findings.filter(({ verdict }) => verdict === "broken")).to.deep.equal([]);
  });

  it("JOB-1 G2: three schedulers at once, one killed while it catches up, fire each due time once, by policy", async () => {
    const ids: Record<string, string> = {};
    for (const catchUp of ["all", "one"])
      ids[catchUp] = (await create({ cron: "* * * * *", catchUp, work: task(`Tick ${catchUp}`) })).body.id;
    await host.stop();
    await world.pool.query(
      `update schedules set next_due_at = next_due_at - $2 * interval '1 minute' where id = any($1)`,
      [Object.values(ids), AWAY_MINUTES],
    );
    await world.pool.query(
      `update later set due_at = s.next_due_at, envelope = jsonb_set(envelope::jsonb, '{data,dueAt}',
                to_jsonb(to_char(s.next_due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text
         from schedules s where envelope::jsonb #>> '{data,scheduleId}' = s.id::text and s.id = any($1)`,
      [Object.values(ids)],
    );
    const firstMs = Date.parse((await row(ids.all ?? "")).next_due_at);
    const workers = await Promise.all([1, 2, 3].map(() => startWorkerProcess(world, "smtp://127.0.0.1:9")));
    await until(async () => (await row(ids.all ?? "")).times_fired >= 20, "it catches up", 30_000);
    const { rows } = await world.pool.query<{ pid: number }>(
      `select split_part(name, '/', 2)::int as pid from partitions join hosts on hosts.id = owner where kind = 'scheduler'`,
    );
    workers.find(({ child }) => child.pid === rows[0]?.pid)?.child.kill("SIGKILL");
    const last = await until(
      async () => {
        const each = await row(ids.all ?? "");
        return Date.parse(each.next_due_at) > Date.now() && each;
      },
      "it has caught up",
      30_000,
    );
    const due = (Date.parse(last.next_due_at) - firstMs) / MINUTE_MS;
    expect(due).to.be.within(AWAY_MINUTES, AWAY_MINUTES + 3);
    await tasksOf("Tick all", due);
    const one = (await row(ids.one ?? "")).times_fired;
    expect(one).to.be.within(1, 4);
    await tasksOf("Tick one", one);
    for (const { child } of workers) child.kill("SIGTERM");
    await Promise.all(workers.map(({ ended }) => ended));
  });

  const row = async (id: string) =>
    (
      await world.pool.query<{ next_due_at: string; times_fired: number }>(
        "select next_due_at, times_fired from schedules where id = $1",
        [id],
      )
    ).rows[0] as { next_due_at: string; times_fired: number };

  async function tasksOf(title: string, count: number) {
    const found = async () =>
      (await people.admin.api("GET", `/tasks?limit=200&q=${encodeURIComponent(title)}`)).body.items;
    await until(async () => (await found()).length >= count, `${count} tasks of ${title}`, 20_000);
    const tasks = (await found()) as { createdBy: { id: string }; assignee: { id: string } }[];
    expect(tasks.length, title).to.equal(count);
    return tasks;
  }
});
