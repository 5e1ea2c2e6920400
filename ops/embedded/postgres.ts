// The embedded Postgres: initialises a data folder once, runs the server on loopback, creates the database.
//
// The package's binaries are started here and not through its own class, because that one registers hooks on SIGINT and
// SIGTERM that stop the server at once: our workers must commit their last batches before it goes.

import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { choosePort, loopback } from "./free-port.ts";
import { type Cluster, prepareCluster } from "./postgres-cluster.ts";
import type { EmbeddedServer } from "./redis.ts";
import { type ServerCommand, type ServerLog, ServerProcess, takeOver } from "./server-process.ts";

export type PostgresOptions = {
  /** Created when absent: the cluster (or where it is), the password, the log. */
  dataDir: string;
  log: ServerLog;
  /** Default: any free port. A port that is taken is an error. */
  port?: number;
};

const role = "ates";
const database = "ates";

/** Recovery after a crash reads the whole write-ahead log since the last checkpoint: 2 GB at most. */
const readyMs = 180_000;
/** A server whose host was killed writes a checkpoint and leaves. */
const predecessorMs = 20_000;
const startTries = 5;
const retryPauseMs = 1_000;

/** What another try may cure: a port taken in the meantime, the last processes of a killed server still leaving. */
const passing = ["Address already in use", "pre-existing shared memory block"];

export async function startPostgres({ dataDir, log, port }: PostgresOptions): Promise<EmbeddedServer> {
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const password = await passwordIn(dataDir);
  const cluster = await prepareCluster({ dataDir, role, password, log });
  // Postgres itself refuses a folder in use, but it takes any living process with the number in its pid file for a server:
  // after a kill -9 and a reboot, or in a container, that is somebody else.
  await takeOver({
    name: "Postgres",
    folder: cluster.folder,
    pidFile: join(cluster.folder, "postmaster.pid"),
    hostFile: hostFile(dataDir),
    waitMs: predecessorMs,
  });
  for (let tried = 1; ; tried += 1) {
    const chosen = await choosePort("Postgres", port);
    const server = await ServerProcess.start(command(cluster, dataDir, chosen), log);
    const failure = await untilReady(server, url(chosen, password, "postgres"));
    if (failure === undefined) return embedded(server, chosen, password, log);
    await server.stop();
    const mayPass = passing.some((text) => server.logTail().includes(text));
    if (!mayPass || tried === startTries) throw new Error(failure);
    await sleep(retryPauseMs);
  }
}

async function embedded(
  server: ServerProcess,
  port: number,
  password: string,
  log: ServerLog,
): Promise<EmbeddedServer> {
  await createDatabase(url(port, password, "postgres"));
  server.watch();
  log.info(`Postgres listens on ${loopback}:${port} (pid ${server.pid}).`);
  return { url: url(port, password, database), port, pid: server.pid, stop: () => server.stop() };
}

/** Written before the cluster exists, so that no crash leaves a cluster whose password nobody knows. */
async function passwordIn(dataDir: string): Promise<string> {
  const file = join(dataDir, "password");
  const fresh = randomBytes(24).toString("base64url");
  await writeFile(file, fresh, { mode: 0o600, flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return (await readFile(file, "utf8")).trim();
}

function command(cluster: Cluster, dataDir: string, port: number): ServerCommand {
  const settings = {
    listen_addresses: loopback,
    port: `${port}`,
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "256MB",
    max_wal_size: "2GB",
    // A command is promised at its commit: both stay on, whatever they cost.
    fsync: "on",
    synchronous_commit: "on",
    logging_collector: "off",
  };
  return {
    name: "Postgres",
    command: cluster.postgres,
    args: [
      "-D",
      cluster.folder,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    env: cluster.env,
    logFile: join(dataDir, "postgres.log"),
    hostFile: hostFile(dataDir),
    user: cluster.user,
    // SIGINT ends sessions and writes a checkpoint; SIGQUIT leaves that to the recovery of the next start.
    stopSteps: [
      { signal: "SIGINT", waitMs: 30_000 },
      { signal: "SIGQUIT", waitMs: 5_000 },
    ],
  };
}

function hostFile(dataDir: string): string {
  return join(dataDir, "host.pid");
}

/** Nothing when the server answers, else the reason it does not. */
async function untilReady(server: ServerProcess, address: string): Promise<string | undefined> {
  const startedAt = performance.now();
  while (server.ending === undefined) {
    const refusal = await connectionRefusal(address);
    if (refusal === undefined) return undefined;
    if (performance.now() - startedAt > readyMs) {
      return `Postgres (pid ${server.pid}) does not answer: ${refusal}. ${server.logTail()}`;
    }
    await sleep(50);
  }
  return `Postgres ended at its start, ${server.ending}. ${server.logTail()}`;
}

async function connectionRefusal(address: string): Promise<string | undefined> {
  const client = new Client({ connectionString: address, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(address: string): Promise<void> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    const found = await client.query("select from pg_database where datname = $1", [database]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

function url(port: number, password: string, name: string): string {
  return `postgres://${role}:${password}@${loopback}:${port}/${name}`;
}
