import { execFile } from "node:child_process";
import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { Redis } from "ioredis";
import { freePort, isPortFree, loopback } from "../../ops/embedded/free-port.ts";
import { type EmbeddedServer, findRedisServer, startRedis } from "../../ops/embedded/redis.ts";
import { refuseEviction } from "../../ops/eviction.ts";
import { redisFactory } from "../../streams/connection.ts";
import {
  checkout,
  failureOf,
  hostProcess,
  isRunning,
  processGroup,
  recordedLog,
  removeFolder,
  scratchFolder,
  until,
} from "./scratch.ts";

const run = promisify(execFile);

describe("the embedded Redis", function () {
  this.timeout(120_000);
  const log = recordedLog();
  let folder: string;
  let started: EmbeddedServer[];

  async function start(port?: number): Promise<EmbeddedServer> {
    const dataDir = join(folder, "redis");
    const server = await startRedis(port === undefined ? { dataDir, log } : { dataDir, log, port });
    started.push(server);
    return server;
  }

  async function tell<T>(server: EmbeddedServer, work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(server.url);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  beforeEach(async () => {
    folder = await scratchFolder();
    started = [];
  });

  afterEach(async () => {
    await Promise.all(started.map((server) => server.stop()));
    await removeFolder(folder);
  });

  it("is 7.0 or newer", async () => {
    await start();
    expect(Number.parseInt((await findRedisServer())?.version ?? "0", 10)).to.be.at.least(7);
  });

  it("appends to a file every second, evicts nothing and listens on loopback only", async () => {
    const server = await start();
    const settings = await tell(server, (client) =>
      client.config("GET", "appendonly", "appendfsync", "maxmemory-policy", "save", "bind"),
    );
    expect(Object.fromEntries(pairs(settings))).to.deep.equal({
      appendonly: "yes",
      appendfsync: "everysec",
      "maxmemory-policy": "noeviction",
      save: "",
      bind: loopback,
    });
  });

  it("EDGE-4: one that would drop streams when it is full is refused at the start; one that is away is not", async () => {
    const server = await start();
    const look = () =>
      refuseEviction(
        redisFactory(server.url, () => {}),
        server.url,
      );
    await look();
    await tell(server, (client) => client.config("SET", "maxmemory-policy", "allkeys-lru"));
    const { host } = new URL(server.url);
    expect(await failureOf(look())).to.match(
      new RegExp(`^REDIS_URL: .* noeviction, .*${host} has allkeys-lru`),
    );
    await server.stop();
    await look();
  });

  it("keeps its data over a stop and a start", async () => {
    const first = await start();
    await tell(first, (client) => client.xadd("ates:{tasks:0}", "*", "fact", "kept"));
    await first.stop();
    expect(isRunning(first.pid)).to.equal(false);
    const second = await start();
    expect(await tell(second, (client) => client.xlen("ates:{tasks:0}"))).to.equal(1);
  });

  it("starts on what a killed server left", async () => {
    const first = await start();
    process.kill(first.pid, "SIGKILL");
    await until(() => !isRunning(first.pid));
    expect(await tell(await start(), (client) => client.ping())).to.equal("PONG");
    expect(log.lines.join()).to.include("ended by itself, signal SIGKILL");
  });

  it("is not in our process group, so Ctrl-C does not end it before us", async () => {
    const server = await start();
    expect(processGroup(server.pid)).to.equal(server.pid);
  });

  it("refuses a folder that another server works on", async function () {
    this.timeout(120_000);
    const server = await start();
    expect(await failureOf(start())).to.include(`Another Redis (pid ${server.pid}) works on`);
  });

  it("says which port is taken", async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, loopback);
    expect(await failureOf(start(port))).to.include(`${loopback}:${port}`);
    squatter.close();
  });

  it("shows the end of its log when it cannot start", async () => {
    const appendOnly = join(folder, "redis", "appendonlydir");
    await mkdir(appendOnly, { recursive: true });
    await writeFile(join(appendOnly, "appendonly.aof.manifest"), "no manifest\n");
    const failure = await failureOf(start());
    expect(failure).to.include("ended at its start");
    expect(failure).to.include("Invalid AOF manifest file format");
  });

  it("stops once, however often it is told to", async () => {
    const server = await start();
    expect(server.stop()).to.equal(server.stop());
    await server.stop();
    expect(await isPortFree(server.port)).to.equal(true);
  });

  it("ends with a host that is killed", async () => {
    const host = await hostProcess("redis.ts", startExpression(folder));
    host.process.kill("SIGKILL");
    await until(() => !isRunning(host.serverPid));
  });

  it("waits for a server that is about to follow its killed host", async () => {
    const host = await hostProcess("redis.ts", startExpression(folder));
    host.process.kill("SIGKILL");
    expect(await tell(await start(), (client) => client.ping())).to.equal("PONG");
  });

  it("ends with a host that leaves without stopping it", async () => {
    const host = await hostProcess("redis.ts", startExpression(folder), "process.exit(0);");
    await until(() => !isRunning(host.serverPid));
  });

  it("is fetched into the checkout by two processes at once, without an installation", async function () {
    const hasApt = await run("apt-get", ["--version"]).then(
      () => true,
      () => false,
    );
    if (!hasApt) this.skip();
    const copy = join(folder, "checkout");
    await cp(join(checkout, "ops/embedded"), join(copy, "ops/embedded"), { recursive: true });
    await symlink(join(checkout, "node_modules"), join(copy, "node_modules"));
    const source = `
      const { installRedis } = await import(${JSON.stringify(join(copy, "ops/embedded/redis-binary.ts"))});
      console.log((await installRedis({ info() {} })).path);`;
    const fetch = () => run(process.execPath, ["--input-type=module", "-e", source]);
    const answers = await Promise.all([fetch(), fetch()]);
    const path = join(copy, ".ates/cache/redis/usr/bin/redis-server");
    expect(answers.map(({ stdout }) => stdout.trim())).to.deep.equal([path, path]);
    expect(await readdir(join(copy, ".ates/cache"))).to.deep.equal(["redis"]);
  });
});

function startExpression(folder: string): string {
  return `startRedis({ dataDir: ${JSON.stringify(join(folder, "redis"))}, log })`;
}

/** RESP2 answers a flat list, RESP3 a map. */
function pairs(settings: unknown): [string, string][] {
  if (!Array.isArray(settings)) return Object.entries(settings as Record<string, string>);
  return settings.flatMap((name, index) => (index % 2 === 0 ? [[name, settings[index + 1]]] : [])) as [
    string,
    string,
  ][];
}
