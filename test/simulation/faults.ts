/**
 * What befalls a run, by its seed: which kinds of faults it knows, how often they come, and when. Each seed takes some
 * kinds and leaves others out, so that every mixture comes about, also those where one fault does not hide another.
 */
import { endOfDateMs } from "../../schemas/business-date.ts";
import type { Company } from "../../schemas/company.ts";
import type { Outside } from "./gateways.ts";
import type { Link, LinkFaults } from "./link.ts";
import { NO_FAULTS } from "./link.ts";
import type { Place } from "./place.ts";
import type { Random } from "./random.ts";
import type { RedisServer, Snapshot } from "./redis/server.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimulatedDatabase } from "./store/database.ts";
import type { Stumbling } from "./stumbling.ts";

export interface Stage {
  readonly scheduler: Scheduler;
  readonly company: Company;
  readonly database: SimulatedDatabase;
  readonly redis: RedisServer;
  readonly places: readonly Place[];
  readonly stumbling: Stumbling;
  readonly outside: Outside;
  /** Over how many days clocks leap at most, when they leap over any. */
  readonly leapDaysMax: number;
}

const PAUSE_MAX_MS = 9_000;
const AWAY_MAX_MS = 4_000;
/** Means between two faults: some runs are quiet but for one thing, in others everything breaks at once. */
const GAP_MIN_MS = 600;
const GAP_MAX_MS = 4_000;
const DAY_MIN_MS = 3_000;
const DAY_MAX_MS = 12_000;

export class Faults {
  readonly #stage: Stage;
  readonly #random: Random;
  readonly #kinds: readonly string[];
  readonly #gapMs: number;
  #isQuiet = false;
  #count = 0;
  #snapshot: Snapshot | undefined;

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
    this.#kinds = Object.keys(KINDS).filter(() => random.chance(0.4));
    this.#gapMs = random.between(GAP_MIN_MS, GAP_MAX_MS);
  }

  /** How many have happened, those of single calls left aside. */
  get count(): number {
    return this.#count;
  }

  begin(): void {
    const { places, stumbling } = this.#stage;
    for (const place of places) {
      const { webhook, ...others } = place.links;
      for (const link of Object.values(others)) link.faults = this.#linkFaults(link, this.#random);
      webhook.faults = this.#linkFaults(webhook, this.#random.fork(place.name));
    }
    stumbling.chance = this.#random.chance(0.4) ? 0.03 : 0;
    stumbling.deadlyChance = this.#random.chance(0.2) ? 0.01 : 0;
    this.#next();
    this.#nextDay();
  }

  /** No more faults: what is broken is mended by whoever mends such things outside of the system. */
  end(): void {
    this.#isQuiet = true;
    const { places, redis, stumbling, outside } = this.#stage;
    outside.receivers.areMended = true;
    [stumbling.chance, stumbling.deadlyChance] = [0, 0];
    redis.isAway = false;
    redis.isLoading = false;
    for (const place of places) {
      for (const link of Object.values(place.links)) [link.faults, link.isAway] = [NO_FAULTS, false];
      place.life?.resume();
      place.start();
    }
  }

  #linkFaults(link: Link, random: Random): LinkFaults {
    const some = (chance: number) => (random.chance(0.35) ? chance : 0);
    const isServer = link.name === "postgres" || link.name === "redis";
    const [rare, seldom] = isServer ? [0.0007, 0.008] : [0.01, 0.15];
    const refusals = { refused: some(seldom), answerLost: some(seldom), late: some(seldom) };
    return { ...refusals, crash: some(rare), slow: some(seldom) };
  }

  #next(): void {
    this.#stage.scheduler.after(this.#random.below(2 * this.#gapMs), () => {
      if (this.#isQuiet) return;
      this.#happen();
      this.#next();
    });
  }

  /** Days are short: nothing is lost of the hours in which nobody does anything. */
  #nextDay(): void {
    this.#stage.scheduler.after(this.#random.between(DAY_MIN_MS, DAY_MAX_MS), () => {
      if (this.#isQuiet) return;
      leapToCutOff(this.#stage, this.#random);
      this.#nextDay();
    });
  }

  #happen(): void {
    if (this.#kinds.length === 0) return;
    const kind = this.#random.pick(this.#kinds);
    this.#count += 1;
    this.#stage.scheduler.trace(`fault: ${kind}`);
    KINDS[kind]?.({
      ...this.#stage,
      random: this.#random,
      later: (maxMs, mend) =>
        this.#stage.scheduler.after(1 + this.#random.below(maxMs), () => this.#mend(mend)),
      snapshot: () => this.#snapshot,
      keep: (snapshot) => {
        this.#snapshot = snapshot;
      },
    });
  }

  #mend(mend: () => void): void {
    if (!this.#isQuiet) mend();
  }
}

