import { trace } from "@opentelemetry/api";
import { expect } from "chai";
import { noMetrics } from "../../actors/runtime/metrics.ts";
import { createWorker } from "../../ops/roles/worker.ts";
import type { Kind } from "../../streams/topology.ts";
import type { Api, Response } from "../support/api.ts";
import { signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";

const FACTS_MAX = 10;
const AGE_MS_MAX = 1_000;

describe("back-pressure from what is behind the edge", function () {
  this.timeout(120_000);
  let world: World;
  let api: Api;
  /** A worker of some kinds alone; one at a time, for each host counts on the others to have every kind. */
  let part: ReturnType<typeof createWorker>;

  before(async () => {
    world = await newWorld({
      ATES_FACTS_BEHIND_MAX: String(FACTS_MAX),
      ATES_COMMAND_AGE_MS_MAX: String(AGE_MS_MAX),
    });
    part = await startPart("directory", "task-board");
    api = (await signInAll(world, await world.edge())).manager.api;
  });
  after(async () => {
    await part.stop();
    await world.end();
  });

  async function startPart(...kinds: Kind[]) {
    const tracer = trace.getTracer("test");
    const worker = createWorker({
      ...world,
      gateways: {},
      tracer,
      metrics: noMetrics,
      kinds: new Set(kinds),
    });
    await worker.start();
    return worker;
  }

  const create = (headers: Record<string, string> = {}): Promise<Response> =>
    api("POST", "/tasks", { title: "Count the seeds" }, headers);
  const refused = (headers: Record<string, string> = {}) =>
    until(async () => (await create(headers)).status === 503, "commands are refused");
  const decided = () => until(async () => (await create()).status === 201, "commands are decided");

  it("EDGE-3: the board takes no commands while accounts are too far behind with its facts, and then goes on", async () => {
    for (let task = 0; task <= FACTS_MAX; task++) await create();
    await refused();
    const { rows } = await world.pool.query("select count(*) as count from outbox where topic = 'tasks'");
    expect((await create()).status).to.equal(503);
    expect(
      (await world.pool.query("select count(*) as count from outbox where topic = 'tasks'")).rows,
    ).to.deep.equal(rows);
    expect((await api("GET", "/tasks")).status).to.equal(200);
    expect((await api("PATCH", "/me", { locale: "ru" })).status, "the directory").to.equal(200);
    await part.stop();
    part = await startPart("directory", "task-board", "account");
    await decided();
  });

  it("EDGE-3: a topic whose oldest command is too old takes no more, promised ones counted, and then goes on", async () => {
    await part.stop();
    const promised = { prefer: "respond-async" };
    const { body } = await create(promised);
    await refused(promised);
    part = await startPart("directory", "task-board", "account");
    await decided();
    await until(
      async () => (await api("GET", `/commands/${body.id}`)).body.status === 201,
      "the promise is kept",
    );
    const pending = "select from commands where state = 'pending'";
    await until(async () => (await world.pool.query(pending)).rowCount === 0, "every promise is kept");
  });
});
