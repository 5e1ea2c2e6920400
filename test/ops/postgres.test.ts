import { readFileSync, statSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { Client, type QueryResultRow } from "pg";
import { freePort, loopback } from "../../ops/embedded/free-port.ts";
import { startPostgres } from "../../ops/embedded/postgres.ts";
import type { EmbeddedServer } from "../../ops/embedded/redis.ts";
import {
  failureOf,
  hostProcess,
  isRunning,
  processGroup,
  recordedLog,
  removeFolder,
  scratchFolder,
  until,
} from "./scratch.ts";

const asRoot = process.getuid?.() === 0;

describe("the embedded Postgres", function () {
  this.timeout(120_000);
  let log = recordedLog();
  let folder: string;
  let dataDir: string;
  let started: EmbeddedServer[];

  async function start(port?: number): Promise<EmbeddedServer> {
    const server = await startPostgres(port === undefined ? { dataDir, log } : { dataDir, log, port });
    started.push(server);
    return server;
  }

  before(async () => {
    folder = await scratchFolder();
    dataDir = join(folder, "postgres");
  });

  beforeEach(() => {
    log = recordedLog();
    started = [];
  });

  afterEach(() => Promise.all(started.map((server) => server.stop())));

  after(() => removeFolder(folder));

  it("initialises an empty folder and has the database ates", async () => {
    const server = await start();
    expect(server.url).to.match(new RegExp(`^postgres://ates:.{32}@127\\.0\\.0\\.1:${server.port}/ates$`));
    expect(await first(server, "select current_database() as name")).to.deep.equal({ name: "ates" });
    expect(log.lines.join("\n")).to.include("Initialising Postgres");
  });

  it("keeps its data and its password over a stop and a start", async () => {
    const before = await start();
    await first(before, "create table kept as select 42 as answer");
    await before.stop();
    const server = await start();
    expect(await first(server, "select answer from kept")).to.deep.equal({ answer: 42 });
    expect(statSync(join(dataDir, "password")).mode & 0o777).to.equal(0o600);
  });

  it("syncs every commit and listens on loopback only", async () => {
    const server = await start();
    const names = Object.keys(expectedSettings).map((name) => `current_setting('${name}') as ${name}`);
    expect(await first(server, `select ${names.join(", ")}`)).to.deep.equal(expectedSettings);
  });

  it("folds the case of every alphabet and sorts by code point, whatever locales the system has", async () => {
    const server = await start();
    const row = await first(server, "select upper('попуг ärger') as upper, 'ä' > 'z' as by_code_point");
    expect(row).to.deep.equal({ upper: "ПОПУГ ÄRGER", by_code_point: true });
  });

  it("refuses a wrong password", async () => {
    const server = await start();
    const stranger = new Client({ connectionString: server.url.replace(/:[^:@]+@/, ":guessed@") });
    expect(await failureOf(stranger.connect())).to.include("password authentication failed");
    await stranger.end();
  });

  it("recovers what a killed server had committed", async () => {
    const killed = await start();
    await first(killed, "create table committed as select 7 as answer");
    process.kill(killed.pid, "SIGKILL");
    await until(() => !isRunning(killed.pid));
    expect(await first(await start(), "select answer from committed")).to.deep.equal({ answer: 7 });
  });

  it("is not deceived by a pid file that names somebody else's process", async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, "cluster/postmaster.pid"), `${process.pid}\n${dataDir}/cluster\n`);
    expect(await first(await start(), "select 1 as answer")).to.deep.equal({ answer: 1 });
  });

  it("refuses a folder that another server works on", async () => {
    const server = await start();
    expect(await failureOf(start())).to.include(`Another Postgres (pid ${server.pid}) works on`);
  });

  it("says which port is taken", async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, loopback);
    expect(await failureOf(start(port))).to.include(`${loopback}:${port}`);
    squatter.close();
  });

  it("ends open sessions when it stops", async () => {
    const server = await start();
    const client = new Client({ connectionString: server.url });
    const ended = new Promise((resolve) => client.on("error", resolve));
    await client.connect();
    await client.query("begin");
    await server.stop();
    expect(isRunning(server.pid)).to.equal(false);
    await ended;
  });

  it("leaves the signals to us and is not in our process group", async () => {
    const listeners = () => ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => process.listenerCount(signal));
    const before = listeners();
    const server = await start();
    expect(listeners()).to.deep.equal(before);
    expect(processGroup(server.pid)).to.equal(server.pid);
  });

  it("ends with a host that is killed", async () => {
    const host = await hostProcess(
      "postgres.ts",
      `startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log })`,
    );
    host.process.kill("SIGKILL");
    await until(() => !isRunning(host.serverPid));
  });

  it("removes what a killed initialisation left", async () => {
    const unfinished = join(dataDir, "cluster.init-4194305");
    await mkdir(unfinished);
    await rm(join(dataDir, "cluster"), { recursive: true });
    await start();
    expect(await readdir(dataDir)).not.to.include("cluster.init-4194305");
  });

  it("refuses the data of another major version", async () => {
    const version = join(dataDir, "cluster/PG_VERSION");
    const written = await readFile(version, "utf8");
    await writeFile(version, "12\n");
    expect(await failureOf(start())).to.include("is of Postgres 12");
    await writeFile(version, written);
  });

  it("never runs as root", async function () {
    if (!asRoot) this.skip();
    const server = await start();
    expect(readFileSync(`/proc/${server.pid}/status`, "utf8")).not.to.match(/^Uid:.*\b0\b/m);
  });

  it("lives elsewhere when its user cannot enter the folder, and says where", async function () {
    if (!asRoot) this.skip();
    const closed = join(folder, "closed");
    dataDir = join(closed, "postgres");
    await mkdir(dataDir, { recursive: true });
    await chmod(closed, 0o700);
    const before = await start();
    const place = (await readFile(join(dataDir, "cluster-location"), "utf8")).trim();
    try {
      expect(log.lines.join("\n")).to.include(`the data of Postgres is kept in ${place}`);
      await first(before, "create table kept as select 1 as answer");
      await before.stop();
      expect(await first(await start(), "select answer from kept")).to.deep.equal({ answer: 1 });
    } finally {
      await Promise.all(started.map((server) => server.stop()));
      await removeFolder(place);
      await removeFolder(`${place}.belongs-to`);
    }
  });
});

const expectedSettings = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  data_checksums: "on",
  listen_addresses: loopback,
  unix_socket_directories: "",
  server_encoding: "UTF8",
  shared_buffers: "256MB",
  max_connections: "200",
  max_wal_size: "2GB",
};

async function first(server: EmbeddedServer, statement: string): Promise<QueryResultRow | undefined> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query(statement)).rows[0];
  } finally {
    await client.end();
  }
}
