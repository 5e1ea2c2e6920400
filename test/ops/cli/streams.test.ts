import { expect } from "chai";
import { awaitSettled } from "../../../ops/lag.ts";
import {
  ALL_KINDS,
  ALL_TOPICS,
  groupsOf,
  KINDS,
  partitionsOf,
  streamKey,
  TOPICS,
} from "../../../streams/topology.ts";
import { ADMIN, ask, commandEnvelope, register } from "../../support/client.ts";
import { newWorld, until, type World } from "../../support/world.ts";
import { runAtes } from "./run-ates.ts";

interface Status {
  streams: {
    stream: string;
    length: number | null;
    groups: { group: string; lag: number; commands: number | null }[];
  }[];
  partitions: {
    kind: string;
    partition: number;
    epoch: number;
    owner: string | null;
    isAlive: boolean;
    outboxRows: number;
  }[];
}

/** Of every kind, and of every topic, in a world of four. */
const PARTITIONS = ALL_KINDS.reduce((sum, kind) => sum + partitionsOf(KINDS[kind].spread, 4), 0);
const STREAMS = ALL_TOPICS.reduce((sum, topic) => sum + partitionsOf(TOPICS[topic].spread, 4), 0);

describe("ates streams", function () {
  this.timeout(120_000);
  let world: World;

  beforeEach(async () => {
    world = await newWorld();
  });
  afterEach(() => world.end());

  async function status(): Promise<Status> {
    const { out, err, code } = await runAtes(["streams", "--json"], { world });
    expect([err, code]).to.deep.equal(["", 0]);
    return JSON.parse(out);
  }

  const groupOf = ({ streams }: Status, stream: string, group: string) =>
    streams.find((each) => each.stream === stream)?.groups.find((each) => each.group === group);

  it("OPS-3: shows every stream with its length and lag, every partition with its living owner", async () => {
    await world.worker();
    const popug = await register(world, "Popug");
    await ask(world, "task-board", "task.create", "new", { title: "Fly" }, popug);
    await awaitSettled(world.pool, 60_000);
    const { streams, partitions } = await status();
    expect(streams.map(({ stream }) => stream)).to.include.members([
      "task-board/0",
      "tasks/0",
      "tasks/3",
      "day/0",
      "notices/0",
    ]);
    expect(streams.find(({ stream }) => stream === "task-board/0")?.length).to.be.greaterThan(0);
    expect(
      streams
        .flatMap(({ groups }) => groups.map(({ lag, commands }) => [lag, commands]))
        .flat()
        .every((n) => n === 0),
    ).to.equal(true);
    expect(partitions).to.have.length(PARTITIONS);
    expect(
      partitions.every(({ isAlive, owner, epoch }) => isAlive && owner !== null && epoch === 1),
    ).to.equal(true);
    const { out, code } = await runAtes(["streams"], { world });
    const readers = groupsOf("tasks").map((group) => `${group} 0`);
    expect(out).to.match(new RegExp(`^tasks/3 +\\d+ +${readers.join(", ")}$`, "m"));
    expect(out).to.match(/^account\/3 +1 +\d+ +\S+\/\d+$/m);
    expect(out).to.contain(`${STREAMS} streams, lag 0; ${PARTITIONS} partitions, 0 without a living owner\n`);
    expect(code).to.equal(0);
  });

  it("OPS-3 EDGE-4: lag is ours: it is told although Redis was wiped while nobody worked", async () => {
    const host = await world.worker();
    await register(world, "Popug");
    await awaitSettled(world.pool, 60_000);
    await host.stop();
    await world.pool.query(
      `update partitions set outbox = jsonb_set(outbox, '{users/1}', to_jsonb(coalesce((outbox ->> 'users/1')::int, 0) + 2)) where kind = 'directory'`,
    );
    await world.redis.flushdb();
    const found = await status();
    for (const group of ["task-board", "account", "mailer", "analytics"])
      expect(groupOf(found, "users/1", group)?.lag, group).to.equal(2);
    expect(found.partitions.every(({ isAlive, owner }) => !isAlive && owner === null)).to.equal(true);
    const { out } = await runAtes(["streams"], { world });
    const lag = 2 * groupsOf("users").length;
    expect(out).to.contain(`lag ${lag}; ${PARTITIONS} partitions, ${PARTITIONS} without a living owner\n`);
  });

  it("OPS-3: commands that nobody has read are counted beyond the group's position", async () => {
    const host = await world.worker();
    await register(world, "Popug");
    await awaitSettled(world.pool, 60_000);
    await host.stop();
    const key = streamKey({ topic: "task-board", partition: 0 });
    for (let n = 0; n < 3; n++) {
      await world.redis.xadd(key, "*", "e", commandEnvelope("tasks.shuffle", "shuffle", {}, ADMIN));
    }
    await world.redis.xadd(key, "*", "e", "no json");
    expect(groupOf(await status(), "task-board/0", "task-board")).to.include({ lag: 0, commands: 4 });
    await world.redis.flushdb();
    await world.redis.xadd(key, "1-1", "e", commandEnvelope("tasks.shuffle", "shuffle", {}, ADMIN));
    expect(
      groupOf(await status(), "task-board/0", "task-board")?.commands,
      "a wiped stream is new as a whole",
    ).to.equal(1);
  });

  it("OPS-3: a host that was killed is shown as silent", async () => {
    const host = await world.worker();
    await until(async () => host.ownedCount === PARTITIONS, "all partitions are taken");
    await host.stop();
    await world.pool.query(
      "insert into hosts (id, name, beat_at) values ('00000000-0000-7000-8000-000000000001', 'gone/1', now() - interval '10 seconds')",
    );
    await world.pool.query(
      "update partitions set owner = '00000000-0000-7000-8000-000000000001' where kind = 'account'",
    );
    const { out } = await runAtes(["streams"], { world });
    expect(out).to.match(/^account\/0 +1 +\d+ +gone\/1 \(silent\)$/m);
  });

  it("OPS-2: an edge whose port is taken says so and ends, for its supervisor to see", async () => {
    const port = new URL(world.databaseUrl).port;
    const { code, err } = await runAtes(["edge"], { world, env: { ATES_HTTP_PORT: port } });
    expect([err.split("\n").at(-2), code]).to.deep.equal([
      `ates: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
      1,
    ]);
  });

  it("EDGE-3 OPS-3: without Redis it shows what Postgres knows, says so, and exits 1", async () => {
    const { code, out, err } = await runAtes(["streams"], {
      world,
      env: { REDIS_URL: "redis://127.0.0.1:1" },
    });
    expect(err).to.match(/^Redis at 127\.0\.0\.1:1 does not answer, lengths are unknown/);
    expect(out).to.match(/^task-board\/0 +\? +task-board 0 \+ \? commands$/m);
    expect(code).to.equal(1);
  });
});
