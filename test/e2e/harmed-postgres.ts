/**
 * A Postgres of a test's own, behind a wire of its own: it can be restarted, frozen, filled with connections and cut off
 * without harm to the test run's.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { takeBaseBackup } from "../../ops/embedded/base-backup.ts";
import { startPostgres } from "../../ops/embedded/postgres.ts";
import { BreakableWire } from "../http/breakable-wire.ts";
import { copyCluster } from "../support/cluster.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };
/** Enough for any max_connections of the embedded server. */
const CONNECTIONS_MAX = 1_000;
const TOO_MANY = "53300";

export class HarmedPostgres {
  readonly wire: BreakableWire;
  /** By way of the wire. */
  readonly url: string;
  readonly #folder: string;
  #server: Awaited<ReturnType<typeof startPostgres>>;
  #replicas = 0;

  private constructor(folder: string, server: HarmedPostgres["server"], wire: BreakableWire, url: string) {
    this.#folder = folder;
    this.#server = server;
    this.wire = wire;
    this.url = url;
  }

  get server(): Awaited<ReturnType<typeof startPostgres>> {
    return this.#server;
  }

  static async start(): Promise<HarmedPostgres> {
    const folder = await mkdtemp(join(tmpdir(), "ates-harmed-"));
    await chmod(folder, 0o755); // as root the server runs as another user, who must get in
    await copyCluster(join(folder, "postgres"));
    const server = await startPostgres({ dataDir: join(folder, "postgres"), log });
    const { wire, url } = await BreakableWire.before(server.url);
    return new HarmedPostgres(folder, server, wire, url);
  }

  /** As `systemctl stop` does it: sessions are ended. */
  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** As a machine that loses its power: nothing is said, nothing is flushed. */
  async kill(): Promise<void> {
    process.kill(this.#server.pid, "SIGKILL");
    await this.#server.stop();
  }

  /** A second server that follows this one; the caller's to stop. Its data goes with this one's. */
  async replica(): Promise<Awaited<ReturnType<typeof startPostgres>>> {
    const dataDir = join(this.#folder, `replica-${this.#replicas++}`);
    await takeBaseBackup({ url: this.#server.url, to: dataDir, isReplica: true });
    return startPostgres({ dataDir, log });
  }

  async startAgain(): Promise<void> {
    const { port } = this.#server;
    this.#server = await startPostgres({ dataDir: join(this.#folder, "postgres"), log, port });
  }

  /** Every backend of the server stands still: connections are taken, nothing is answered. */
  freeze(): void {
    for (const pid of backendsOf(this.#server.pid)) process.kill(pid, "SIGSTOP");
  }

  thaw(): void {
    for (const pid of backendsOf(this.#server.pid)) process.kill(pid, "SIGCONT");
  }

  /** Ends every session but our own. */
  async endSessions(): Promise<void> {
    const client = await this.#connect();
    await client.query(END_SESSIONS, [[]]);
    await client.end();
  }

  /** Takes every connection there is; answers how to give them back. */
  async takeAllConnections(): Promise<() => Promise<void>> {
    const taken = [await this.#connect()];
    const [first] = taken as [pg.Client];
    for (let ended = 1; ended > 0; ) {
      const isFull = await this.#fill(taken);
      const { rows } = await first.query("select pg_backend_pid() as pid");
      const own = [
        rows[0].pid,
        ...taken.map((client) => (client as unknown as { processID: number }).processID),
      ];
      ended = isFull ? ((await first.query(END_SESSIONS, [own])).rowCount ?? 0) : 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return async () => void (await Promise.all(taken.map((client) => client.end())));
  }

  async end(): Promise<void> {
    this.thaw();
    await this.wire.close();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #fill(taken: pg.Client[]): Promise<boolean> {
    while (taken.length < CONNECTIONS_MAX) {
      const client = await this.#connect().catch((error: { code?: string }) => {
        if (error.code !== TOO_MANY) throw error;
      });
      if (client === undefined) return true;
      taken.push(client);
    }
    return false;
  }

  /** Beside the wire. */
  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#server.url });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }
}

const END_SESSIONS = `select pg_terminate_backend(pid) from pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_backend_pid() and not pid = any($1::int[])`;

function backendsOf(postmaster: number): number[] {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8");
  return [
    postmaster,
    ...children
      .trim()
      .split(" ")
      .filter((pid) => pid !== "")
      .map(Number),
  ];
}
