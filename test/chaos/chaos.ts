/**
 * A chaos run (issue: guarantees): a whole installation of real processes on real servers, a client with its own books,
 * faults chosen by a seed, day closes in between; at the end, quiet, the audit and `ates verify`.
 *
 * First faults one at a time, which are measured; then a day closed by many at once; then a close under siege, while links
 * and the world around fail too; then the storm, in which faults of all lanes fall together.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Audit } from "./audit.ts";
import { Books } from "./books.ts";
import { Chance } from "./chance.ts";
import { Traffic } from "./client.ts";
import { FaultLog } from "./fault-log.ts";
import type { FaultKind } from "./faults/fault.ts";
import { LINK_FAULTS } from "./faults/links.ts";
import { OUTSIDE_FAULTS } from "./faults/outside.ts";
import { freezeWorker, killWorker, PROCESS_FAULTS, stopWorker } from "./faults/processes.ts";
import { emptyRedis, flushRedis, olderRedis, restartPostgres, SERVER_FAULTS } from "./faults/servers.ts";
import { handoverPauses } from "./handover.ts";
import { Installation, type Size } from "./installation.ts";
import { hire, Load, type People } from "./load.ts";
import { awaitQuiet, verify } from "./quiet.ts";
import { Prober } from "./recovery.ts";
import type { Report } from "./report.ts";
import { besiege, type Siege } from "./siege.ts";

export interface ChaosOptions extends Size {
  readonly seed: number;
  /** From the first fault to the last. */
  readonly durationMs: number;
  /** On a machine that is busy the storm goes on for so many, up to half the time again. */
  readonly faultsMin: number;
  readonly employees: number;
  readonly hands: number;
  /** How often each of the measured faults comes alone. */
  readonly roundsAlone: number;
  readonly closesAtOnce: number;
  readonly siegeKills: number;
  /** How many times shorter than usual the pauses between faults are. */
  readonly haste: number;
  /** After the faults: how long may it take until nothing is on its way? */
  readonly quietMsMax: number;
  readonly say: (text: string) => void;
  /** Leaves logs and data for a look, also when all is well. */
  readonly keep: boolean;
}

const LANES: Readonly<Record<FaultKind["lane"], readonly FaultKind[]>> = {
  processes: PROCESS_FAULTS,
  links: LINK_FAULTS,
  servers: SERVER_FAULTS,
  outside: OUTSIDE_FAULTS,
};

/** Between two faults of a lane. */
const PAUSE_MS: Readonly<Record<FaultKind["lane"], { from: number; to: number }>> = {
  processes: { from: 300, to: 1_500 },
  links: { from: 100, to: 900 },
  servers: { from: 1_500, to: 4_000 },
  outside: { from: 500, to: 3_000 },
};

const MEASURED: readonly FaultKind[] = [
  stopWorker,
  killWorker,
  flushRedis,
  emptyRedis,
  restartPostgres,
  olderRedis,
  freezeWorker,
];
const CLOSE_EVERY_MS = 20_000;
const BALANCED_MS_MAX = 20_000;
const SIEGE_SHARE = 0.4;

export async function runChaos(options: ChaosOptions): Promise<Report> {
  const chance = new Chance(options.seed);
  options.say(`seed ${options.seed}: starting ${options.copies} workers and ${options.copies} edges`);
  const installation = await Installation.start(options, chance.fork());
  let isClean = false;
  try {
    const run = await Run.prepare(options, installation, chance);
    await run.faults();
    const report = await run.conclude();
    isClean = report.violations.length === 0;
    return report;
  } finally {
    await installation.stop({ keep: options.keep || !isClean });
    if (options.keep || !isClean) options.say(`logs and data are in ${installation.folder}`);
  }
}

class Run {
  readonly #o: ChaosOptions;
  readonly #installation: Installation;
  readonly #chance: Chance;
  readonly #people: People;
  readonly #traffic: Traffic;
  readonly #load: Load;
  readonly #log: FaultLog;
  readonly #pauses: number[] = [];
  readonly #startedMs = performance.now();
  #faultsMs = 0;
  #siege: Siege = { kills: 0, dates: [] };

  private constructor(
    options: ChaosOptions,
    installation: Installation,
    chance: Chance,
    traffic: Traffic,
    people: People,
  ) {
    this.#o = options;
    this.#installation = installation;
    this.#chance = chance;
    this.#traffic = traffic;
    this.#people = people;
    this.#load = new Load(people, traffic, new Books(), installation, chance.fork());
    this.#log = new FaultLog(installation, new Prober(installation, this.#load, chance.fork()));
  }

  static async prepare(options: ChaosOptions, installation: Installation, chance: Chance): Promise<Run> {
    const traffic = new Traffic(installation.urls);
    const people = await hire(traffic, options.employees);
    options.say(`everything runs, ${options.employees} employees are hired; ${installation.folder}`);
    return new Run(options, installation, chance, traffic, people);
  }

  async faults(): Promise<void> {
    const { durationMs, roundsAlone, closesAtOnce, siegeKills, hands, say } = this.#o;
    const startedMs = performance.now();
    const untilMs = startedMs + durationMs;
    this.#load.begin(hands);
    await sleep(1_000);
    for (let round = 0; round < roundsAlone; round++) await this.#alone();
    if (roundsAlone > 0) say(`${this.#log.records.length} faults came alone and were measured`);
    await this.#load.closeDay(closesAtOnce);
    say(`a day was closed ${closesAtOnce} times at once`);
    await this.#besiege(siegeKills, durationMs * SIEGE_SHARE);
    say(`a close was besieged: ${this.#siege.kills} kills, ${this.#siege.dates.length} dates`);
    await this.#storm(untilMs);
    this.#faultsMs = performance.now() - startedMs;
    say(`the storm is over: ${this.#log.records.length} faults, ${this.#log.misses} misses`);
  }