interface Moment extends Stage {
  readonly random: Random;
  /** Mends it after a while, unless the end of all faults has done so. */
  readonly later: (maxMs: number, mend: () => void) => void;
  readonly snapshot: () => Snapshot | undefined;
  readonly keep: (snapshot: Snapshot) => void;
}

const KINDS: Readonly<Record<string, (moment: Moment) => void>> = {
  "a host dies": ({ places, random }) => random.pick(places).crash(),
  "a host stands still": ({ places, random, later }) => {
    const life = random.pick(places).life;
    life?.pause();
    later(PAUSE_MAX_MS, () => life?.resume());
  },
  "a host is stopped": ({ places, random }) => random.pick(places).stop(),
  "all hosts die": ({ places }) => {
    for (const place of places) place.crash();
  },
  "Redis is wiped": ({ redis }) => redis.wipe(),
  "Redis keeps a snapshot": ({ redis, keep }) => keep(redis.snapshot()),
  "Redis is restarted": ({ redis, later, random, snapshot }) => {
    const known = snapshot();
    if (known === undefined || random.chance(0.3)) redis.restart({ streams: new Map(), hashes: new Map() });
    else redis.restart(known);
    redis.isAway = true;
    later(AWAY_MAX_MS, () => {
      redis.isAway = false;
    });
  },
  "Redis is loading": ({ redis, later }) => {
    redis.isLoading = true;
    later(AWAY_MAX_MS, () => {
      redis.isLoading = false;
    });
  },
  "a stream is evicted": ({ redis, random }) => {
    const keys = [...redis.data.streams.keys(), ...redis.data.hashes.keys()];
    if (keys.length > 0) redis.evict(random.pick(keys));
  },
  "a group is deleted": ({ redis, random }) => {
    const groups = [...redis.data.streams].flatMap(([key, { groups }]) =>
      [...groups.keys()].map((name) => [key, name] as const),
    );
    if (groups.length > 0) redis.destroyGroup(...random.pick(groups));
  },
  "connections of Redis break": ({ redis, random }) => {
    for (const session of redis.sessions) if (random.chance(0.5)) redis.cut(session);
  },
  "a connection of Redis is half open": ({ redis, random }) => {
    const sessions = redis.sessions.filter(({ isMute }) => !isMute);
    if (sessions.length > 0) random.pick(sessions).isMute = true;
  },
  "Redis is away": ({ redis, later }) => {
    redis.cutAll();
    redis.isAway = true;
    later(AWAY_MAX_MS, () => {
      redis.isAway = false;
    });
  },
  "Postgres is away": ({ places, later }) => {
    for (const { links } of places) links.postgres.isAway = true;
    later(AWAY_MAX_MS, () => {
      for (const { links } of places) links.postgres.isAway = false;
    });
  },
  "a host does not reach Redis": ({ places, random, later }) => {
    const { redis } = random.pick(places).links;
    redis.isAway = true;
    later(PAUSE_MAX_MS, () => {
      redis.isAway = false;
    });
  },
  "a host does not reach Postgres": ({ places, random, later }) => {
    const { postgres } = random.pick(places).links;
    postgres.isAway = true;
    later(PAUSE_MAX_MS, () => {
      postgres.isAway = false;
    });
  },
};

/** To a moment just before a cut-off, which then passes while work goes on; sometimes over more. */
export function leapToCutOff({ scheduler, company, database, leapDaysMax }: Stage, random: Random): void {
  const endMs = endOfDateMs(database.businessDate, company);
  const days = random.chance(0.8) ? 0 : random.between(1, leapDaysMax);
  scheduler.leapTo(endMs + days * 86_400_000 - random.below(1_500));
  scheduler.trace(`clocks say ${new Date(scheduler.wallMs).toISOString()}`);
}
