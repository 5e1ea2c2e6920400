/**
 * A run: hosts of the production's code on simulated servers, people who use them, faults for a while and then none, and
 * an auditor who watches every commit. Safety is judged at each step, liveness after the faults: everything that was
 * begun must come to its end. One seed is one run, to the byte.
 */
import type { Logger } from "pino";
import { readConfig } from "../../ops/config.ts";
import type { RedisFactory } from "../../streams/connection.ts";
import { streamKey, type Topic } from "../../streams/topology.ts";
import { Auditor } from "./auditor.ts";
import { Faults, leapToCutOff } from "./faults.ts";
import { Outside } from "./gateways.ts";
import { Life } from "./life.ts";
import { Link } from "./link.ts";
import { Place, type Surroundings } from "./place.ts";
import { Random } from "./random.ts";
import { simulatedRedis } from "./redis/client.ts";
import { RedisServer } from "./redis/server.ts";
import { Scheduler } from "./scheduler.ts";
import { SimulatedDatabase } from "./store/database.ts";
import { Stumbling } from "./stumbling.ts";
import { Violation } from "./violation.ts";
import { WireAuditor } from "./wire-auditor.ts";
import { companyOf, REPLY_CHANNEL, startOf, Workload } from "./workload.ts";

export interface Run {
  readonly seed: number;
  /** Events until the faults end. */
  readonly steps: number;
  readonly keepLines?: boolean;
  /** Only the board has people: runs as they were before there was an office. */
  readonly isBoardOnly?: boolean;
}

export interface Outcome {
  readonly digest: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly faults: number;
  readonly lines: readonly string[];
  /** What was violated, or how the simulation itself failed. */
  readonly failure: unknown;
}

/** Few, so that what fails more often is held, and an operator has it tried again. */
const ATTEMPTS_MAX = 3;
/** First the hosts come up, and people are registered. */
const CALM_MS = 2_500;
/** After the faults everything must be done in this virtual time, … */
const QUIET_MAX_MS = 600_000;
const LOOK_EVERY_MS = 500;
/** … in which clocks leap now and then, for what waits out a long pause. */
const IMPATIENT_AFTER_MS = 20_000;
const LEAP_MS = 15 * 60_000;
/** In some runs clocks leap over days in which nothing was delivered. */
const LONG_DAYS = 6;

export async function simulate({
  seed,
  steps,
  keepLines = false,
  isBoardOnly = false,
}: Run): Promise<Outcome> {
  const world = new World(seed, keepLines, isBoardOnly);
  let failure: unknown;
  try {
    await world.run(steps);
  } catch (error) {
    failure = error;
  }
  return world.outcome(failure);
}

class World {
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #auditor: Auditor;
  readonly #workload: Workload;
  readonly #faults: Faults;
  readonly #places: readonly Place[];
  readonly #stage: ConstructorParameters<typeof Faults>[0];

