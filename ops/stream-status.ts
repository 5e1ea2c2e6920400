/**
 * Streams as an operator sees them: length from Redis, lag from our own numbers (ops/lag.ts), and the commands of the
 * edge, which have no numbers, counted where they wait (OPS-3).
 */
import type { Redis } from "ioredis";
import type pg from "pg";
import { compareIds } from "../streams/reader.ts";
import {
  ALL_KINDS,
  ALL_TOPICS,
  groupsOf,
  type Kind,
  partitionsOf,
  streamKey,
  TOPICS,
  type TopicPartition,
} from "../streams/topology.ts";
import { type GroupLag, lagsOf, readPositions } from "./lag.ts";

export interface StreamStatus {
  readonly stream: string;
  /** Null when Redis does not answer. */
  readonly length: number | null;
  readonly groups: readonly GroupStatus[];
}

export interface GroupStatus {
  readonly group: Kind;
  /** Numbers that the group has not applied. */
  readonly lag: number;
  /** Commands of the edge beyond the group's position: they carry no numbers. Null when Redis does not answer. */
  readonly commands: number | null;
}

/** Commands are counted by reading them: more than this many is "many". */
export const COMMANDS_MAX = 1_000;

/** Every stream of an installation of so many partitions. Without Redis, what Postgres knows. */
export async function readStreams(
  pool: Pick<pg.Pool, "query">,
  redis: Redis | undefined,
  partitions: number,
): Promise<StreamStatus[]> {
  const all = ALL_TOPICS.flatMap((topic) =>
    Array.from({ length: partitionsOf(TOPICS[topic].spread, partitions) }, (_, partition) => ({
      topic,
      partition,
    })),
  );
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
async function readCursors(pool: Pick<pg.Pool, "query">): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ kind: Kind; cursors: Record<string, string> }>(
    "select kind, cursors from partitions",
  );
  return new Map(
    rows.flatMap(({ kind, cursors }) =>
      Object.entries(cursors).map(([at, id]) => [`${kind} ${at}`, id] as const),
    ),
  );
}

const nameOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;