  async conclude(): Promise<Report> {
    const { say, seed, quietMsMax } = this.#o;
    await this.#installation.heal();
    await this.#log.measured();
    await this.#load.end();
    say("every command has its answer; waiting for quiet");
    const quietFrom = performance.now();
    const left = await awaitQuiet(this.#installation, quietMsMax);
    const quietMs = performance.now() - quietFrom;
    const audit = new Audit(this.#load.books, this.#people);
    const said = await audit.run(this.#installation.mail.taken, await this.#installation.providerBook());
    const findings = await verify(this.#installation);
    const wrong = findings.filter(({ verdict }) => verdict !== "ok");
    const violations = [
      ...(left === undefined ? [] : [`not quiet after ${quietMsMax / 1_000} s: ${left}`]),
      ...this.#traffic.unexpected,
      ...audit.violations,
      ...wrong.map(({ check, says, first }) => `verify ${check}: ${says}: ${first}`),
    ];
    return {
      seed,
      seconds: (performance.now() - this.#startedMs) / 1_000,
      faultSeconds: this.#faultsMs / 1_000,
      faults: this.#log.records,
      misses: this.#log.misses,
      handoverPausesMs: this.#pauses,
      siege: this.#siege,
      closesAtOnce: this.#o.closesAtOnce,
      answers: Object.fromEntries(this.#traffic.answers),
      refusedMs: this.#traffic.refusedMs,
      slowRefusals: Object.fromEntries(this.#traffic.slowRefusals),
      slowestMs: this.#traffic.slowestMs,
      quietMs,
      processStarts: this.#installation.processStarts,
      totals: {
        tasks: said.tasks.length,
        entries: [...said.entries.values()].reduce((sum, list) => sum + list.length, 0),
        businessDates: [this.#installation.company.firstDate, said.businessDate],
        closedDays: said.days.filter(({ state }) => state === "closed").length,
        payouts: said.payouts.length,
        held: said.days.reduce((sum, { heldAccounts }) => sum + heldAccounts.length, 0),
        mails: this.#installation.mail.taken.length,
      },
      comparisons: audit.comparisons,
      checks: findings.length,
      violations,
    };
  }

  async #alone(): Promise<void> {
    for (const fault of MEASURED) {
      await this.#balanced();
      const [atMs, before] = [Date.now(), this.#pids()];
      const record = await this.#log.strike(fault, this.#chance, true);
      if (fault !== stopWorker || record === undefined) continue;
      const pid = before.get(record.target) ?? 0;
      this.#pauses.push(...handoverPauses(this.#installation, pid, atMs));
    }
  }

  #pids(): Map<string, number> {
    return new Map(this.#installation.workers.map(({ process }) => [process.name, process.pid]));
  }

  /** Until every worker lives and has its share: else the next fault would meet the last one's aftermath. */
  async #balanced(): Promise<void> {
    const untilMs = performance.now() + BALANCED_MS_MAX;
    const pids = () => [...this.#pids().values()].map(String);
    while (performance.now() < untilMs) {
      const { rows } = await this.#installation.pool
        .query<{ owners: number }>(
          `select count(distinct split_part(h.name, '/', 2)) as owners from partitions p join hosts h on h.id = p.owner
            where split_part(h.name, '/', 2) = any($1::text[])`,
          [pids()],
        )
        .catch(() => ({ rows: [] }));
      if (rows[0]?.owners === this.#o.copies) break;
      await sleep(100);
    }
    await sleep(500);
  }

  async #besiege(kills: number, limitMs: number): Promise<void> {
    if (kills === 0) return;
    let isOver = false;
    this.#log.isMeasuring = false;
    const beside = this.#lanes(["links", "outside"], () => isOver);
    this.#siege = await besiege(this.#installation, this.#load, this.#chance.fork(), kills, limitMs);
    isOver = true;
    await beside;
    this.#log.isMeasuring = true;
    for (let kill = 0; kill < this.#siege.kills; kill++)
      this.#log.add("kill -9 during a close", this.#siege.dates.join(", "));
    await this.#installation.serves();
  }

  async #storm(untilMs: number): Promise<void> {
    const closing = this.#closeDays(untilMs);
    const latestMs = untilMs + this.#o.durationMs / 2;
    const isOver = () =>
      performance.now() > (this.#log.records.length < this.#o.faultsMin ? latestMs : untilMs);
    await this.#lanes(["processes", "links", "servers", "outside"], isOver);
    await closing;
  }

  async #lanes(names: readonly FaultKind["lane"][], isOver: () => boolean): Promise<void> {
    await Promise.all(names.map((name) => this.#lane(name, LANES[name], this.#chance.fork(), isOver)));
  }

  async #lane(
    name: FaultKind["lane"],
    kinds: readonly FaultKind[],
    chance: Chance,
    isOver: () => boolean,
  ): Promise<void> {
    const { from, to } = PAUSE_MS[name];
    while (!isOver()) {
      await sleep(chance.between(from, to) / this.#o.haste);
      const fault = chance.weighted(kinds);
      await this.#log.strike(fault, chance.fork(), false).catch((error) => {
        this.#installation.note(`${fault.name} itself failed: ${error}`);
        this.#log.misses += 1;
      });
    }
  }

  /** By hand, now and then; by the cut-off, whenever the clock passes one. */
  async #closeDays(untilMs: number): Promise<void> {
    for (;;) {
      await sleep(Math.min(CLOSE_EVERY_MS, Math.max(0, untilMs - performance.now())));
      if (performance.now() >= untilMs) return;
      await this.#load.closeDay();
    }
  }
}