  constructor(seed: number, keepLines: boolean, isBoardOnly: boolean) {
    const random = new Random(seed);
    this.#random = random;
    const company = companyOf(random.fork("company"), isBoardOnly);
    const scheduler = new Scheduler(keepLines, startOf(company));
    this.#scheduler = scheduler;
    const database = new SimulatedDatabase({
      company,
      nowMs: () => scheduler.nowMs,
      wallMs: () => scheduler.wallMs,
      trace: (text) => scheduler.trace(text),
    });
    this.#auditor = new Auditor({ database, company });
    const wire = new WireAuditor(database, () => scheduler.wallMs);
    const redis = new RedisServer(scheduler, (...seen) => wire.watch(...seen));
    const stumbling = new Stumbling(random.fork("stumbling"), database.letters);
    const outside = new Outside({
      ...{ witness: this.#auditor, database, partitions: company.partitions },
      ...{ random: random.fork("outside"), nowMs: () => scheduler.nowMs },
    });
    const around: Surroundings = {
      ...{ scheduler, company, database, redis, stumbling },
      outside,
      logger: loggerOf(scheduler),
      limits: { ...readConfig({}), retryAttemptsMax: ATTEMPTS_MAX },
    };
    const places = Array.from({ length: random.between(2, 3) }, (_, at) => {
      const name = `host ${at + 1}`;
      return new Place(name, around, random.fork(name));
    });
    this.#places = places;
    const leapDaysMax = !isBoardOnly && random.fork("leaps").chance(0.2) ? LONG_DAYS : 2;
    this.#stage = { ...around, places, leapDaysMax };
    this.#faults = new Faults(this.#stage, random.fork("faults"));
    const connect = edge(scheduler, redis, random.fork("edge"));
    const append = appending(connect);
    const people = { random: random.fork("workload"), isBoardOnly };
    this.#workload = new Workload({ ...people, scheduler, company, database, append });
    listen(connect, (payload) => this.#workload.heard(payload));
  }

  async run(steps: number): Promise<void> {
    for (const place of this.#places) place.start();
    this.#workload.start();
    this.#scheduler.after(CALM_MS, () => this.#faults.begin());
    await this.#scheduler.run(() => this.#scheduler.events >= steps);
    this.#faults.end();
    this.#workload.stop();
    leapToCutOff(this.#stage, this.#random.fork("last cut-off"));
    await this.#quiet();
    this.#auditor.check();
  }

  outcome(failure: unknown): Outcome {
    const { events, nowMs, lines = [] } = this.#scheduler;
    return {
      digest: this.#scheduler.digest(),
      events,
      virtualMs: nowMs,
      faults: this.#faults.count,
      lines,
      failure,
    };
  }

  /** Until everything that was begun has come to its end. */
  async #quiet(): Promise<void> {
    const scheduler = this.#scheduler;
    const endMs = scheduler.nowMs + QUIET_MAX_MS;
    let impatientMs = scheduler.nowMs + IMPATIENT_AFTER_MS;
    for (;;) {
      const open = this.#workload.open() ?? this.#auditor.open();
      if (open === undefined) return;
      if (scheduler.nowMs > endMs)
        throw new Violation("liveness", `${open} after ${QUIET_MAX_MS} ms without faults`);
      if (scheduler.nowMs > impatientMs) {
        scheduler.leapTo(Math.max(scheduler.wallMs + LEAP_MS, this.#stage.database.nextDueMs ?? 0));
        impatientMs += IMPATIENT_AFTER_MS;
      }
      const untilMs = scheduler.nowMs + LOOK_EVERY_MS;
      scheduler.after(LOOK_EVERY_MS, () => {});
      await scheduler.run(() => scheduler.nowMs >= untilMs);
    }
  }
}

/** The edge's way to Redis: it never dies here, but its connections do. */
function edge(scheduler: Scheduler, server: RedisServer, random: Random): RedisFactory {
  const life = new Life("edge", scheduler);
  return simulatedRedis({ server, scheduler, life, link: new Link("redis", random) });
}

/** Answers whether the edge was told that the command is in its stream; it may be in anyway. */
function appending(connect: RedisFactory): (topic: Topic, envelope: string) => Promise<boolean> {
  const client = connect("commands");
  client.connect().catch(() => undefined);
  return async (topic, envelope) => {
    const appended = client.xadd(streamKey({ topic, partition: 0 }), "NOMKSTREAM", "*", "e", envelope);
    return (await appended.catch(() => null)) !== null;
  };
}

/** Replies that are lost are lost: nobody may count on them. */
function listen(connect: RedisFactory, hear: (payload: string) => void): void {
  const ears = connect("subscriber");
  ears.on("message", (_channel: string, lines: string) => {
    for (const line of lines.split("\n")) hear(line);
  });
  ears.on("ready", () => void ears.subscribe(REPLY_CHANNEL).catch(() => undefined));
  ears.connect().catch(() => undefined);
}

/** Tells the run's reader what hosts warn of. An error that only a bug can make ends the run. */
function loggerOf(scheduler: Scheduler): Logger {
  const log = ({ err }: { err?: unknown }, text: string) => {
    if (err instanceof TypeError || err instanceof RangeError || err instanceof ReferenceError)
      scheduler.fail(err);
    scheduler.lines?.push(`  ${text}: ${String(err)}`);
  };
  return { warn: log, error: log, info: () => {}, debug: () => {} } as unknown as Logger;
}
