import { expect } from "chai";
import pg from "pg";
import type { Browser } from "playwright-core";
import { openBrowser } from "../../bench/chromium.ts";
import { buildWeb } from "../../ops/build-web.ts";
import { awaitSettled } from "../../ops/lag.ts";
import { createEdgeRole, type RunningEdge } from "../../ops/roles/edge.ts";
import { findings } from "../../ops/verify/verify-ledger.ts";
import { newUuid } from "../../schemas/ids.ts";
import { FeedListener } from "../http/feed-reading.ts";
import { type Api, apiOf, type Response } from "../support/api.ts";
import { Visitor } from "../support/browser.ts";
import { type EdgeProcess, startEdgeProcess } from "../support/edge-process.ts";
import { PASSWORD, type SignedIn, signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";
import { HarmedPostgres } from "./harmed-postgres.ts";

const RESUMES_MS = 30_000;
/** By then every edge has noticed; only what is written below the test's title depends on it. */
const KNOWN_MS = 200;

/** Two servers, one following the other by streaming replication, and two edges that read from the second. */
describe("a replica of Postgres", function () {
  this.timeout(120_000);
  let postgres: HarmedPostgres;
  let replica: Awaited<ReturnType<HarmedPostgres["replica"]>>;
  let replay: pg.Client;
  let world: World;
  let people: Readonly<Record<string, SignedIn>>;
  let anotherEdge: string;
  let boardUrl: string;
  const edges: RunningEdge[] = [];
  let browser: Browser | undefined;
  let stopLoad: (() => Promise<unknown>) | undefined;
  let late: EdgeProcess | undefined;

  before(async () => {
    await buildWeb();
    postgres = await HarmedPostgres.start();
    world = await newWorld({}, Date.now(), postgres.url);
    await world.worker();
    replica = await postgres.replica();
    replay = new pg.Client({ connectionString: replica.url });
    await replay.connect();
    [boardUrl, anotherEdge] = [await edge(), await edge()];
    people = await signInAll(world, boardUrl);
  });
  after(async () => {
    await stopLoad?.().catch(() => undefined);
    await late?.stop();
    await browser?.close();
    for (const each of edges) await each.close();
    await world?.end();
    await replay?.end();
    await replica?.stop();
    await postgres?.end();
  });

  async function edge(): Promise<string> {
    const config = { ...world.config, readDatabaseUrl: replicaUrl() };
    const running = createEdgeRole({ ...world, config, metrics: { observeRequest: () => {} } });
    edges.push(running);
    const { port } = await running.edge.listen(0, "127.0.0.1");
    return `http://127.0.0.1:${port}`;
  }

  const replicaUrl = () => Object.assign(new URL(world.databaseUrl), { port: String(replica.port) }).href;
  const by = (role: string): Api => people[role]?.api as Api;
  const create = (title = "Sell the boat") => by("manager")("POST", "/tasks", { title });
  const pause = () => replay.query("select pg_wal_replay_pause()");
  const resume = () => replay.query("select pg_wal_replay_resume()");

  it("EDGE-3: who has written reads it at once, on this edge and on any other; the others read what the replica has", async () => {
    const elsewhere = apiOf(anotherEdge, people.manager?.token);
    await until(
      async () => (await by("employee")("GET", "/tasks")).status === 200,
      "the replica has the people",
    );
    await pause();
    const { body: task, headers } = await create();
    const cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
    const path = `/tasks/${task.id}`;
    expect((await by("manager")("GET", path)).body.version, "the author").to.equal(task.version);
    expect((await by("employee")("GET", path)).status, "another person").to.equal(404);
    expect((await elsewhere("GET", path, undefined, { cookie })).status, "another edge").to.equal(200);
    await resume();
    await until(async () => (await by("employee")("GET", path)).status === 200, "the replica has it");
    expect((await by("employee")("GET", path)).headers.has("ates-as-of")).to.equal(false);
  });

  it("EDGE-3: what the feed tells can be read from the replica when it is heard", async () => {
    const listener = await FeedListener.open(boardUrl, people.employee?.token ?? "");
    await pause();
    const { body: task } = await create("Paint the boat");
    const heard = () => listener.events.some(({ data }) => data.id === task.id);
    expect(heard(), "before it can be read").to.equal(false);
    await resume();
    await until(async () => heard(), "it is told");
    expect((await by("employee")("GET", `/tasks/${task.id}`)).status).to.equal(200);
    listener.close();
  });

  it("EDGE-3: the primary is killed under load: reads answer as of a time, also of an edge that starts then, writes are refused at once, all resumes, nothing is lost", async function () {
    const quiet = apiOf(await edge(), people.admin?.token); // an edge that has seen no token yet
    const visitor = await readerOf(boardUrl);
    const program = apiOf(anotherEdge, await tokenOfProgram());
    const load = new Load(by("manager"), by("employee"));
    stopLoad = () => load.stop();
    await until(async () => load.written.length > 10, "the load has begun");
    await postgres.kill();
    await new Promise((resolve) => setTimeout(resolve, KNOWN_MS)); // who was on the way to it waits for its return
    load.phase = "away";
    await until(async () => load.refused.length > 0, "writes are refused");
    await until(async () => (await quiet("GET", "/me")).headers.has("ates-as-of"), "it has noticed");
    for (const path of ["/me", "/tasks", "/accounts", "/analytics/today", "/views", "/days"]) {
      const { status, headers } = await quiet("GET", path);
      expect(status, path).to.equal(200);
      expect(Date.parse(headers.get("ates-as-of") ?? ""), path).to.be.within(Date.now() - 60_000, Date.now());
    }
    expect((await program("GET", "/tasks")).status, "a program's token").to.equal(200);
    if (visitor !== undefined) await isToldOfReadOnly(visitor);
    const login = await apiOf(boardUrl)("POST", "/auth/login", {
      email: "admin@test.local",
      password: PASSWORD,
    });
    expect(login.status).to.equal(503);
    const starter = await startsWithoutPrimary();
    await until(async () => load.reads.length > 100 && load.refused.length > 20, "some time passes");
    load.phase = "back";
    await postgres.startAgain();
    await until(async () => (await create()).status === 201, "commands are decided again", RESUMES_MS);
    await load.stop();
    expect(load.reads.filter(({ status }) => status !== 200)).to.deep.equal([]);
    await until(
      async () => (await starter("POST", "/tasks", { title: "Oars" })).status === 201,
      "it decides, too",
    );
    const isOfNow = async () => !(await by("employee")("GET", "/tasks")).headers.has("ates-as-of");
    await until(isOfNow, "reads are of now");
    await visitor?.page.getByText("Только чтение").waitFor({ state: "detached" });
    tell(
      this,
      `${load.written.length} written, ${load.reads.length} reads, ${load.refused.length} refused, slowest after ${load.slowestMs} ms`,
    );
    await nothingIsLost(load.written);
  });

  /** As after a fail of the machine that held both. */
  async function startsWithoutPrimary(): Promise<Api> {
    late = await startEdgeProcess(world, { READ_DATABASE_URL: replicaUrl() });
    const api = apiOf(late.baseUrl, people.manager?.token);
    const { status, headers } = await api("GET", "/tasks");
    expect([status, headers.has("ates-as-of")]).to.deep.equal([200, true]);
    const startedMs = performance.now();
    const refused = await api("POST", "/tasks", { title: "Nobody decides" });
    expect([refused.status, refused.body.code]).to.deep.equal([503, "unavailable"]);
    expect(performance.now() - startedMs, "long before a command's deadline").to.be.below(4_000);
    return api;
  }

  async function tokenOfProgram(): Promise<string> {
    const wish = { name: "A robot", scopes: ["read"], expiresInDays: 1 };
    const { status, body } = await by("manager")("POST", "/me/tokens", wish);
    expect(status).to.equal(201);
    return body.token;
  }

  /** A person at the board, where there is a browser. */
  async function readerOf(url: string): Promise<Visitor | undefined> {
    browser = await openBrowser();
    if (browser === undefined) return undefined;
    const visitor = await Visitor.at(browser, url);
    await visitor.signIn("employee@test.local", PASSWORD);
    return visitor;
  }

  async function isToldOfReadOnly(visitor: Visitor): Promise<void> {
    const { page } = visitor;
    await visitor.turnTo("/account");
    await page.getByText(/^Read-only, as of .*\d\d:\d\d.*\. Nothing can be changed/).waitFor();
    await page.reload(); // and who comes anew with the session's cookie is let in to read
    await page.getByText(/^Read-only, as of /).waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Русский" }).first().click();
    await page.getByText(/^Только чтение, данные на .*\d\d:\d\d\. Сейчас/).waitFor();
  }

  async function nothingIsLost(written: readonly string[]): Promise<void> {
    await awaitSettled(world.pool, RESUMES_MS);
    const { rows } = await world.pool.query<{ title: string }>("select title from tasks");
    const titles = rows.map(({ title }) => title);
    expect(written.filter((title) => titles.filter((each) => each === title).length !== 1)).to.deep.equal([]);
    const broken = (await Array.fromAsync(findings(world.pool, world.company))).filter(
      ({ verdict }) => verdict !== "ok",
    );
    expect(broken).to.deep.equal([]);
  }
});

/** Writes and reads without a pause, until it is stopped. */
class Load {
  phase: "up" | "away" | "back" = "up";
  readonly written: string[] = [];
  readonly refused: Response[] = [];
  readonly reads: Response[] = [];
  slowestMs = 0;
  #isRunning = true;
  readonly #ended: Promise<unknown>;

  constructor(writer: Api, reader: Api) {
    this.#ended = Promise.all([1, 2, 3].flatMap(() => [this.#write(writer), this.#read(reader)]));
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#ended;
  }

  async #write(api: Api): Promise<void> {
    while (this.#isRunning) {
      const title = `Written ${newUuid()}`;
      const [phase, startedMs] = [this.phase, performance.now()];
      const response = await api("POST", "/tasks", { title });
      if (response.status === 201) this.written.push(title);
      else if (phase === "away") this.#refuse(response, performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #refuse(response: Response, ms: number): void {
    expect([response.status, response.body.code]).to.deep.equal([503, "unavailable"]);
    expect(Number(response.headers.get("retry-after"))).to.be.at.least(1);
    this.refused.push(response);
    this.slowestMs = Math.max(this.slowestMs, Math.round(ms));
  }

  async #read(api: Api): Promise<void> {
    while (this.#isRunning) {
      this.reads.push(await api("GET", "/tasks"));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** A measured figure, beside the fact. */
function tell({ test }: Mocha.Context, figure: string): void {
  if (test !== undefined) test.title += ` (${figure})`;
}
