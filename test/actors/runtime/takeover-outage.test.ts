import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Redis } from "ioredis";
import type { Host } from "../../../actors/runtime/host.ts";
import { targetOf } from "../../../actors/runtime/placement.ts";
import { postgresPool } from "../../../actors/runtime/postgres.ts";
import { type EmbeddedServer, startRedis } from "../../../ops/embedded/redis.ts";
import { newUuid, type Uuid } from "../../../schemas/ids.ts";
import { type RedisFactory, ready, redisFactory } from "../../../streams/connection.ts";
import { streamKey } from "../../../streams/topology.ts";
import { HarmedPostgres } from "../../e2e/harmed-postgres.ts";
import { BreakableWire } from "../../http/breakable-wire.ts";
import { register, type Sender } from "../../support/client.ts";
import { newWorld, until } from "../../support/world.ts";
import { creation } from "./said-by.ts";
import { Stage, sleep } from "./stage.ts";

const BOARD = streamKey({ topic: "task-board", partition: 0 });
const log = { info: () => {}, warn: () => {}, error: () => {} };

/** Epochs by partition: what rises has changed hands, or was taken again. */
async function epochsOf(stage: Stage): Promise<ReadonlyMap<string, number>> {
  const rows = await stage.rows<{ name: string; epoch: number }>(
    "select kind || '/' || partition as name, epoch from partitions",
  );
  return new Map(rows.map(({ name, epoch }) => [name, epoch]));
}

