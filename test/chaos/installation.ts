/**
 * A whole installation to be hurt: Postgres, Redis, a mail server, copies of every role as processes of their own, and
 * between each process and each server a proxy of ours.
 */
import { createWriteStream } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type pg from "pg";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { hashPassword } from "../../http/auth/password.ts";
import { readConfig } from "../../ops/config.ts";
import { loopback } from "../../ops/embedded/free-port.ts";
import { install } from "../../ops/install.ts";
import { migrate } from "../../ops/migrate.ts";
import type { Company } from "../../schemas/company.ts";
import { BusinessClock, CALENDAR } from "./business-clock.ts";
import type { Chance } from "./chance.ts";
import { MailSink } from "./mail-sink.ts";
import type { Order, ProviderMood, Report } from "./orders.ts";
import { RoleProcess } from "./role-process.ts";
import { quietPort, Servers } from "./servers.ts";
import { TcpProxy } from "./tcp-proxy.ts";

export const ADMIN_EMAIL = "admin@chaos.local";
export const PASSWORD = "parrots-love-chaos";
const SERVES_MS_MAX = 60_000;
const LOOK_EVERY_MS = 50;

export interface Size {
  /** Copies of each role. */
  readonly copies: number;
  readonly partitions: number;
}

/** A process with its links. */
export interface Place {
  readonly process: RoleProcess;
  readonly postgres: TcpProxy;
  readonly redis: TcpProxy;
  /** An edge's address; a worker has none. */
  readonly url: string;
}

export interface Seen extends Report {
  readonly pid: number;
}

export class Installation {
  readonly folder: string;
  readonly servers: Servers;
  readonly mail: MailSink;
  readonly clock: BusinessClock;
  readonly company: Company;
  /** Straight to Postgres and Redis, past the proxies: for looking, and for hurting. */
  readonly pool: pg.Pool;
  readonly redis: Redis;
  readonly workers: Place[] = [];
  readonly edges: Place[] = [];
  readonly seen: Seen[] = [];
  #provider: ProviderMood = "pays";

  private constructor(
    parts: Pick<Installation, "folder" | "servers" | "mail" | "clock" | "company" | "pool">,
  ) {
    this.folder = parts.folder;
    this.servers = parts.servers;
    this.mail = parts.mail;
    this.clock = parts.clock;
    this.company = parts.company;
    this.pool = parts.pool;
    this.redis = new Redis(parts.servers.redisUrl, { protocol: 2, maxRetriesPerRequest: null });
    this.redis.on("error", () => undefined);
  }

  static async start(size: Size, chance: Chance): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), "ates-chaos-"));
    await chmod(folder, 0o755); // as root the servers run as another user, who must get in
    const clock = BusinessClock.beforeClockChange(chance);
    const [servers, mail] = await Promise.all([Servers.start(folder), MailSink.open()]);
    const pool = postgresPool(servers.databaseUrl, 4, () => {});
    const company = await prepare(pool, size, clock);
    await writeFile(join(folder, "provider.jsonl"), "");
    const installation = new Installation({ folder, servers, mail, clock, company, pool });
    for (let copy = 1; copy <= size.copies; copy++) {
      installation.workers.push(await installation.#place("worker", copy));
      installation.edges.push(await installation.#place("edge", copy));
    }
    await installation.serves();
    return installation;
  }

  get places(): readonly Place[] {
    return [...this.workers, ...this.edges];
  }

  get urls(): readonly string[] {
    return this.edges.map(({ url }) => url);
  }

  get processStarts(): number {
    return this.places.reduce((sum, { process }) => sum + process.starts, 0);
  }

  /** What the provider has paid, in its own book: a line per call that it heard and granted. */
  async providerBook(): Promise<readonly Record<string, unknown>[]> {
    const text = await readFile(join(this.folder, "provider.jsonl"), "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  setProvider(mood: ProviderMood): void {
    this.#provider = mood;
    this.#tellAll({ provider: mood });
  }

  /** After a step of the clock: all processes hear of it, each in its own moment. */
  tellTime(): void {
    this.#tellAll({ clockOffsetMs: this.clock.offsetMs });
  }

  /** Until every edge is ready and every partition has an owner that lives. */
  async serves(): Promise<void> {
    const untilMs = performance.now() + SERVES_MS_MAX;
    for (const { url, process } of this.edges) {
      while (!(await isReady(url))) {
        if (performance.now() > untilMs)
          throw new Error(`${process.name} does not serve; see ${this.folder}`);
        await sleep(LOOK_EVERY_MS);
      }
    }
  }

  /** Nothing is broken any more, from here on. */
  async heal(): Promise<void> {
    this.mail.mood = "well";
    this.setProvider("pays");
    this.#tellAll({ arm: null });
    for (const { postgres, redis } of this.places) await Promise.all([postgres.heal(), redis.heal()]);
    await this.serves();
  }

  async stop({ keep = false } = {}): Promise<void> {
    await Promise.all(this.places.map(({ process }) => process.stop()));
    await Promise.all(this.places.flatMap(({ postgres, redis }) => [postgres.close(), redis.close()]));
    this.redis.disconnect();
    await Promise.all([this.pool.end(), this.mail.close()]);
    await this.servers.stop();
    if (!keep) await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  note(line: string): void {
    this.#log.write(`${new Date().toISOString()} ${line}\n`);
  }

  get #log() {
    this.#logStream ??= createWriteStream(join(this.folder, "faults.log"), { flags: "a" });
    return this.#logStream;
  }
  #logStream: ReturnType<typeof createWriteStream> | undefined;

  #tellAll(order: Order): void {
    for (const { process } of this.places) process.tell(order);
  }

  async #place(role: "worker" | "edge", copy: number): Promise<Place> {
    const { servers } = this;
    const postgres = await TcpProxy.open(await quietPort(), servers.postgresPort);
    const redis = await TcpProxy.open(await quietPort(), servers.redisPort);
    const httpPort = await quietPort();
    const process = new RoleProcess({
      role,
      name: `${role}-${copy}`,
      env: {
        DATABASE_URL: atPort(servers.databaseUrl, postgres.port),
        REDIS_URL: atPort(servers.redisUrl, redis.port),
        SMTP_URL: this.mail.url,
        ATES_HTTP_PORT: String(httpPort),
        ATES_LOG_LEVEL: "warn",
        OTEL_EXPORTER_OTLP_ENDPOINT: "",
        CHAOS_PROVIDER_LEDGER: join(this.folder, "provider.jsonl"),
      },
      logFile: join(this.folder, `${role}-${copy}.log`),
      firstOrder: () => ({ clockOffsetMs: this.clock.offsetMs, provider: this.#provider }),
      onReport: (report, pid) => this.seen.push({ ...report, pid }),
    });
    return { process, postgres, redis, url: `http://${loopback}:${httpPort}` };
  }
}

/** Leases and beats are the production's; the run's own are the zone, the cut-off and the number of partitions. */
async function prepare(pool: pg.Pool, { partitions }: Size, clock: BusinessClock): Promise<Company> {
  await migrate(pool);
  const config = readConfig({
    ATES_TIME_ZONE: CALENDAR.timeZone,
    ATES_CUT_OFF: CALENDAR.cutOff,
    ATES_PARTITIONS: String(partitions),
    ATES_ADMIN_EMAIL: ADMIN_EMAIL,
    ATES_ADMIN_PASSWORD: PASSWORD,
  });
  return install(pool, config, clock.nowMs(), hashPassword);
}

function atPort(url: string, port: number): string {
  const other = new URL(url);
  other.port = String(port);
  return other.href;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
