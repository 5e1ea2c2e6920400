/** `ates streams`: every stream with its length and its groups' lag, every partition with its owner (OPS-3). */
import type { Redis } from "ioredis";
import { ready, redisFactory } from "../../streams/connection.ts";
import { type OwnedPartition, readPartitionOwners } from "../partition-owners.ts";
import { placeOf, reasonOf } from "../reach.ts";
import { COMMANDS_MAX, type GroupStatus, readStreams, type StreamStatus } from "../stream-status.ts";
import type { Command } from "./command.ts";
import { REDIS_ANSWER_MS, requireRedis, withInstallation } from "./connection.ts";
import { printTable } from "./table.ts";

export const streams: Command = {
  name: "streams",
  usage: "[--json]",
  summary: [
    "Prints every stream with its length and lag, and every partition with its owner and outbox.",
    "",
    "Lag counts numbers given by sources and not applied by the group, from Postgres; commands of the edge, which have",
    `no numbers, are counted in Redis, up to ${COMMANDS_MAX}. Exits 1 when Redis does not answer.`,
  ].join("\n"),
  options: { json: { type: "boolean" } },
  optionHelp: { "--json": "one JSON document instead of tables" },
  run: ({ values }) =>
    withInstallation(async ({ config, servers, pool, company }) => {
      const url = requireRedis(servers);
      const { redis, problem } = await connect(url);
      try {
        const status = await readStreams(pool, redis, company.partitions);
        const partitions = await readPartitionOwners(pool, config.leaseTtlMs);
        if (values.json === true)
          process.stdout.write(`${JSON.stringify({ streams: status, partitions }, null, 2)}\n`);
        else printStatus(status, partitions);
      } finally {
        redis?.disconnect();
      }
      if (problem !== undefined) process.stderr.write(`${problem}\n`);
      return problem === undefined ? 0 : 1;
    }),
};

/** What Postgres knows is shown without Redis too: that is when an operator looks. */
async function connect(url: string): Promise<{ redis?: Redis; problem?: string }> {
  const redis = redisFactory(url, () => {})("commands");
  try {
    return { redis: await ready(redis, REDIS_ANSWER_MS) };
  } catch (error) {
    redis.disconnect();
    return { problem: `Redis at ${placeOf(url)} does not answer, lengths are unknown: ${reasonOf(error)}` };
  }
}

function printStatus(status: readonly StreamStatus[], partitions: readonly OwnedPartition[]): void {
  printTable(
    ["stream", "length", "lag"],
    status.map(({ stream, length, groups }) => [
      stream,
      length === null ? "?" : String(length),
      groups.map(groupText).join(", "),
    ]),
  );
  process.stdout.write("\n");
  printTable(
    ["partition", "epoch", "outbox", "owner"],
    partitions.map((each) => [
      `${each.kind}/${each.partition}`,
      String(each.epoch),
      String(each.outboxRows),
      ownerText(each),
    ]),
  );
  const lag = status.reduce(
    (sum, { groups }) => sum + groups.reduce((inner, group) => inner + group.lag, 0),
    0,
  );
  const orphans = partitions.filter(({ isAlive }) => !isAlive).length;
  process.stdout.write(
    `\n${status.length} streams, lag ${lag}; ${partitions.length} partitions, ${orphans} without a living owner\n`,
  );
}

function groupText({ group, lag, commands }: GroupStatus): string {
  const beside =
    commands === 0
      ? ""
      : commands === null
        ? " + ? commands"
        : ` + ${commands}${commands === COMMANDS_MAX ? " or more" : ""} commands`;
  return `${group} ${lag}${beside}`;
}

function ownerText({ owner, isAlive }: OwnedPartition): string {
  if (owner === null) return "nobody";
  return isAlive ? owner : `${owner} (silent)`;
}
