/** `ates streams`: every stream with its length and its groups' lag, every partition with its owner (OPS-3). */
import type { Redis } from "ioredis";
import type pg from "pg";
import { ready, redisFactory } from "../../streams/connection.ts";
import { compareIds } from "../../streams/reader.ts";
import {
  ALL_KINDS,
  ALL_TOPICS,
  groupsOf,
  type Kind,
  partitionsOf,
  streamKey,
  TOPICS,
  type TopicPartition,
} from "../../streams/topology.ts";
import { type GroupLag, lagsOf, readPositions } from "../lag.ts";
import { type OwnedPartition, readPartitionOwners } from "../partition-owners.ts";
import type { Command } from "./command.ts";
import { placeOf, REDIS_ANSWER_MS, reasonOf, requireRedis, withInstallation } from "./connection.ts";
import { printTable } from "./table.ts";

export interface StreamStatus {
  readonly stream: string;
  /** Null when Redis does not answer. */
  readonly length: number | null;
  readonly groups: readonly GroupStatus[];
}

interface GroupStatus {
  readonly group: Kind;
  /** Numbers that the group has not applied. */
  readonly lag: number;
  /** Commands of the edge beyond the group's position: they carry no numbers. Null when Redis does not answer. */
  readonly commands: number | null;
}

/** Commands are counted by reading them: more than this many is "many". */
const COMMANDS_MAX = 1_000;

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
      const all = ALL_TOPICS.flatMap((topic) =>
        Array.from({ length: partitionsOf(TOPICS[topic].spread, company.partitions) }, (_, partition) => ({
          topic,
          partition,
        })),
      );
      const { redis, problem } = await connect(url);
      try {
        const status = await readStatus(pool, redis, all);
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

async function readStatus(
  pool: pg.Pool,
  redis: Redis | undefined,
  all: readonly TopicPartition[],
): Promise<StreamStatus[]> {
  const lags = new Map(
    lagsOf(await readPositions(pool)).map((each) => [`${nameOf(each.at)} ${each.group}`, each]),
  );
  const cursors = await readCursors(pool);
  const status: StreamStatus[] = [];
  for (const at of all) {
    const groups: GroupStatus[] = [];
    for (const group of groupsOf(at.topic)) groups.push(await groupStatus(at, group, lags, cursors, redis));
    status.push({ stream: nameOf(at), length: (await redis?.xlen(streamKey(at))) ?? null, groups });
  }
  return status;
}

async function groupStatus(
  at: TopicPartition,
  group: Kind,
  lags: ReadonlyMap<string, GroupLag>,
  cursors: ReadonlyMap<string, string>,
  redis: Redis | undefined,
): Promise<GroupStatus> {
  const lag = lags.get(`${nameOf(at)} ${group}`)?.lag ?? 0;
  const takesCommands = (ALL_KINDS as readonly string[]).includes(at.topic);
  if (!takesCommands) return { group, lag, commands: 0 };
  const commands =
    redis === undefined ? null : await countCommands(redis, at, cursors.get(`${group} ${nameOf(at)}`));
  return { group, lag, commands };
}

/** A stream that is younger than the cursor was wiped meanwhile: all of it is new. */
async function countCommands(redis: Redis, at: TopicPartition, cursor: string | undefined): Promise<number> {
  const key = streamKey(at);
  const newest = (await redis.xrevrange(key, "+", "-", "COUNT", 1))[0]?.[0];
  const isKnown = cursor !== undefined && newest !== undefined && compareIds(newest, cursor) >= 0;
  const entries = await redis.xrange(key, isKnown ? `(${cursor}` : "-", "+", "COUNT", COMMANDS_MAX);
  return entries.filter(([, fields]) => !isNumbered(fields[1])).length;
}

function isNumbered(payload: string | undefined): boolean {
  try {
    return (JSON.parse(payload ?? "") as { sequence?: unknown }).sequence !== undefined;
  } catch {
    return false;
  }
}

/** `<group> <topic>/<partition>` → id of the last entry whose batch is committed. */
async function readCursors(pool: pg.Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ kind: Kind; cursors: Record<string, string> }>(
    "select kind, cursors from partitions",
  );
  return new Map(
    rows.flatMap(({ kind, cursors }) =>
      Object.entries(cursors).map(([at, id]) => [`${kind} ${at}`, id] as const),
    ),
  );
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

const nameOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;
