import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Redis } from "ioredis";
import { targetOf } from "../../../actors/runtime/placement.ts";
import { type EmbeddedServer, startRedis } from "../../../ops/embedded/redis.ts";
import { newUuid, type Uuid } from "../../../schemas/ids.ts";
import { type RedisFactory, ready, redisFactory } from "../../../streams/connection.ts";
import { ALL_KINDS, groupsOf, marksKey, streamKey, type TopicPartition } from "../../../streams/topology.ts";
import { BreakableWire } from "../../http/breakable-wire.ts";
import { register, type Sender } from "../../support/client.ts";
import { until, type World } from "../../support/world.ts";
import { creation } from "./said-by.ts";
import { Stage, sleep } from "./stage.ts";

const BOARD = streamKey({ topic: "task-board", partition: 0 });
const log = { info: () => {}, warn: () => {}, error: () => {} };

/** How long mending may take on a busy machine; how fast it is, a bench tells. */
const MENDED_MS = 40_000;

describe("a wire that loses things", function () {
  this.timeout(120_000);
  let stage: Stage;
  let folder: string;
  let server: EmbeddedServer;
  let wire: BreakableWire;
  let redis: Redis;
  let popug: Sender;
  let created = 0;
  let withoutRedis: Promise<[code: number | null, said: string]>;

  before(async () => {
    stage = await Stage.open();
    withoutRedis = startWithoutRedis();
    folder = await mkdtemp(join(tmpdir(), "ates-lost-redis-"));
    server = await startRedis({ dataDir: join(folder, "0"), log });
    const hanging = await BreakableWire.before(server.url);
    wire = hanging.wire;
    redis = await ready(redisFactory(server.url, () => {})("commands"));
    const [one, other] = sharing();
    await stage.start({ id: one, connect: redisFactory(server.url, () => {}) });
    await stage.start({ id: other, connect: redisFactory(hanging.url, () => {}) });
    popug = await register(worldOn(redis, stage.world.connect), "Popug");
    await create(20);
  });

  after(async () => {
    await stage.end();
    await wire.close();
    redis.disconnect();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Two hosts of which the other, whose connections will hang, holds the board and some accounts. */
  function sharing(): [one: Uuid, other: Uuid] {
    for (;;) {
      const ids: [Uuid, Uuid] = [newUuid(), newUuid()];
      const owners = [0, 1, 2, 3].map((partition) => targetOf(`account/${partition}`, ids));
      if (targetOf("task-board/0", ids) === ids[1] && new Set(owners).size === 2) return ids;
    }
  }

  /** The stage's world, with its commands on this test's own Redis. */
  const worldOn = (own: Redis, connect: RedisFactory): World => ({ ...stage.world, redis: own, connect });

  /** Commands as a client repeats them: by the same key, until one is decided. */
  async function create(count: number): Promise<void> {
    created += count;
    await Promise.all(Array.from({ length: count }, (_, n) => createOne(`Task ${created}/${n}`)));
  }

  async function createOne(title: string): Promise<void> {
    const id = newUuid();
    const envelope = creation(title, popug, id);
    for (let tries = 0; tries < 30; tries++) {
      await redis.xadd(BOARD, "NOMKSTREAM", "*", "e", envelope).catch(() => undefined);
      const decided = await until(() => isDecided(id), "decided", 1_000).catch(() => false);
      if (decided) return;
    }
    throw new Error(`${title} was never decided`);
  }

  const isDecided = async (id: string) =>
    (await stage.count("select from commands where id = $1 and state = 'done'", [id])) === 1;

  /** Nothing is under way, and the ledger is what this test's own books say. */
  async function expectMended(): Promise<void> {
    await create(10);
    await stage.settled(MENDED_MS);
    expect(await stage.count("select from tasks")).to.equal(created);
    expect(await stage.count("select from entries where kind = 'fee'")).to.equal(created);
    expect(await stage.count("select distinct task_id from entries")).to.equal(created);
    expect(await stage.count("select from dead_letters")).to.equal(0);
    expect(await stage.sum()).to.equal(0);
  }

  const taskStreams = (): TopicPartition[] =>
    Array.from({ length: stage.world.company.partitions }, (_, partition) => ({ topic: "tasks", partition }));

  it("EDGE-4 G6: FLUSHALL in the middle of a load, three times: all is applied once", async () => {
    for (let time = 0; time < 3; time++) {
      const load = create(30);
      await sleep(20 + 40 * time);
      await redis.flushall();
      await load;
    }
    await expectMended();
  });

  it("G6: streams of facts evicted, their marks left: they come again", async () => {
    const load = create(30);
    await sleep(15);
    await redis.del(taskStreams().map(streamKey));
    await load;
    await expectMended();
  });

  it("G6: a tail lost, as by a restore of an older file: it comes again", async () => {
    const keys = taskStreams().flatMap((at) => [streamKey(at), marksKey(at)]);
    for (const key of keys) await redis.copy(key, `${key}:older`, "REPLACE");
    const load = create(30);
    await sleep(25);
    for (const key of keys) await redis.copy(`${key}:older`, key, "REPLACE");
    await load;
    await expectMended();
  });

  it("G6: the marks of publishing lost alone: nothing is doubled", async () => {
    const load = create(30);
    await sleep(15);
    await redis.del(taskStreams().map(marksKey));
    await load;
    await expectMended();
  });

  it("EDGE-4 G6: every connection of one host hangs: it makes new ones, and all is applied", async () => {
    const load = create(30);
    await sleep(15);
    wire.abandon();
    await load;
    await expectMended();
  });

  it("G5: a hole before a long backlog: the backlog is read, the hole is sent again, and nothing waits for it", async () => {
    await stage.stopAll();
    const connect = redisFactory(server.url, () => {});
    await stage.start({ connect, kinds: ALL_KINDS.filter((kind) => kind !== "account") });
    await create(700);
    for (const at of taskStreams()) {
      const [first] = await redis
        .xrevrange(streamKey(at), "+", "-", "COUNT", 200)
        .then((all) => all.slice(-1));
      if (first !== undefined) await redis.xdel(streamKey(at), first[0]);
    }
    await stage.stopAll(); // placement expects every host to own every kind
    await stage.start({ connect });
    await expectMended();
    await until(async () => (await pendingCount()) === 0, "nothing is left pending", MENDED_MS);
  });

  async function pendingCount(): Promise<number> {
    const counts = await Promise.all(
      taskStreams().map(async (at) => ((await redis.xpending(streamKey(at), "account")) as [number])[0]),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  it("EDGE-4 G6: Redis restarted without its data: all is applied after it is back", async () => {
    const { port } = server;
    const load = create(30);
    await sleep(15);
    await server.stop();
    await sleep(1_000);
    server = await startRedis({ dataDir: join(folder, "1"), log, port });
    const backMs = performance.now();
    await load;
    await expectMended();
    expect(performance.now() - backMs, "ms after it was back").to.be.below(6_000);
  });

  it("G6: groups of consumers lost, their streams left: they are made again where Postgres knows, and nothing is doubled", async () => {
    const load = create(30);
    await sleep(15);
    for (const at of taskStreams())
      for (const kind of groupsOf(at.topic)) await redis.xgroup("DESTROY", streamKey(at), kind);
    await redis.xgroup("DESTROY", BOARD, "task-board");
    await load;
    await expectMended();
  });

  it("EDGE-4 G6: Redis brought back from an older copy of all its data: what came since comes again, once", async () => {
    const { port } = server;
    const [data, older] = [join(folder, "1"), join(folder, "older")];
    await server.stop();
    await cp(data, older, { recursive: true });
    server = await startRedis({ dataDir: data, log, port });
    await create(30);
    const load = create(30);
    await sleep(25);
    await server.stop();
    server = await startRedis({ dataDir: older, log, port });
    await load;
    await expectMended();
  });

  it("OPS-2: a worker that finds no Redis says so and ends: its supervisor can begin it anew", async () => {
    expect(await withoutRedis).to.deep.equal([1, "ates: Redis did not answer within 5000 ms\n"]);
  });

  /** Takes its time: it runs beside the other tests. */
  function startWithoutRedis(): Promise<[code: number | null, said: string]> {
    const child = spawn(process.execPath, ["main.ts", "worker"], {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      env: {
        ...process.env,
        DATABASE_URL: stage.world.databaseUrl,
        REDIS_URL: "redis://127.0.0.1:1",
        SMTP_URL: "smtp://127.0.0.1:1",
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const deadline = setTimeout(() => child.kill("SIGKILL"), 30_000);
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    return new Promise((resolve) =>
      child.on("close", (code) => {
        clearTimeout(deadline);
        resolve([code, said]);
      }),
    );
  }
});
