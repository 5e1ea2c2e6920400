import { expect } from "chai";
import pg from "pg";
import { postgresPool } from "../../../actors/runtime/postgres.ts";
import { redisFactory } from "../../../streams/connection.ts";
import { register, type Sender } from "../../support/client.ts";
import { until } from "../../support/world.ts";
import { append, creation } from "./said-by.ts";
import { Stage, sleep } from "./stage.ts";

describe("the life of a host", function () {
  this.timeout(120_000);
  let stage: Stage;

  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage.end());
  afterEach(() => stage.stopAll());

  const clients = async () =>
    Number(/connected_clients:(\d+)/.exec(await stage.world.redis.info("clients"))?.[1]);
  const noHost = async () => (await stage.count("select from hosts")) === 0;

  it("a start without Redis fails and says so, and leaves nothing running", async () => {
    const nowhere = redisFactory("redis://127.0.0.1:1/0", () => {});
    const made: ReturnType<typeof nowhere>[] = [];
    const connect: typeof nowhere = (use) => {
      const redis = nowhere(use);
      made.push(redis);
      return redis;
    };
    const host = stage.host({ connect });
    const error = await host.start().catch((failure: unknown) => failure);
    expect(String(error)).to.match(/Redis did not answer within \d+ ms/);
    expect(host.state).to.equal("stopped");
    expect(host.ownedCount).to.equal(0);
    let attempts = 0;
    for (const redis of made) redis.on("connecting", () => (attempts += 1));
    await sleep(700);
    expect(attempts, "it tries no more").to.equal(0);
    expect(await noHost()).to.equal(true);
  });

  it("a start without Postgres fails, and leaves nothing running", async () => {
    const before = await clients();
    const pool = postgresPool("postgres://nobody@127.0.0.1:1/none", 2, () => {});
    const host = stage.host({ pool });
    expect(await host.start().catch((failure: unknown) => failure)).to.be.instanceOf(Error);
    expect(host.state).to.equal("stopped");
    await until(async () => (await clients()) === before, "its connections are gone");
    await pool.end();
  });

  it("stop is one promise, however often it is called, and takes less than 2 s when idle", async () => {
    const before = await clients();
    const host = await stage.start();
    expect(host.ownedCount).to.equal(await stage.count("select from partitions"));
    const startedMs = performance.now();
    const first = host.stop();
    expect(host.stop()).to.equal(first);
    await first;
    expect(host.stop()).to.equal(first);
    expect(performance.now() - startedMs).to.be.below(2_000);
    expect(host.state).to.equal("stopped");
    expect(await noHost()).to.equal(true);
    expect(await stage.count("select from partitions where owner is not null")).to.equal(0);
    await until(async () => (await clients()) === before, "its connections are gone");
  });

  for (const delayMs of [0, 2, 8, 40]) {
    it(`a stop ${delayMs} ms into the start wins: no host, no lease, no connection is left`, async () => {
      const before = await clients();
      const host = stage.host();
      const starting = host.start().catch(() => undefined);
      await sleep(delayMs);
      await host.stop();
      await starting;
      await sleep(300); // a beat, if one were left
      expect(host.state).to.equal("stopped");
      expect(host.ownedCount).to.equal(0);
      expect(await noHost()).to.equal(true);
      expect(await stage.count("select from partitions where owner is not null")).to.equal(0);
      await until(async () => (await clients()) === before, "its connections are gone");
    });
  }

  it("a stop before the start is a stop", async () => {
    const host = stage.host();
    await host.stop();
    expect(host.state).to.equal("stopped");
  });

  it("G1 G2: Postgres connections killed under load: partitions are retaken, and nothing is lost or doubled", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const pool = postgresPool(stage.world.databaseUrl, 8, () => {});
    const admin = new pg.Client({ connectionString: stage.world.databaseUrl, application_name: "admin" });
    await admin.connect();
    try {
      await stage.start({ pool });
      const popug = await register(stage.world, "Popug");
      const sent = await loadWhileKilling(admin, popug);
      const settledMs = performance.now();
      await until(
        async () =>
          (await stage.count("select from commands where type = 'task.create' and accepted")) === sent,
        "all are decided",
        60_000,
      );
      await stage.settled();
      expect(performance.now() - settledMs, "ms to recover").to.be.below(8_000);
      expect(await stage.count("select from tasks")).to.equal(sent);
      expect(await stage.count("select from entries where kind = 'fee'")).to.equal(sent);
      expect(await stage.count("select distinct task_id from entries")).to.equal(sent);
      expect(await stage.count("select from dead_letters")).to.equal(0);
      expect(await stage.sum()).to.equal(0);
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off("unhandledRejection", note);
      await admin.end();
      await stage.stopAll();
      await pool.end();
    }
  });

  async function loadWhileKilling(admin: pg.Client, popug: Sender): Promise<number> {
    let sent = 0;
    for (let round = 0; round < 8; round++) {
      for (let n = 0; n < 40; n++) {
        await append(stage.world, "task-board", creation(`Task ${round}/${n}`, popug));
        sent += 1;
      }
      await sleep(round * 7); // each time at another place of a batch
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'ates' and pid <> pg_backend_pid()
            and query not like 'select from%'`,
      );
      await sleep(250);
    }
    return sent;
  }
});
