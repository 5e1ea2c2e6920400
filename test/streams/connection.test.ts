import { expect } from "chai";
import type { Redis } from "ioredis";
import { ready, redisFactory } from "../../streams/connection.ts";
import { streamKey } from "../../streams/topology.ts";
import { BreakableWire } from "../http/breakable-wire.ts";
import { AT, GROUP, makeStream, type ScratchRedis, scratchRedis } from "./scratch-redis.ts";

const CLOSED_PORT = "redis://127.0.0.1:1";

async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "none",
    (error: Error) => error.message,
  );
}

describe("connections to Redis", function () {
  this.timeout(120_000);
  let scratch: ScratchRedis;
  let opened: { disconnect(): void }[];

  const opening = (redis: Redis): Redis => {
    opened.push(redis);
    return redis;
  };

  beforeEach(async () => {
    opened = [];
    scratch = await scratchRedis();
  });

  afterEach(() => {
    for (const each of opened) each.disconnect();
    scratch.end();
  });

  it("G3: a read of a group answers lists of lists, as RESP2 does: streams, entries, fields", async () => {
    await makeStream(scratch.redis);
    const id = await scratch.redis.xadd(streamKey(AT), "*", "e", "first");
    const redis = await ready(opening(scratch.connect("blocking")));
    const read = (from: string) =>
      redis.call(...["XREADGROUP", "GROUP", GROUP, "owner", "COUNT", 9, "STREAMS", streamKey(AT), from]);
    expect(await read(">")).to.deep.equal([[streamKey(AT), [[id, ["e", "first"]]]]]);
    expect(await read(">")).to.equal(null);
    await scratch.redis.xdel(streamKey(AT), id ?? "");
    expect(await read("0")).to.deep.equal([[streamKey(AT), [[id, null]]]]);
    await scratch.redis.xack(streamKey(AT), GROUP, id ?? "");
    expect(await read("0")).to.deep.equal([[streamKey(AT), []]]);
  });

  it("EDGE-4: a command is refused at once while the server is away: nothing is queued for later", async () => {
    const redis = opening(redisFactory(CLOSED_PORT, () => {})("commands"));
    const startedMs = performance.now();
    redis.connect().catch(() => undefined);
    expect(await failure(redis.ping())).to.include("enableOfflineQueue");
    expect(performance.now() - startedMs).to.be.below(500);
  });

  it("EDGE-4: waiting for a server that is away ends with the deadline, and says so", async () => {
    const redis = opening(redisFactory(CLOSED_PORT, () => {})("commands"));
    expect(await failure(ready(redis, 200))).to.equal("Redis did not answer within 200 ms");
  });

  it("EDGE-4: errors of a connection are told, and end no process", async () => {
    const told: Error[] = [];
    const redis = opening(redisFactory(CLOSED_PORT, (error) => told.push(error))("commands"));
    await failure(ready(redis, 200));
    expect(told.map(({ message }) => message).join()).to.include("ECONNREFUSED");
  });

  it("EDGE-4: every command has a deadline; a read that blocks has none, it is watched by its reader", () => {
    const deadlines = (["commands", "blocking", "subscriber"] as const).map(
      (use) => opening(scratch.connect(use)).options.commandTimeout,
    );
    expect(deadlines).to.deep.equal([5_000, undefined, undefined]);
  });

  it("EDGE-4: a connection that was cut comes back by itself", async () => {
    const { wire, url } = await BreakableWire.before(scratch.url);
    opened.push({ disconnect: () => void wire.close() });
    const redis = await ready(opening(redisFactory(url, () => {})("commands")));
    const closed = new Promise((resolve) => redis.once("close", resolve));
    wire.cut();
    await closed;
    expect(await failure(redis.ping())).to.not.equal("none");
    wire.mend();
    expect(await (await ready(redis)).ping()).to.equal("PONG");
  });
});
