import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { isSettled, readUnsettled } from "../../ops/lag.ts";
import type { Role } from "../../schemas/envelope.ts";
import { type MailServer, startMailServer } from "../actors/mailer/mail-server.ts";
import type { Api, Response } from "../support/api.ts";
import { type SignedIn, signInAll } from "../support/people.ts";
import { partitionsByPid, startWorkerProcess, type WorkerProcess } from "../support/worker-process.ts";
import { newWorld, until, type World } from "../support/world.ts";

/** Keeps sending commands, each to its answer, and remembers every answer that was not a success. */
class Load {
  readonly failures: string[] = [];
  readonly created = new Set<string>();
  readonly completed = new Set<string>();
  #slowestMs = 0;
  #running = true;
  readonly #clients: Promise<void>[];

  constructor(people: Readonly<Record<Role, SignedIn>>, clients: number) {
    this.#clients = Array.from({ length: clients }, () => this.#client(people));
  }

  get slowestMs(): number {
    return this.#slowestMs;
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }

  async #client(people: Readonly<Record<Role, SignedIn>>): Promise<void> {
    const byId = new Map(Object.values(people).map((person) => [person.id, person]));
    while (this.#running) {
      const task = await this.#send(people.manager, "/tasks", { title: "Carry on" });
      if (task === undefined) continue;
      this.created.add(task.id);
      const assignee = byId.get(task.assignee.id);
      if (
        assignee !== undefined &&
        (await this.#send(assignee, `/tasks/${task.id}/complete`)) !== undefined
      ) {
        this.completed.add(task.id);
      }
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test reads bodies of every shape
  async #send({ api }: SignedIn, path: string, body?: object): Promise<any> {
    const startedMs = performance.now();
    const response = await decided(api, await api("POST", path, body, { prefer: "wait=20" }));
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedMs);
    if (response.status === 200 || response.status === 201) return response.body;
    if (response.status === 429) {
      await sleep(TOO_FAST_MS); // so many people there are not: each sends more than a person may
      return this.#send({ api } as SignedIn, path, body);
    }
    this.failures.push(`${path}: ${response.status} ${JSON.stringify(response.body)}`);
    return undefined;
  }
}

/** What Retry-After says. */
const TOO_FAST_MS = 1_000;

/** A promise (202) is followed to its outcome, as api.md tells clients to. */
async function decided(api: Api, response: Response): Promise<Pick<Response, "status" | "body">> {
  if (response.status !== 202) return response;
  return until(
    async () => {
      const { body } = await api("GET", `/commands/${response.body.id}`);
      return body.state === "done" && { status: body.status, body: body.body };
    },
    "a promised command is decided",
    60_000,
  );
}

