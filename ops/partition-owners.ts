/** Who holds which partition, as Postgres knows it: liveness by the database's clock alone (OPS-2, OPS-3). */
import type pg from "pg";
import type { Kind } from "../streams/topology.ts";

export interface OwnedPartition {
  readonly kind: Kind;
  readonly partition: number;
  readonly epoch: number;
  /** Host and process; null when nobody holds it, or who does has been silent for so long that it is forgotten. */
  readonly owner: string | null;
  readonly isAlive: boolean;
  /** Envelopes that some group has not applied yet, or that the keeper has not dropped yet. */
  readonly outboxRows: number;
}

/** A host that was silent for longer than `leaseTtlMs` is not alive. */
export async function readPartitionOwners(
  pool: Pick<pg.Pool, "query">,
  leaseTtlMs: number,
): Promise<OwnedPartition[]> {
  const { rows } = await pool.query<OwnedPartition>(
    `select p.kind, p.partition, p.epoch, h.name as owner, coalesce(${ALIVE}, false) as "isAlive",
            coalesce(o.rows, 0) as "outboxRows"
       from partitions p
       left join hosts h on h.id = p.owner
       left join (select kind, partition, count(*) as rows from outbox group by 1, 2) o
         on o.kind = p.kind and o.partition = p.partition
      order by p.kind, p.partition`,
    [leaseTtlMs],
  );
  return rows;
}

export interface LivingHost {
  readonly name: string;
  readonly isDraining: boolean;
}

export async function readLivingHosts(pool: pg.Pool, leaseTtlMs: number): Promise<LivingHost[]> {
  const { rows } = await pool.query<LivingHost>(
    `select h.name, h.draining as "isDraining" from hosts h where ${ALIVE} order by h.name`,
    [leaseTtlMs],
  );
  return rows;
}

const ALIVE = "h.beat_at > now() - make_interval(secs => $1::float8 / 1000)";
