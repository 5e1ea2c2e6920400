/** Every role in one process, with embedded servers where none are named: the one-machine installation (OPS-2). */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type pg from "pg";
import type { Host } from "../../actors/runtime/host.ts";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { hashPassword } from "../../http/auth/password.ts";
import { buildWeb } from "../build-web.ts";
import type { Progress } from "../cli/progress.ts";
import type { Config } from "../config.ts";
import { DEMO_ADMIN, makeDemoData } from "../demo-data.ts";
import { demoPassword } from "../demo-password.ts";
import { freePort, isPortFree } from "../embedded/free-port.ts";
import { type Mailbox, startMailbox } from "../embedded/mailbox.ts";
import { startPostgres } from "../embedded/postgres.ts";
import { startRedis } from "../embedded/redis.ts";
import { install } from "../install.ts";
import { tracer } from "../instrumentation.ts";
import { createLogger } from "../logger.ts";
import { migrate } from "../migrate.ts";
import { reach } from "../reach.ts";
import { removeRunning, writeRunning } from "../running-file.ts";
import { ConfigError } from "../setting.ts";
import { createEdgeRole } from "./edge.ts";
import { createGateways } from "./gateways.ts";
import { followAnalytics, migrateAnalytics } from "./own-analytics.ts";
import { endInOrder, openProcess, type RoleProcess } from "./process.ts";
import { createWorker } from "./worker.ts";

export interface EverythingOptions {
  readonly demoData: boolean;
  /** The port was asked for: if it is taken that is an error, else another one serves as well. */
  readonly isPortWished: boolean;
  readonly progress: Progress;
  /** Resolves when the process is asked to end, also half-way through the start. */
  readonly ended: Promise<unknown>;
}

export interface Everything {
  readonly welcome: string;
  stop(): Promise<void>;
}

interface Servers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly smtpUrl: string;
  readonly mailbox: Mailbox | undefined;
}

const FIRST_ADMIN_MS = 30_000;

type Endings = (() => Promise<unknown>)[];