describe("workers that come and go under load", function () {
  this.timeout(120_000);
  let world: World;
  let mails: MailServer;
  let people: Readonly<Record<Role, SignedIn>>;
  let staying: WorkerProcess;
  const processes: WorkerProcess[] = [];

  const start = async (): Promise<WorkerProcess> => {
    const started = await startWorkerProcess(world, mails.url);
    processes.push(started);
    return started;
  };

  const share = async ({ child }: WorkerProcess): Promise<number> =>
    (await partitionsByPid(world)).get(child.pid ?? 0) ?? 0;

  before(async () => {
    world = await newWorld();
    mails = await startMailServer();
    staying = await start();
    const baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
  });

  after(async () => {
    for (const { child, ended } of processes) {
      if (child.exitCode === null) child.kill("SIGKILL");
      await ended;
    }
    await mails.stop();
    await world.end();
  });

  it("OPS-2: a worker that joins takes its share, and hands it over on SIGTERM without a failed request", async () => {
    const load = new Load(people, 6);
    const leaving = await start();
    await until(async () => (await share(leaving)) > 0, "the second worker has its share");
    const shared = await share(leaving);
    await sleep(1_000);
    leaving.child.kill("SIGTERM");
    expect(await leaving.ended).to.equal(0);
    await sleep(1_000);
    await load.stop();
    expect(load.failures).to.deep.equal([]);
    expect(load.completed.size).to.be.greaterThan(20);
    expect(await share(staying)).to.be.greaterThan(shared);
    expect(load.slowestMs, "slowest answer").to.be.below(3_000);
    await expectBooks(load);
  });

  it("OPS-2 G2: after kill -9 of one worker the other carries on, and nothing is lost or doubled", async () => {
    const killed = await start();
    await until(async () => (await share(killed)) > 0, "the second worker has its share");
    const load = new Load(people, 6);
    await sleep(1_000);
    killed.child.kill("SIGKILL");
    await until(async () => (await share(killed)) === 0, "the other has taken over", 10_000);
    await sleep(1_500);
    await load.stop();
    expect(load.failures).to.deep.equal([]);
    await expectBooks(load);
  });

  it("G2 G3: a worker frozen past its lease, at any moment, is fenced when it comes back: nothing is lost or doubled", async () => {
    const frozen = await start();
    for (let time = 0; time < 3; time++) {
      await until(async () => (await share(frozen)) > 0, "the second worker has its share");
      const load = new Load(people, 6);
      await sleep(500 + 37 * time); // each time at another place of its work
      frozen.child.kill("SIGSTOP");
      await until(async () => (await share(frozen)) === 0, "the other has taken over", 10_000);
      frozen.child.kill("SIGCONT");
      await sleep(1_500);
      await load.stop();
      expect(load.failures).to.deep.equal([]);
      await expectBooks(load);
    }
  });

  it("PAY-1 PAY-3 DAY-5 G2: a worker frozen in the middle of a close and its receipts pays and mails nobody twice", async () => {
    const frozen = await start();
    await until(async () => (await share(frozen)) > 0, "the second worker has its share");
    const { firstDate } = world.company;
    const load = new Load(people, 6);
    await sleep(1_000);
    const { status } = await people.admin.api("POST", `/days/${firstDate}/close`);
    expect(status).to.be.oneOf([200, 202]);
    await until(async () => (await count("select from payouts")) > 0, "payouts begin");
    frozen.child.kill("SIGSTOP");
    await until(async () => (await share(frozen)) === 0, "the other has taken over", 10_000);
    frozen.child.kill("SIGCONT");
    await load.stop();
    await expectBooks(load);
    const paid = await count("select from entries where kind = 'payout'");
    expect(paid).to.be.greaterThan(0);
    expect(await count("select from payouts where state = 'settled'")).to.equal(paid);
    expect(await count("select distinct account_id from entries where kind = 'payout'")).to.equal(paid);
    await until(async () => new Set(messageIds()).size === paid, "everybody has a receipt");
    await sleep(1_000);
    // A mail that was under way when the worker froze may come again, by the same Message-ID: servers drop the second.
    expect(new Set(messageIds()).size).to.equal(paid);
  });

  const messageIds = () => mails.receipts.map(({ email }) => email.messageId);
  const count = async (sql: string) => (await world.pool.query(sql)).rowCount ?? 0;

  it("EDGE-4 G6: all of Redis wiped under load loses and doubles nothing, and the system mends itself", async () => {
    const load = new Load(people, 6);
    for (let time = 0; time < 3; time++) {
      await sleep(700);
      await world.redis.flushdb();
    }
    await sleep(700);
    await load.stop();
    // While a stream is missing a command is refused at once, and can be sent again; nothing else may go wrong.
    expect(load.failures.filter((failure) => !failure.includes(": 503 "))).to.deep.equal([]);
    expect(load.completed.size).to.be.greaterThan(20);
    await expectBooks(load);
  });

  /** The load's own books against the ledger: one fee for each task it created, one reward for each it completed. */
  async function expectBooks(load: Load): Promise<void> {
    await until(async () => isSettled(await readUnsettled(world.pool)), "everything is applied", 20_000);
    const { rows } = await world.pool.query<{ task_id: string; kind: string; count: number }>(
      "select task_id, kind, count(*) as count from entries where task_id = any($1::uuid[]) group by 1, 2",
      [[...load.created]],
    );
    const counts = (kind: string) => rows.filter((row) => row.kind === kind);
    expect(counts("fee").length, "tasks with a fee").to.equal(load.created.size);
    expect(
      counts("reward")
        .map((row) => row.task_id)
        .sort(),
      "tasks with a reward",
    ).to.deep.equal([...load.completed].sort());
    expect(
      rows.every((row) => row.count === 1),
      "one entry each",
    ).to.equal(true);
    const { rows: sums } = await world.pool.query<{ sum: string }>(
      "select (select sum(balance) from accounts) + (select sum(balance) from house_accounts) as sum",
    );
    expect(Number(sums[0]?.sum)).to.equal(0);
  }
});