function rises(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number[] {
  return [...after].map(([name, epoch]) => epoch - (before.get(name) ?? 0));
}

/** Until each of the hosts has what placement gives it, and no partition is on its way. */
async function placed(stage: Stage, ids: readonly Uuid[]): Promise<void> {
  await until(async () => {
    const rows = await stage.rows<{ name: string; owner: Uuid | null }>(
      "select kind || '/' || partition as name, owner from partitions",
    );
    return rows.every(({ name, owner }) => owner === targetOf(name, ids));
  }, "every partition is where it belongs");
}

describe("a host that is cut off", function () {
  this.timeout(120_000);
  let stage: Stage;
  let folder: string;
  let server: EmbeddedServer;
  let redis: Redis;
  let direct: RedisFactory;
  let popug: Sender;
  let total: number;
  let sent = 0;

  before(async () => {
    stage = await Stage.open();
    folder = await mkdtemp(join(tmpdir(), "ates-cut-off-"));
    server = await startRedis({ dataDir: join(folder, "0"), log });
    direct = redisFactory(server.url, () => {});
    redis = await ready(direct("commands"));
    const host = await stage.start({ connect: direct });
    popug = await register({ ...stage.world, redis, connect: direct }, "Popug");
    await host.stop();
    total = await stage.count("select from partitions");
  });
  after(async () => {
    await stage.end();
    redis.disconnect();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => stage.stopAll());

  /** Repeated by the same key until it is decided, as a client does it. */
  async function create(count: number): Promise<void> {
    sent += count;
    const one = async () => {
      const id = newUuid();
      const isDecided = async () =>
        (await stage.count("select from commands where id = $1 and state = 'done'", [id])) === 1;
      for (let tries = 0; tries < 30; tries++) {
        await redis
          .xadd(BOARD, "NOMKSTREAM", "*", "e", creation("Carry on", popug, id))
          .catch(() => undefined);
        if (await until(isDecided, "decided", 1_000).catch(() => false)) return;
      }
      throw new Error("a command was never decided");
    };
    await Promise.all(Array.from({ length: count }, one));
  }

  async function expectBooks(): Promise<void> {
    await create(10);
    await stage.settled(20_000);
    expect(await stage.count("select from tasks")).to.equal(sent);
    expect(await stage.count("select from entries where kind = 'fee'")).to.equal(sent);
    expect(await stage.count("select distinct task_id from entries")).to.equal(sent);
    expect(await stage.count("select from dead_letters")).to.equal(0);
    expect(await stage.sum()).to.equal(0);
  }

  for (const harm of ["cut", "hang"] as const) {
    it(`OPS-2: a host whose Redis ${harm === "cut" ? "is cut off" : "hangs"} gives up to those who reach it, takes nothing, and joins again`, async () => {
      const { wire, url } = await BreakableWire.before(server.url);
      const ids = [newUuid(), newUuid()] as const;
      const whole = await stage.start({ id: ids[0], connect: direct });
      const lame = await stage.start({ id: ids[1], connect: redisFactory(url, () => {}) });
      await placed(stage, ids);
      wire[harm]();
      await create(10);
      await until(async () => whole.ownedCount === total, "the other has everything", 20_000);
      expect(lame.ownedCount).to.equal(0);
      await expectBooks();

      await whole.stop();
      await sleep(1_000);
      expect(lame.ownedCount, "it takes nothing without Redis").to.equal(0);
      expect(lame.state, "it waits").to.equal("running");
      wire.mend();
      await until(async () => lame.ownedCount === total, "it joins again", 20_000);
      await expectBooks();
      await stage.stopAll();
      await wire.close();
    });
  }

  it("EDGE-4: Redis away for everybody for longer than a lease moves no partition", async () => {
    const ids = [newUuid(), newUuid()];
    for (const id of ids) await stage.start({ id, connect: direct });
    await placed(stage, ids);
    const before = await epochsOf(stage);
    const { port } = server;
    await server.stop();
    await sleep(stage.world.config.leaseTtlMs * 2);
    server = await startRedis({ dataDir: join(folder, "1"), log, port });
    await ready(redis);
    await expectBooks();
    await sleep(1_000);
    expect(rises(before, await epochsOf(stage)).filter((rise) => rise > 0)).to.deep.equal([]);
  });

  it("G1 G2: a host that reaches Redis but not Postgres commits nothing, and the others have its share after the lease", async () => {
    const { wire, url } = await BreakableWire.before(stage.world.databaseUrl);
    const pool = postgresPool(url, 8, () => {});
    const ids = [newUuid(), newUuid()] as const;
    const whole = await stage.start({ id: ids[0], connect: direct });
    await stage.start({ id: ids[1], connect: direct, pool });
    await placed(stage, ids);
    wire.cut();
    await create(20);
    await placed(stage, ids.slice(0, 1));
    await expectBooks();
    wire.mend();
    await until(async () => whole.ownedCount < total, "it joins again", 20_000);
    await placed(stage, ids);
    await expectBooks();
    await stage.stopAll();
    await pool.end();
    await wire.close();
  });
});

describe("Postgres away for longer than a lease", function () {
  this.timeout(120_000);
  let postgres: HarmedPostgres;
  let stage: Stage;
  const hosts: Host[] = [];
  const ids = [newUuid(), newUuid(), newUuid()];

  before(async () => {
    postgres = await HarmedPostgres.start();
    stage = new Stage(await newWorld({}, Date.now(), postgres.url));
  });
  after(async () => {
    await stage?.end();
    await postgres?.end();
  });

  const ownersOf = () => stage.rows("select kind, partition, owner from partitions order by kind, partition");

  it("OPS-2 G2: of three hosts none steals from another when it is back; idle partitions are not even taken again", async () => {
    for (const id of ids) hosts.push(await stage.start({ id }));
    const popug = await register(stage.world, "Popug");
    await placed(stage, ids);
    await stage.settled();
    for (let outage = 0; outage < 2; outage++) {
      const [before, owners] = [await epochsOf(stage), await ownersOf()];
      await postgres.stop();
      // What comes meanwhile finds no Postgres: its partition is taken again when there is one.
      const busy = outage === 1;
      if (busy) await stage.world.redis.xadd(BOARD, "*", "e", creation("While it is away", popug));
      await sleep(stage.world.config.leaseTtlMs * 2);
      await postgres.startAgain();
      await until(
        async () => (await stage.count("select from hosts where beat_at > now() - interval '1 s'")) === 3,
        "all beat again",
      );
      await sleep(stage.world.config.leaseTtlMs * 2);
      expect(await ownersOf()).to.deep.equal(owners);
      const risen = rises(before, await epochsOf(stage));
      expect(Math.max(...risen)).to.equal(busy ? 1 : 0);
      expect(risen.filter((rise) => rise > 0)).to.have.length(busy ? 1 : 0);
    }
    await until(async () => (await stage.count("select from tasks")) === 1, "the command is decided");
    await stage.settled();
  });

  it("OPS-2: a host that died while Postgres was away is taken over when those who live have been heard", async () => {
    await postgres.stop();
    await hosts[0]?.stop();
    await postgres.startAgain();
    await placed(stage, ids.slice(1));
  });
});