/** Undefined when the process was asked to end before everything ran; then what had started is stopped again. */
export async function startEverything(
  config: Config,
  options: EverythingOptions,
): Promise<Everything | undefined> {
  const dataDir = resolve(config.dataDir);
  await mkdir(dataDir, { recursive: true }).catch((error: Error) => {
    throw new ConfigError(`ATES_DATA_DIR: expected a folder of ours, got ${dataDir}: ${error.message}`);
  });
  const logFile = join(dataDir, "ates.log");
  const logger = createLogger(config.logLevel, "up", logFile);
  const endings: Endings = [];
  const stop = () => endInOrder(endings, logger);
  let asked = false;
  void options.ended.then(() => {
    asked = true;
  });
  try {
    const servers = await startServers(config, dataDir, options.progress, endings);
    const password = await demoPassword(dataDir, config.demoPassword);
    await prepare(config, servers, password, options.progress);
    if (asked) return void (await stop());
    const role = await openProcess(config, servers, "ates", logFile);
    endings.push(() => role.closePools());
    const boardUrl = await startRoles(config, role, servers, options, endings);
    await writeRunning(dataDir, {
      pid: process.pid,
      ...urlsOf(servers),
      boardUrl,
      mailboxUrl: servers.mailbox?.httpUrl,
    });
    endings.push(() => removeRunning(dataDir));
    if (options.demoData && !asked) await makeDemo(role, boardUrl, password, options.progress);
    if (asked) return void (await stop());
    return { welcome: welcome(servers, boardUrl, password, logFile), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServers(
  config: Config,
  dataDir: string,
  progress: Progress,
  endings: Endings,
): Promise<Servers> {
  const log = {
    info: () => {},
    warn: (text: string) => void process.stdout.write(`    ${text}\n`),
    error: (text: string) => void process.stderr.write(`    ${text}\n`),
  };
  const databaseUrl =
    config.databaseUrl ??
    (await progress.step("Postgres", async () => {
      const postgres = await startPostgres({ dataDir: join(dataDir, "postgres"), log });
      endings.push(() => postgres.stop());
      return postgres.url;
    }));
  const redisUrl =
    config.redisUrl ??
    (await progress.step("Redis", async () => {
      const redis = await startRedis({ dataDir: join(dataDir, "redis-data"), log });
      endings.push(() => redis.stop());
      return redis.url;
    }));
  if (config.smtpUrl !== undefined)
    return { databaseUrl, redisUrl, smtpUrl: config.smtpUrl, mailbox: undefined };
  const mailbox = await progress.step("Mailbox", () =>
    startMailbox({ dataDir: join(dataDir, "mailbox"), log }),
  );
  endings.push(() => mailbox.stop());
  return { databaseUrl, redisUrl, smtpUrl: mailbox.smtpUrl, mailbox };
}

async function prepare(
  config: Config,
  servers: Servers,
  password: string,
  progress: Progress,
): Promise<void> {
  const pool = postgresPool(servers.databaseUrl, 2, () => {});
  try {
    await progress.step(
      "Schema",
      () => reach(pool, servers.databaseUrl).then(() => migrate(pool)),
      (applied) => (applied.length === 0 ? "up to date" : `${applied.length} migrations`),
    );
    const admin = {
      adminEmail: config.adminEmail ?? DEMO_ADMIN,
      adminPassword: config.adminPassword ?? password,
    };
    await migrateAnalytics(config);
    await install(pool, { ...config, ...admin }, Date.now(), hashPassword);
  } finally {
    await pool.end();
  }
  await progress.step(
    "Pages",
    () => buildWeb(),
    (built) => (built ? "built" : "up to date"),
  );
}

async function startRoles(
  config: Config,
  role: RoleProcess,
  servers: Servers,
  options: EverythingOptions,
  endings: Endings,
): Promise<string> {
  const { metrics } = role;
  const metricsServer = await metrics.listen(config.metricsPort, config.httpHost, role.pool);
  endings.push(async () => metricsServer.close());
  // Known before the first mail: its links name it.
  const httpPort = await portOf(config, options.isPortWished);
  const gateways = createGateways({ ...role, config: { ...config, httpPort } }, servers.smtpUrl);
  endings.push(gateways.close);
  const worker = createWorker({ ...role, gateways: gateways.gateways, tracer, metrics: metrics.runtime });
  endings.push(() => worker.stop());
  endings.push(followAnalytics(role));
  await options.progress.step(
    "Worker",
    () => startWorker(worker, role.pool),
    () => `${worker.ownedCount} partitions`,
  );
  const running = createEdgeRole(role);
  endings.push(running.close);
  const address = await options.progress.step("Edge", () => running.edge.listen(httpPort, config.httpHost));
  return `http://${config.httpHost.includes(":") ? `[${config.httpHost}]` : config.httpHost}:${address.port}`;
}

/** Runs when its partitions do: the first admin, promised at the installation, is registered by the first of them. */
async function startWorker(worker: Host, pool: pg.Pool): Promise<void> {
  await worker.start();
  const untilMs = Date.now() + FIRST_ADMIN_MS;
  while ((await pool.query("select from users limit 1")).rowCount === 0) {
    if (Date.now() > untilMs)
      throw new Error(`the first admin was not registered within ${FIRST_ADMIN_MS} ms; the log says why`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function portOf(config: Config, isWished: boolean): Promise<number> {
  const { httpPort } = config;
  if (httpPort !== 0 && (isWished || (await isPortFree(httpPort)))) return httpPort;
  return freePort();
}

/** Only into an empty exchange: a second start goes on with what is there. */
async function makeDemo(
  role: RoleProcess,
  boardUrl: string,
  password: string,
  progress: Progress,
): Promise<void> {
  const { rows } = await role.pool.query<{ count: number }>("select count(*) as count from users");
  if ((rows[0]?.count ?? 0) > 1) return;
  await progress.step("Demo people and tasks", () => makeDemoData(boardUrl, password));
}

function urlsOf({ databaseUrl, redisUrl, smtpUrl }: Servers) {
  return { databaseUrl, redisUrl, smtpUrl };
}

function welcome(servers: Servers, boardUrl: string, password: string, logFile: string): string {
  const rows = [
    ["Board", boardUrl],
    ["Mailbox", servers.mailbox?.httpUrl ?? servers.smtpUrl],
    ["Redis", servers.redisUrl],
    ["Postgres", servers.databaseUrl],
    ["Log", logFile],
    ["", ""],
    ["Log in as", `${DEMO_ADMIN}, manager@ates.local, accountant@ates.local, popug01@ates.local …`],
    ["Password", password],
  ];
  return `\n${rows.map(([name = "", value = ""]) => (name === "" ? "" : `  ${name.padEnd(10)} ${value}`)).join("\n")}\n\n  Ctrl-C drains and stops everything.\n\n`;
}
