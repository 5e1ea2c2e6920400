/**
 * Who says what in which version (EVT-3): every message that the streams still hold, and every one that is kept in
 * Postgres to be handled later. An old version may go when nobody has sent it lately and nothing of it is kept.
 */
import type { Redis } from "ioredis";
import type pg from "pg";
import { type RawEnvelope, versionOf } from "../schemas/envelope.ts";
import { latestVersion } from "../schemas/registry.ts";
import { ALL_TOPICS, partitionsOf, streamKey, TOPICS } from "../streams/topology.ts";

export interface VersionInUse {
  readonly type: string;
  readonly version: number;
  readonly isLatest: boolean;
  /** Who says it: `/ates/task-board/0`. */
  readonly source: string;
  /** Entries that the streams hold. */
  readonly inStreams: number;
  /** When the newest of them was said; null: the streams hold none. */
  readonly lastAt: string | null;
  /** In the outbox, in the agenda, or kept as letters: they will be read. */
  readonly waiting: number;
}

type Head = Partial<Pick<RawEnvelope, "type" | "dataschema" | "source" | "time">>;
type Seen = { -readonly [K in keyof VersionInUse]: VersionInUse[K] };

const PAGE_ENTRIES = 500;

export async function readSchemaVersions(
  pool: Pick<pg.Pool, "query">,
  redis: Redis,
  partitions: number,
): Promise<VersionInUse[]> {
  const seen = new Map<string, Seen>();
  for (const topic of ALL_TOPICS) {
    for (let partition = 0; partition < partitionsOf(TOPICS[topic].spread, partitions); partition++)
      await readStream(redis, streamKey({ topic, partition }), seen);
  }
  for (const head of await readWaiting(pool)) {
    const each = seenOf(head, seen);
    if (each !== undefined) each.waiting += head.count;
  }
  return [...seen.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

async function readStream(redis: Redis, key: string, seen: Map<string, Seen>): Promise<void> {
  for (let from = "-"; ; ) {
    const page = await redis.xrange(key, from, "+", "COUNT", PAGE_ENTRIES);
    for (const [, fields] of page) noteEntry(headOf(fields[1] ?? ""), seen);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ENTRIES) return;
    from = `(${last[0]}`;
  }
}

function noteEntry(head: Head, seen: Map<string, Seen>): void {
  const each = seenOf(head, seen);
  if (each === undefined) return;
  each.inStreams += 1;
  if (head.time !== undefined && head.time > (each.lastAt ?? "")) each.lastAt = head.time;
}

/** What cannot be read has no version: it is a dead letter, and seen there. */
function headOf(payload: string): Head {
  try {
    return JSON.parse(payload) as Head;
  } catch {
    return {};
  }
}

function seenOf({ type, dataschema, source }: Head, seen: Map<string, Seen>): Seen | undefined {
  if (type === undefined || dataschema === undefined || source === undefined) return undefined;
  const version = versionOf({ type, dataschema } as RawEnvelope);
  if (version === undefined) return undefined;
  const key = `${dataschema} ${source}`;
  const isLatest = version === latestVersion(type);
  const known = seen.get(key) ?? { type, version, isLatest, source, inStreams: 0, lastAt: null, waiting: 0 };
  seen.set(key, known);
  return known;
}

async function readWaiting(pool: Pick<pg.Pool, "query">): Promise<(Head & { count: number })[]> {
  const { rows } = await pool.query<Head & { count: number }>(
    `select envelope::json ->> 'type' as type, envelope::json ->> 'dataschema' as dataschema,
            envelope::json ->> 'source' as source, count(*)::int as count
       from (select envelope from outbox union all select envelope from later
             union all select envelope from dead_letters where envelope is json) as kept
      group by 1, 2, 3`,
  );
  return rows;
}

function nameOf({ type, version, source }: VersionInUse): string {
  return `${type} ${version} ${source}`;
}
