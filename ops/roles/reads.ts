/** What the edge reads with: a pool to the primary and, when there is one, a pool to the replica, each with its heartbeat. */
import type { Knex } from "knex";
import type { Logger } from "pino";
import { databaseHeartbeat, type ProbeOptions } from "../../http/database.ts";
import type { Heartbeat } from "../../http/heartbeat.ts";
import type { Load } from "../../http/load.ts";
import { OwnWrites } from "../../http/own-writes.ts";
import { COLUMN_TYPES } from "../../http/queries/column-types.ts";
import { createReadDatabase, READ_SILENCE_MS } from "../../http/queries/read-database.ts";
import { ReadPlaces } from "../../http/read-places.ts";
import { REPLICA_STATE, Replica, type ReplicaState } from "../../http/replica.ts";
import type { Route } from "../../http/route.ts";
import { readRoutes } from "../../http/routes/read-routes.ts";
import { SharedQuestion } from "../../http/shared-question.ts";
import { Sockets } from "../../http/sockets.ts";

export interface ReadsOptions {
  readonly databaseUrl: string;
  readonly replicaUrl: string | undefined;
  /** Of the database that analytics has of its own, if it has one. */
  readonly analyticsUrl: string | undefined;
  /** All reads of this process together. */
  readonly load: Load;
  readonly logger: Logger;
}

export interface Reads {
  readonly routes: readonly Route[];
  readonly heartbeats: readonly Heartbeat[];
  /** Absent when there is no replica. */
  readonly places: ReadPlaces | undefined;
  close(): Promise<unknown>;
}

export function openReads({ databaseUrl, replicaUrl, analyticsUrl, load, logger }: ReadsOptions): Reads {
  const primary = poolTo(databaseUrl, "Postgres (reads)", logger);
  const own = analyticsUrl === undefined ? undefined : poolTo(analyticsUrl, "Postgres (analytics)", logger);
  const shared = { load, analytics: own === undefined ? undefined : placeOf(own) };
  const routes = readRoutes({ ...placeOf(primary), ...shared });
  const pools = own === undefined ? [primary] : [primary, own];
  if (replicaUrl === undefined) return readsOf(pools, routes, undefined);
  const replica = replicaAt(replicaUrl, logger);
  const { heartbeat } = primary;
  const written = new SharedQuestion(() => heartbeat.guard(() => askLogPlace(primary.database)));
  const places = new ReadPlaces({ primary: heartbeat, replica, written, writes: new OwnWrites(written) });
  const onReplica = readRoutes({ ...placeOf(replica), ...shared });
  return readsOf([...pools, replica], places.placed(routes, onReplica), places);
}

type Place = Pick<Replica, "database" | "heartbeat">;

function readsOf(pools: readonly Place[], routes: readonly Route[], places: ReadPlaces | undefined): Reads {
  return {
    routes,
    places,
    heartbeats: pools.map(({ heartbeat }) => heartbeat),
    close: () => Promise.all(pools.map(({ database }) => database.destroy())),
  };
}

function placeOf({ database, heartbeat }: Place) {
  return { database, guard: heartbeat.guard };
}

function replicaAt(url: string, logger: Logger): Replica {
  let replica: Replica | undefined;
  const heard = (row: unknown) => replica?.hear(row as ReplicaState);
  const { database, heartbeat } = poolTo(url, "Postgres (replica)", logger, { text: REPLICA_STATE, heard });
  replica = new Replica(database, heartbeat);
  return replica;
}

/** A part of its own beside the one for writes: what fills that leaves these, and the other way round (EDGE-3). */
function poolTo(
  connectionString: string,
  part: string,
  logger: Logger,
  question?: ProbeOptions["question"],
): Place {
  const sockets = new Sockets(READ_SILENCE_MS);
  const client = {
    connectionString,
    stream: sockets.open,
    application_name: "ates-queries",
    types: COLUMN_TYPES,
  };
  const asked = question === undefined ? {} : { question };
  return {
    database: createReadDatabase({ connectionString, sockets }),
    heartbeat: databaseHeartbeat({ part, client, cut: sockets.cut, logger, ...asked }),
  };
}

async function askLogPlace(database: Knex): Promise<number> {
  const { rows } = await database.raw<{ rows: { place: number }[] }>(
    "select (pg_current_wal_lsn() - '0/0')::float8 as place",
  );
  return rows[0]?.place ?? Number.POSITIVE_INFINITY;
}
