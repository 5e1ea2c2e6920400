import type { Redis } from "ioredis";
import { ready } from "../../../streams/connection.ts";
import { scratchRedis } from "../../streams/scratch-redis.ts";
import { Life } from "../life.ts";
import { Link } from "../link.ts";
import { Random } from "../random.ts";
import { Scheduler } from "../scheduler.ts";
import { simulatedRedis } from "./client.ts";
import { type RedisUnderTest, redisContract } from "./contract.ts";
import { RedisServer } from "./server.ts";

redisContract("the real one", async () => {
  const { redis, connect, end } = await scratchRedis();
  return { redis, connect, end, ready, drive: (work) => work() };
});

redisContract("the simulated one", async (): Promise<RedisUnderTest> => {
  const scheduler = new Scheduler();
  const server = new RedisServer(scheduler);
  const life = new Life("test", scheduler);
  const wire = { server, scheduler, life, link: new Link("redis", new Random(1)) };
  const connect = simulatedRedis(wire);
  const drive = async <T>(work: () => Promise<T>): Promise<T> => {
    let isOver = false;
    const done = work().finally(() => {
      isOver = true;
    });
    await Promise.race([scheduler.run(() => isOver), done]);
    return done;
  };
  const opened = (redis: Redis) => ready(redis, undefined, life.clock);
  const redis = await drive(() => opened(connect("commands")));
  return { redis, connect, drive, ready: opened, end: () => {} };
});
