import { expect } from "chai";
import { awaitSettled } from "../../ops/lag.ts";
import { createEdgeRole } from "../../ops/roles/edge.ts";
import { newUuid } from "../../schemas/ids.ts";
import { type Api, apiOf, type Response, signIn } from "../support/api.ts";
import { PASSWORD, type SignedIn, signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";
import { HarmedPostgres } from "./harmed-postgres.ts";

/** Half of what a request would wait at least, if it waited: for a free connection of the edge's pool. */
const WAITS_MS = 500;
const RESUMES_MS = 20_000;

describe("Postgres away", function () {
  this.timeout(120_000);
  let postgres: HarmedPostgres;
  let world: World;
  let baseUrl: string;
  let people: Readonly<Record<string, SignedIn>>;
  let anyone: Api;

  before(async () => {
    postgres = await HarmedPostgres.start();
    world = await newWorld({}, Date.now(), postgres.url);
    await world.worker();
    baseUrl = await world.edge();
    anyone = apiOf(baseUrl);
    people = await signInAll(world, baseUrl);
  });
  after(async () => {
    await world?.end();
    await postgres?.end();
  });

  const by = (role: string): Api => people[role]?.api as Api;
  const create = (headers: Record<string, string> = {}) =>
    by("manager")("POST", "/tasks", { title: "Sell the boat" }, headers);
  const operations: Readonly<Record<string, () => Promise<Response>>> = {
    "a list": () => by("employee")("GET", "/tasks"),
    "an account": () => by("employee")("GET", `/accounts/${people.employee?.id}`),
    analytics: () => by("admin")("GET", "/analytics/negative"),
    "a command": () => create(),
    "a repeatable command": () => create({ "idempotency-key": newUuid() }),
    "a command's state": () => by("employee")("GET", `/commands/${newUuid()}`),
    "a log-in": () => anyone("POST", "/auth/login", { email: "manager@test.local", password: "wrong" }),
  };

  /** Asks everything, some of it at the same time, and answers the slowest refusal's milliseconds. */
  async function expectRefusals(): Promise<number> {
    let slowestMs = 0;
    const expectRefusal = async (name: string, operation: () => Promise<Response>) => {
      const startedMs = performance.now();
      const { status, headers, body } = await operation();
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      expect([status, body.code], name).to.deep.equal([503, "unavailable"]);
      expect(Number(headers.get("retry-after")), name).to.be.at.least(1);
    };
    for (const [name, operation] of Object.entries(operations)) {
      await Promise.all([1, 2, 3].map(() => expectRefusal(name, operation)));
    }
    expect(slowestMs, "the slowest refusal, in ms").to.be.below(WAITS_MS);
    return slowestMs;
  }

  /** Until each operation is refused: those that were under way when it began have been let go of. */
  async function refused(): Promise<void> {
    for (const [name, operation] of Object.entries(operations)) {
      await until(async () => (await operation()).status === 503, `${name} is refused`);
    }
  }

  async function resumed(): Promise<number> {
    const startedMs = performance.now();
    await until(async () => (await create()).status === 201, "commands are decided again", RESUMES_MS);
    for (const [name, operation] of Object.entries(operations)) {
      await until(async () => (await operation()).status < 500, `${name} is served again`, RESUMES_MS);
    }
    const { rows } = await world.pool.query("select reason from dead_letters");
    expect(rows).to.deep.equal([]);
    return performance.now() - startedMs;
  }

  const FAILURES: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
    "is stopped": async () => {
      await postgres.stop();
      return () => postgres.startAgain();
    },
    "stands still": async () => {
      postgres.freeze();
      return async () => postgres.thaw();
    },
    "swallows what it is sent": async () => {
      postgres.wire.hang();
      return async () => postgres.wire.mend();
    },
    "is cut off": async () => {
      postgres.wire.cut();
      return async () => postgres.wire.mend();
    },
    "has no connection left": () => postgres.takeAllConnections(),
  };

  for (const [failure, fail] of Object.entries(FAILURES)) {
    it(`EDGE-3: when it ${failure}, reads, commands and log-in are refused at once, and go on by themselves`, async function () {
      const mend = await fail();
      try {
        await refused();
        const slowestMs = await expectRefusals();
        tell(this, `slowest refusal ${slowestMs.toFixed(0)} ms`);
      } finally {
        await mend();
      }
      tell(this, `all is served again after ${(await resumed()).toFixed(0)} ms`);
    });
  }

  it("EDGE-3: when it ends every session, nothing but requests under way is refused", async () => {
    await postgres.endSessions();
    await resumed();
  });

  it("EDGE-3: reads go on from a replica while the primary is away", async () => {
    const replica = new URL(world.databaseUrl);
    replica.port = String(postgres.server.port);
    const config = { ...world.config, readDatabaseUrl: replica.href };
    const { edge, close } = createEdgeRole({ ...world, config, metrics: { observeRequest: () => {} } });
    const { port } = await edge.listen(0, "127.0.0.1");
    const api = await signIn(`http://127.0.0.1:${port}`, "manager@test.local", PASSWORD);
    const title = "Sell the boat";
    expect((await api("POST", "/tasks", { title })).status).to.equal(201);
    postgres.wire.cut();
    try {
      await until(
        async () => (await api("POST", "/tasks", { title })).status === 503,
        "commands are refused",
      );
      expect((await api("GET", "/tasks")).status).to.equal(200);
    } finally {
      postgres.wire.mend();
    }
    await until(
      async () => (await api("POST", "/tasks", { title })).status === 201,
      "it is back",
      RESUMES_MS,
    );
    await close();
  });

  it("EDGE-2 G1: commands under way in a restart end as a success, a promise or a refusal; what succeeded is there, once", async () => {
    const senders: Sender[] = [];
    const sending: Promise<void>[] = [];
    const begin = (count: number) => {
      for (let index = 0; index < count; index++) {
        const sender = new Sender(index % 2 === 0 ? by("manager") : by("employee"));
        senders.push(sender);
        sending.push(sender.run());
      }
    };
    begin(12);
    for (let restart = 0; restart < 2; restart++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await postgres.stop();
      await new Promise((resolve) => setTimeout(resolve, 300));
      begin(1); // the others may all wait for a command that was under way when it stopped
      await new Promise((resolve) => setTimeout(resolve, 200));
      await postgres.startAgain();
      await resumed();
    }
    for (const sender of senders) sender.stop();
    await Promise.all(sending);
    const answers = senders.flatMap((sender) => sender.answers);
    expect(answers.map(({ status }) => status)).to.satisfy((all: number[]) =>
      all.every((status) => [201, 202, 503].includes(status)),
    );
    expect(answers.filter(({ status }) => status === 201).length).to.be.greaterThan(20);
    expect(answers.filter(({ status }) => status === 503).length).to.be.greaterThan(0);
    for (const { key, title, api } of answers) {
      await until(async () => (await send(api, key, title)).status === 201, `${title} is decided`);
    }
    await awaitSettled(world.pool, RESUMES_MS);
    const { rows } = await world.pool.query(
      "select title, count(*) as count from tasks where title like 'Sent %' group by title",
    );
    expect(rows.filter(({ count }) => count !== 1)).to.deep.equal([]);
    expect(rows.length).to.equal(answers.length);
    expect((await world.pool.query("select from dead_letters")).rowCount).to.equal(0);
  });
});

/** A measured figure, beside the fact. */
function tell({ test }: Mocha.Context, figure: string): void {
  if (test !== undefined) test.title += ` (${figure})`;
}

interface Sent {
  readonly api: Api;
  readonly key: string;
  readonly title: string;
  readonly status: number;
}

/** Sends one command after the other, each with a key and a title of its own, and never the same twice. */
class Sender {
  readonly answers: Sent[] = [];
  readonly #api: Api;
  #running = true;

  constructor(api: Api) {
    this.#api = api;
  }

  stop(): void {
    this.#running = false;
  }

  async run(): Promise<void> {
    while (this.#running) {
      const key = newUuid();
      const title = `Sent ${key}`;
      const { status } = await send(this.#api, key, title);
      this.answers.push({ api: this.#api, key, title, status });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function send(api: Api, key: string, title: string): Promise<Response> {
  return api("POST", "/tasks", { title }, { "idempotency-key": key });
}
