/**
 * Configuration: read once from the environment into a frozen object. Every setting says its unit, its default and the
 * reason for it; a wrong one is refused with one sentence that says what was expected. `ates config` prints the table.
 */

import { EDGE_LIMITS } from "../http/limits.ts";
import { RATE_LIMIT } from "../http/rate-limit.ts";
import { IDENTITY_SETTINGS } from "./identity-settings.ts";
import { PAYMENT_SETTINGS } from "./payment-settings.ts";
import {
  ConfigError,
  currency,
  optional,
  priceRange,
  roles,
  type Setting,
  setting,
  text,
  timeZone,
  url,
  whole,
  yesOrNo,
} from "./setting.ts";
import { WEBHOOK_SETTINGS } from "./webhook-settings.ts";

const SETTINGS = {
  databaseUrl: setting(
    "DATABASE_URL",
    "",
    optional(url("postgres:", "postgresql:")),
    "Postgres 15 or newer; empty = an embedded one",
    true,
  ),
  readDatabaseUrl: setting(
    "READ_DATABASE_URL",
    "",
    optional(url("postgres:", "postgresql:")),
    "one replica that the edge reads from, and goes on reading from while the primary is away; empty = DATABASE_URL",
    true,
  ),
  analyticsDatabaseUrl: setting(
    "ANALYTICS_DATABASE_URL",
    "",
    optional(url("postgres:", "postgresql:")),
    "a database of its own for the analytics read side, made there from its facts by the workers; empty = in DATABASE_URL",
    true,
  ),
  redisUrl: setting(
    "REDIS_URL",
    "",
    optional(url("redis:", "rediss:")),
    "Redis 7.0 or newer with maxmemory-policy noeviction; empty = an embedded one",
    true,
  ),
  smtpUrl: setting(
    "SMTP_URL",
    "",
    optional(url("smtp:", "smtps:")),
    "where mails go; empty = the demo's mailbox",
    true,
  ),
  mailFrom: setting(
    "ATES_MAIL_FROM",
    "aTES <payroll@ates.local>",
    text(/^[^\r\n]+@[^\r\n]+$/, "an address such as aTES <payroll@example.com>"),
    "sender of all mails",
  ),
  ...PAYMENT_SETTINGS,
  ...WEBHOOK_SETTINGS,
  httpHost: setting(
    "ATES_HTTP_HOST",
    "127.0.0.1",
    text(/^[\w.:-]+$/, "a host name or address"),
    "where the edge listens; loopback unless you say otherwise",
  ),
  httpPort: setting(
    "ATES_HTTP_PORT",
    "8080",
    whole(0, 65_535),
    "port of the edge; 0 = any free one; `up` takes a free one when it is taken",
  ),
  ...IDENTITY_SETTINGS,
  metricsPort: setting("ATES_METRICS_PORT", "0", whole(0, 65_535), "port of /metrics; 0 = any free one"),
  dataDir: setting("ATES_DATA_DIR", ".ates", text(/./, "a folder"), "embedded servers' data"),
  logLevel: setting(
    "ATES_LOG_LEVEL",
    "info",
    text(/^(trace|debug|info|warn|error|fatal|silent)$/, "trace, debug, info, warn, error, fatal or silent"),
    "least level that is logged",
  ),
  databaseConnections: setting(
    "ATES_DATABASE_CONNECTIONS",
    "12",
    whole(2, 200),
    "Postgres connections per role and process: batches commit in parallel, two cores are busy with eight",
  ),
  leaseTtlMs: setting(
    "ATES_LEASE_TTL_MS",
    "4000",
    whole(500, 120_000),
    "ms of silence after which a host is taken for dead: takeover stays below 6 s",
  ),
  beatEveryMs: setting(
    "ATES_BEAT_EVERY_MS",
    "1000",
    whole(50, 30_000),
    "ms between a host's beats: a quarter of the lease, so that three may be lost",
  ),
  keepEveryMs: setting(
    "ATES_KEEP_EVERY_MS",
    "1000",
    whole(50, 60_000),
    "ms between two looks of the outbox's keeper: how soon a lost tail is sent again",
  ),
  drainDeadlineMs: setting(
    "ATES_DRAIN_DEADLINE_MS",
    "15000",
    whole(100, 300_000),
    "ms to drain in on SIGTERM: below Kubernetes' 30 s",
  ),
  batchEntriesMax: setting(
    "ATES_BATCH_ENTRIES_MAX",
    "500",
    whole(1, 10_000),
    "entries of one batch: some 20 ms of work",
  ),
  batchBytesMax: setting("ATES_BATCH_BYTES_MAX", "1048576", whole(1_024, 67_108_864), "bytes of one batch"),
  mailboxBytesMax: setting(
    "ATES_MAILBOX_BYTES_MAX",
    "1048576",
    whole(1_024, 268_435_456),
    "bytes read ahead per partition before reading waits",
  ),
  hotEntitiesMax: setting(
    "ATES_HOT_ENTITIES_MAX",
    "6000",
    whole(100, 10_000_000),
    "entities a partition keeps in memory",
  ),
  retryBaseMs: setting(
    "ATES_RETRY_BASE_MS",
    "1000",
    whole(1, 600_000),
    "ms within which a parked mailbox is tried again first; each further pause may be twice as long",
  ),
  retryMaxMs: setting(
    "ATES_RETRY_MAX_MS",
    "300000",
    whole(1, 86_400_000),
    "ms that a pause between two tries may last at most",
  ),
  retryAttemptsMax: setting(
    "ATES_RETRY_ATTEMPTS_MAX",
    "12",
    whole(1, 1_000),
    "tries of a message, some ten minutes: then money is held for an operator, and other kinds give it up",
  ),
  commandsInFlightMax: setting(
    "ATES_COMMANDS_IN_FLIGHT_MAX",
    String(EDGE_LIMITS.commandsInFlightMax),
    whole(1, 100_000),
    "commands of one topic on their way, per edge; beyond it 503 at once: memory of some 10 KiB each",
  ),
  commandsInFlightMin: setting(
    "ATES_COMMANDS_IN_FLIGHT_MIN",
    String(EDGE_LIMITS.commandsInFlightMin),
    whole(1, 100_000),
    "commands of one topic that are always let in: what a board decides within a few batches, however slow it just was",
  ),
  commandWaitMsMax: setting(
    "ATES_COMMAND_WAIT_MS_MAX",
    String(EDGE_LIMITS.commandWaitMsMax),
    whole(10, 60_000),
    "ms a command may wait for those before it, by the measured rate; beyond it 503: a tenth of a request's 5 s",
  ),
  commandAgeMsMax: setting(
    "ATES_COMMAND_AGE_MS_MAX",
    String(EDGE_LIMITS.commandAgeMsMax),
    whole(100, 600_000),
    "ms that a topic's oldest undecided command may be old, of all edges; beyond it 503: longer than a takeover's 6 s",
  ),
  factsBehindMax: setting(
    "ATES_FACTS_BEHIND_MAX",
    String(EDGE_LIMITS.factsBehindMax),
    whole(1, 100_000_000),
    "facts of the board that accounts have not posted; beyond it 503: some 600 MiB of outbox and streams",
  ),
  readsInProgressMax: setting(
    "ATES_READS_IN_PROGRESS_MAX",
    String(EDGE_LIMITS.readsInProgressMax),
    whole(50, 100_000),
    "reads at a time, per edge; beyond it 503: fifty in line for each of ten connections",
  ),
  loginsInProgressMax: setting(
    "ATES_LOGINS_IN_PROGRESS_MAX",
    String(EDGE_LIMITS.loginsInProgressMax),
    whole(1, 10_000),
    "log-ins at a time, per edge; beyond it 503: some 50 ms of a core each, so that all are answered within a second",
  ),
  requestsInProgressMax: setting(
    "ATES_REQUESTS_IN_PROGRESS_MAX",
    String(EDGE_LIMITS.requestsInProgressMax),
    whole(1, 1_000_000),
    "requests at a time, per edge, all together; beyond it 503: above the limits of their kinds",
  ),
  bodiesBytesMax: setting(
    "ATES_BODIES_BYTES_MAX",
    String(EDGE_LIMITS.bodiesBytesMax),
    whole(1_048_576, 4_294_967_296),
    "bytes of request bodies in memory, per edge; beyond it 503: sixty-four of the longest",
  ),
  connectionsMax: setting(
    "ATES_CONNECTIONS_MAX",
    String(EDGE_LIMITS.connectionsMax),
    whole(1, 1_000_000),
    "connections of one edge, feeds included: below the usual limit of open files",
  ),
  feedListenersMax: setting(
    "ATES_FEED_LISTENERS_MAX",
    String(EDGE_LIMITS.feedListenersMax),
    whole(1, 1_000_000),
    "open feeds of one edge; beyond it 503: half of the connections, so that requests find one",
  ),
  ratePerSecond: setting(
    "ATES_RATE_PER_SECOND",
    String(RATE_LIMIT.perSecond),
    whole(1, 1_000_000),
    "requests of one person, or of one address without a token, per second and edge; beyond it 429",
  ),
  rateBurstPerMinute: setting(
    "ATES_RATE_BURST_PER_MINUTE",
    String(RATE_LIMIT.burstPerMinute),
    whole(1, 60_000_000),
    "requests beyond that rate within a minute: a page that loads, a script that imports",
  ),
  trustProxy: setting(
    "ATES_TRUST_PROXY",
    "no",
    yesOrNo,
    "yes = a proxy of yours adds to X-Forwarded-For: its last address is the client's; no = anybody could write it",
  ),
  companyName: setting(
    "ATES_COMPANY_NAME",
    "UberPopug Inc",
    text(/^.{1,200}$/, "a name"),
    "fixed at install",
  ),
  currency: setting(
    "ATES_CURRENCY",
    "JPY",
    currency,
    "ISO 4217, fixed at install; the yen has no smaller unit, so prices of 10..20 are whole numbers of it",
  ),
  timeZone: setting("ATES_TIME_ZONE", "UTC", timeZone, "IANA zone of business dates, fixed at install"),
  cutOff: setting(
    "ATES_CUT_OFF",
    "00:00",
    text(/^([01]\d|2[0-3]):[0-5]\d$/, "HH:MM"),
    "when a business date ends: 00:00 = the midnight after it, 18:30 = that evening; fixed at install",
  ),
  partitions: setting(
    "ATES_PARTITIONS",
    "16",
    whole(1, 1_024),
    "partitions of everything keyed by account, fixed at install",
  ),
  fee: setting(
    "ATES_FEE_MINOR",
    "10..20",
    priceRange,
    "fees in minor units: from..to or from..to/step, fixed at install",
  ),
  reward: setting("ATES_REWARD_MINOR", "20..40", priceRange, "rewards in minor units, likewise"),
  excludedRoles: setting(
    "ATES_EXCLUDED_ROLES",
    "admin,manager",
    roles,
    "roles that get no tasks, fixed at install",
  ),
  adminEmail: setting(
    "ATES_ADMIN_EMAIL",
    "",
    optional(text(/^\S+@\S+$/, "an e-mail address")),
    "the first admin, registered at install together with ATES_ADMIN_PASSWORD",
  ),
  adminPassword: setting(
    "ATES_ADMIN_PASSWORD",
    "",
    optional(text(/^.{8,200}$/, "8 to 200 characters")),
    "password of the first admin",
    true,
  ),
  demoPassword: setting(
    "ATES_DEMO_PASSWORD",
    "",
    optional(text(/^.{8,200}$/, "8 to 200 characters")),
    "password of the demo's people; empty = generated at the first start",
    true,
  ),
  otlpEndpoint: setting(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "",
    optional(url("http:", "https:")),
    "where traces go by OTLP/HTTP; empty = nowhere, at no cost",
  ),
} as const;

