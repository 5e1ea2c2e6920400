/** The running exchange: who lives, who owns what, what stands still, what could not be handled. */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Company } from "../../schemas/company.ts";
import { ALL_KINDS, KINDS, partitionsOf } from "../../streams/topology.ts";
import { lagsOf, readPositions } from "../lag.ts";
import { readLivingHosts, readPartitionOwners } from "../partition-owners.ts";
import { fail, ok, type Symptom, warn } from "./symptom.ts";

/** Two looks this far apart tell lag that moves from lag that stands. */
const STANDS_AFTER_MS = 1_500;
/** An edge gives up waiting long before: an older promise is one that nobody keeps. */
const PROMISE_OLD = "10 seconds";
const NAMED_MAX = 3;

export async function lookAtExchange(
  pool: pg.Pool,
  company: Company,
  leaseTtlMs: number,
): Promise<Symptom[]> {
  return [
    await lookAtHosts(pool, leaseTtlMs),
    await lookAtOwners(pool, company, leaseTtlMs),
    await lookAtLag(pool),
    await lookAtPromises(pool),
    await lookAtDeadLetters(pool),
  ];
}

async function lookAtHosts(pool: pg.Pool, leaseTtlMs: number): Promise<Symptom> {
  const hosts = await readLivingHosts(pool, leaseTtlMs);
  const names = hosts.map(({ name, isDraining }) => (isDraining ? `${name} (draining)` : name));
  if (hosts.some(({ isDraining }) => !isDraining)) return ok("workers", some(names));
  const says = hosts.length === 0 ? "none is alive" : `only draining ones are alive: ${some(names)}`;
  return fail("workers", says, "start `ates worker`, or `ates up` for everything in one process");
}

async function lookAtOwners(pool: pg.Pool, company: Company, leaseTtlMs: number): Promise<Symptom> {
  const partitions = await readPartitionOwners(pool, leaseTtlMs);
  const expected = ALL_KINDS.reduce(
    (sum, kind) => sum + partitionsOf(KINDS[kind].spread, company.partitions),
    0,
  );
  if (partitions.length < expected) {
    return fail("partitions", `expected ${expected} rows, found ${partitions.length}`, "ates migrate");
  }
  const orphans = partitions
    .filter(({ isAlive }) => !isAlive)
    .map(({ kind, partition }) => `${kind}/${partition}`);
  if (orphans.length === 0) return ok("partitions", `all ${partitions.length} have a living owner`);
  const says = `${orphans.length} of ${partitions.length} have no living owner: ${some(orphans)}`;
  return fail("partitions", says, "a worker takes them within seconds; if not, its log says why");
}

async function lookAtLag(pool: pg.Pool): Promise<Symptom> {
  const before = await standing(pool);
  if (before.size === 0) return ok("lag", "none: every group has every fact");
  await sleep(STANDS_AFTER_MS);
  const after = await standing(pool);
  const stuck = [...after].filter(([name, lag]) => lag >= (before.get(name) ?? Number.POSITIVE_INFINITY));
  const total = [...after.values()].reduce((sum, lag) => sum + lag, 0);
  if (stuck.length === 0) return ok("lag", `${total} facts on their way, and moving`);
  const advice =
    "`ates streams` shows where; a partition without an owner or a worker without Redis stands still";
  return warn(
    "lag",
    `${total} facts on their way, not less than a moment ago: ${some(stuck.map(([name, lag]) => `${name} ${lag}`))}`,
    advice,
  );
}

async function standing(pool: pg.Pool): Promise<Map<string, number>> {
  const lags = lagsOf(await readPositions(pool)).filter(({ lag }) => lag > 0);
  return new Map(lags.map(({ at, group, lag }) => [`${at.topic}/${at.partition} to ${group}`, lag]));
}

async function lookAtPromises(pool: pg.Pool): Promise<Symptom> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*) as count from commands where state = 'pending' and created_at < now() - interval '${PROMISE_OLD}'`,
  );
  const count = rows[0]?.count ?? 0;
  if (count === 0) return ok("commands", "none waits for long");
  return warn(
    "commands",
    `${count} promised commands are older than ${PROMISE_OLD}`,
    "their actors' partitions have no owner, or Redis is away",
  );
}

/** A letter of the money's actors is money that is not where it should be. */
async function lookAtDeadLetters(pool: pg.Pool): Promise<Symptom> {
  const { rows } = await pool.query<{ total: number; money: number }>(
    "select count(*) as total, count(*) filter (where kind in ('account', 'day-close', 'payment')) as money from dead_letters",
  );
  const { total = 0, money = 0 } = rows[0] ?? {};
  if (total === 0) return ok("dead letters", "none");
  if (money > 0)
    return fail("dead letters", `${total}, ${money} of them about money`, "ates dead-letters list");
  return warn("dead letters", `${total}`, "ates dead-letters list");
}

function some(names: readonly string[]): string {
  const rest = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
