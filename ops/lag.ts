/**
 * Lag from our own numbers: what a source has given a channel less what a group has applied (G5). Redis is not asked:
 * its idea of lag is lost with trims and fail-overs, and its streams may be wiped (G6).
 */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { sourceOf } from "../actors/runtime/outgoing.ts";
import { inboxKey, type Marks } from "../streams/inbox.ts";
import {
  groupsOf,
  type Kind,
  readerPartition,
  type Topic,
  type TopicPartition,
} from "../streams/topology.ts";

export interface GroupLag {
  readonly at: TopicPartition;
  readonly group: Kind;
  /** Numbers that the group has not applied, over all sources of the stream. */
  readonly lag: number;
}

export interface Position {
  readonly kind: Kind;
  readonly partition: number;
  readonly inbox: Marks;
  readonly outbox: Marks;
}

/** One statement, one snapshot: marks never run ahead of the numbers they are compared with. */
export async function readPositions(pool: Pick<pg.Pool, "query">): Promise<Position[]> {
  const { rows } = await pool.query<Position>(
    "select kind, partition, inbox, outbox from partitions order by kind, partition",
  );
  return rows;
}

/** For every stream that was ever written to and every group that reads it. */
export function lagsOf(positions: readonly Position[]): GroupLag[] {
  const inboxes = new Map(positions.map(({ kind, partition, inbox }) => [`${kind}/${partition}`, inbox]));
  const lags = new Map<string, GroupLag>();
  for (const { kind, partition, outbox } of positions) {
    for (const [channel, given] of Object.entries(outbox)) {
      const at = positionOf(channel);
      const key = inboxKey(at, sourceOf(kind, partition));
      for (const group of groupsOf(at.topic)) {
        const applied = inboxes.get(`${group}/${readerPartition(group, at)}`)?.[key] ?? 0;
        const name = `${channel} ${group}`;
        lags.set(name, { at, group, lag: (lags.get(name)?.lag ?? 0) + given - applied });
      }
    }
  }
  return [...lags.values()];
}

function positionOf(channel: string): TopicPartition {
  const [topic, partition] = channel.split("/") as [Topic, string];
  return { topic, partition: Number(partition) };
}

/** What is still to be done, as Postgres knows it. */
export interface Unsettled {
  /** Facts that some group has not applied, counted once per group. */
  readonly facts: number;
  /** Messages to oneself and calls of gateways that are due. */
  readonly due: number;
  /** Commands promised with 202 that nobody has decided. */
  readonly promised: number;
}

export async function readUnsettled(pool: pg.Pool): Promise<Unsettled> {
  const { rows } = await pool.query<{ positions: Position[]; due: number; promised: number }>(
    `select (select coalesce(json_agg(json_build_object('kind', kind, 'partition', partition, 'inbox', inbox, 'outbox', outbox)), '[]')
               from partitions) as positions,
            (select count(*) from later where due_at <= now()) as due,
            (select count(*) from commands where state = 'pending') as promised`,
  );
  const { positions = [], due = 0, promised = 0 } = rows[0] ?? {};
  return { facts: lagsOf(positions).reduce((sum, { lag }) => sum + lag, 0), due, promised };
}

export function isSettled({ facts, due, promised }: Unsettled): boolean {
  return facts === 0 && due === 0 && promised === 0;
}

const LOOK_EVERY_MS = 100;

/** Waits until nothing is under way, at most `limitMs`; answers what was still under way at the last look. */
export async function awaitSettled(pool: pg.Pool, limitMs: number): Promise<Unsettled> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const unsettled = await readUnsettled(pool);
    if (isSettled(unsettled) || performance.now() >= untilMs) return unsettled;
    await sleep(LOOK_EVERY_MS);
  }
}