type Settings = typeof SETTINGS;
export type Config = { readonly [K in keyof Settings]: ReturnType<Settings[K]["parse"]> };

/** Throws a ConfigError that names the setting, what was expected and what was got. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const read = Object.entries(SETTINGS).map(([name, each]) => [
    name,
    parseSetting(each as Setting<unknown>, env),
  ]);
  const config = Object.freeze(Object.fromEntries(read)) as Config;
  // A host that beats too seldom may never judge others: what a dead one had would stay without an owner.
  const { beatEveryMs, leaseTtlMs } = config;
  const limit = `expected at most a third of ATES_LEASE_TTL_MS (${leaseTtlMs})`;
  if (beatEveryMs * 3 > leaseTtlMs)
    throw new ConfigError(`ATES_BEAT_EVERY_MS: ${limit}, got "${beatEveryMs}".`);
  return config;
}

function parseSetting({ env, fallback, parse, secret }: Setting<unknown>, from: NodeJS.ProcessEnv): unknown {
  const value = from[env] ?? fallback ?? "";
  try {
    return parse(value);
  } catch (error) {
    const got = secret ? "something else" : JSON.stringify(value);
    throw new ConfigError(`${env}: ${error instanceof Error ? error.message : String(error)}, got ${got}.`);
  }
}

/** Every setting with its value (secrets hidden), default and reason: what `ates config` prints. */
export function describeConfig(
  env: NodeJS.ProcessEnv = process.env,
): { env: string; value: string; fallback: string; about: string }[] {
  return Object.values<Setting<unknown>>(SETTINGS).map((each) => {
    const value = env[each.env] ?? each.fallback ?? "";
    const shown = each.secret === true && value !== "" ? "(set)" : value;
    return { env: each.env, value: shown, fallback: each.fallback ?? "", about: each.about };
  });
}
