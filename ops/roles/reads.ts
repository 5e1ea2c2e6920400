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

export function openReads({ databaseUrl, replicaUrl, load, logger }: ReadsOptions): Reads {
  const primary = poolTo(databaseUrl, logger);
  const beat = primary.heartbeat("Postgres (reads)");
  const routes = readRoutes({ database: primary.database, guard: beat.guard, load });
  const close = () => primary.database.destroy();
  if (replicaUrl === undefined) return { routes, heartbeats: [beat], places: undefined, close };
  const pool = poolTo(replicaUrl, logger);
  const replica = new Replica(pool.database, (heard) =>
    pool.heartbeat("Postgres (replica)", {
      text: REPLICA_STATE,
      heard: (row) => heard(row as ReplicaState),
    }),
  );
  const written = new SharedQuestion(() => beat.guard(() => askLogPlace(primary.database)));
  const places = new ReadPlaces({ primary: beat, replica, written, writes: new OwnWrites(written) });
  const onReplica = readRoutes({ database: replica.database, guard: replica.heartbeat.guard, load });
  return {
    routes: places.placed(routes, onReplica),
    heartbeats: [beat, replica.heartbeat],
    places,
    close: () => Promise.all([close(), replica.database.destroy()]),
  };
}

/** A part of its own beside the one for writes: what fills that leaves these, and the other way round (EDGE-3). */
function poolTo(connectionString: string, logger: Logger) {
  const sockets = new Sockets(READ_SILENCE_MS);
  const client = {
    connectionString,
    stream: sockets.open,
    application_name: "ates-queries",
    types: COLUMN_TYPES,
  };
  return {
    database: createReadDatabase({ connectionString, sockets }),
    heartbeat: (part: string, question?: ProbeOptions["question"]) =>
      databaseHeartbeat({
        part,
        client,
        cut: sockets.cut,
        logger,
        ...(question === undefined ? {} : { question }),
      }),
  };
}

async function askLogPlace(database: Knex): Promise<number> {
  const { rows } = await database.raw<{ rows: { place: number }[] }>(
    "select (pg_current_wal_lsn() - '0/0')::float8 as place",
  );
  return rows[0]?.place ?? Number.POSITIVE_INFINITY;
}
