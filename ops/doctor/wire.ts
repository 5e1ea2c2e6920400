/** Redis and the mail server: reachable, and set up so that nothing unread is thrown away. */
import type { Redis } from "ioredis";
import nodemailer from "nodemailer";
import { ready, redisFactory } from "../../streams/connection.ts";
import { REDIS_ANSWER_MS } from "../cli/connection.ts";
import { placeOf, reasonOf } from "../reach.ts";
import { fail, ok, type Symptom, warn } from "./symptom.ts";

const REDIS_MIN = 7;
const SMTP_TIMEOUT_MS = 5_000;

export async function lookAtRedis(url: string | undefined): Promise<Symptom[]> {
  if (url === undefined)
    return [fail("Redis", "REDIS_URL is not set", "set it to the Redis that belongs to DATABASE_URL")];
  const redis = redisFactory(url, () => {})("commands");
  try {
    await ready(redis, REDIS_ANSWER_MS);
    return await readInfo(redis, placeOf(url));
  } catch (error) {
    const says = `${placeOf(url)} does not answer: ${reasonOf(error)}`;
    return [fail("Redis", says, "start it, or correct REDIS_URL; nothing committed is lost meanwhile")];
  } finally {
    redis.disconnect();
  }
}

/** INFO alone: hosted servers refuse CONFIG. */
async function readInfo(redis: Redis, place: string): Promise<Symptom[]> {
  const info = fieldsOf(await redis.info());
  const version = info.get("redis_version") ?? "unknown";
  return [lookAtVersion(version, place), lookAtMemory(info), lookAtPersistence(info)];
}

function fieldsOf(info: string): Map<string, string> {
  return new Map(
    info.split("\r\n").flatMap((line) => {
      const at = line.indexOf(":");
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}

export function lookAtVersion(version: string, place: string): Symptom {
  const isNew = Number.parseInt(version, 10) >= REDIS_MIN;
  if (isNew) return ok("Redis", `${version} at ${place}`);
  return fail("Redis", `${version} at ${place}, expected ${REDIS_MIN}.0 or newer`, "move to a newer Redis");
}

export function lookAtMemory(info: ReadonlyMap<string, string>): Symptom {
  const policy = info.get("maxmemory_policy") ?? "unknown";
  if (policy === "noeviction") return ok("eviction", "maxmemory-policy noeviction");
  const advice = "set maxmemory-policy noeviction: a full Redis must refuse writes, not drop streams";
  return fail("eviction", `maxmemory-policy is ${policy}`, advice);
}

/** Postgres is the truth (EDGE-4): without persistence a restart costs a resend, not a fact. */
export function lookAtPersistence(info: ReadonlyMap<string, string>): Symptom {
  if (info.get("aof_enabled") === "1") return ok("persistence", "append-only file");
  const advice = "appendonly yes spares the resend after a restart; nothing committed is lost without it";
  return warn("persistence", "Redis keeps no append-only file", advice);
}

export async function lookAtSmtp(url: string | undefined): Promise<Symptom> {
  if (url === undefined)
    return warn("mail", "SMTP_URL is not set", "a worker needs it: set it to your mail server");
  const transport = nodemailer.createTransport({
    url,
    connectionTimeout: SMTP_TIMEOUT_MS,
    greetingTimeout: SMTP_TIMEOUT_MS,
    socketTimeout: SMTP_TIMEOUT_MS,
  });
  try {
    await transport.verify();
    return ok("mail", `the mail server at ${new URL(url).host} takes mail`);
  } catch (error) {
    const says = `the mail server at ${new URL(url).host} does not: ${reasonOf(error)}`;
    return warn(
      "mail",
      says,
      "correct SMTP_URL or start the server; mails wait and are tried again, money does not wait for them",
    );
  } finally {
    transport.close();
  }
}
