// The embedded Redis: finds or fetches a redis-server, runs it on loopback, answers when it does.
// It holds no truth (Postgres does), so its folder may be removed while it is stopped: the outbox sends again.

import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { choosePort, loopback } from "./free-port.ts";
import { installedRedis, installRedis, type RedisBinary, redisOnPath } from "./redis-binary.ts";
import { privateFolder, type ServerLog, ServerProcess, takeOver } from "./server-process.ts";

export type EmbeddedServer = { url: string; port: number; pid: number; stop(): Promise<void> };

export type RedisOptions = {
  /** Created when absent: append-only file, pid file, log. */
  dataDir: string;
  log: ServerLog;
  /** Default: any free port. A port that is taken is an error. */
  port?: number;
};

/** Time for the first answer; a long append-only file is waited for separately. */
const firstAnswerMs = 30_000;
const loadingMs = 600_000;
/** A server whose host was killed saves and leaves within moments. */
const predecessorMs = 15_000;
const portTries = 5;
const stopSteps: [{ signal: "SIGTERM"; waitMs: number }] = [{ signal: "SIGTERM", waitMs: 15_000 }];

/** The server on the PATH when it is new enough, else the one fetched earlier into this checkout. */
export async function findRedisServer(): Promise<RedisBinary | undefined> {
  return (await redisOnPath()) ?? (await installedRedis());
}

export async function startRedis({ dataDir, log, port }: RedisOptions): Promise<EmbeddedServer> {
  const binary = (await findRedisServer()) ?? (await installRedis(log));
  await privateFolder(dataDir);
  // Two servers on one append-only file destroy it, and Redis itself takes no lock.
  await takeOver({
    name: "Redis",
    folder: dataDir,
    pidFile: pidFile(dataDir),
    hostFile: hostFile(dataDir),
    waitMs: predecessorMs,
  });
  for (let tried = 1; ; tried += 1) {
    const chosen = await choosePort("Redis", port);
    const server = await ServerProcess.start(command(binary, dataDir, chosen), log);
    const failure = await untilReady(server, chosen);
    if (failure === undefined) return embedded(server, binary, chosen, log);
    await server.stop();
    const portWasTaken = server.logTail().includes("Address already in use");
    if (!portWasTaken || port !== undefined || tried === portTries) throw new Error(failure);
  }
}

function embedded(server: ServerProcess, binary: RedisBinary, port: number, log: ServerLog): EmbeddedServer {
  server.watch();
  const url = `redis://${loopback}:${port}`;
  log.info(`Redis ${binary.version} listens on ${url} (pid ${server.pid}).`);
  return { url, port, pid: server.pid, stop: () => server.stop() };
}

function command(binary: RedisBinary, dataDir: string, port: number) {
  const settings = {
    bind: loopback,
    port: `${port}`,
    dir: dataDir,
    pidfile: pidFile(dataDir),
    appendonly: "yes",
    appendfsync: "everysec",
    // Unread entries must never be evicted: a full memory refuses writes, which the edge answers with 503.
    "maxmemory-policy": "noeviction",
    // The append-only file is the only persistence; forked snapshots would double the memory for nothing.
    save: "",
    // How often it looks whether there is something to do. At rest it is 0.2 % of a core in place of 0.47 at ten times a
    // second, and a blocked read that brings nothing ends up to half a second late (streams/reader.ts allows two).
    hz: "2",
    daemonize: "no",
  };
  return {
    name: "Redis",
    command: binary.path,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    env: { ...process.env, ...binary.env },
    logFile: join(dataDir, "redis.log"),
    hostFile: hostFile(dataDir),
    stopSteps,
  };
}

function pidFile(dataDir: string): string {
  return join(dataDir, "redis.pid");
}

function hostFile(dataDir: string): string {
  return join(dataDir, "host.pid");
}

/** Nothing when the server answers, else the reason it does not. */
async function untilReady(server: ServerProcess, port: number): Promise<string | undefined> {
  const startedAt = performance.now();
  while (server.ending === undefined) {
    const answer = await ask(port);
    if (answer.includes("+PONG") && answer.includes(`process_id:${server.pid}\r\n`)) return undefined;
    const loading = answer.includes("-LOADING");
    if (performance.now() - startedAt > (loading ? loadingMs : firstAnswerMs)) {
      return `Redis (pid ${server.pid}) does not answer on port ${port}. ${server.logTail()}`;
    }
    await sleep(loading ? 250 : 25);
  }
  return `Redis ended at its start, ${server.ending}. ${server.logTail()}`;
}

/** INFO beside PING, because whoever else took the port also answers PING. */
function ask(port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ host: loopback, port });
    const finish = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, finish);
    socket.on("error", finish);
    socket.on("close", finish);
    socket.on("connect", () => socket.write("PING\r\nINFO server\r\n"));
    socket.on("data", (bytes) => {
      answer += bytes.toString("utf8");
      if (answer.includes("-LOADING") || /process_id:\d+\r\n/.test(answer)) finish();
    });
  });
}
