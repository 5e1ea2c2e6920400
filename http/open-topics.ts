/**
 * Which command topics are open (EDGE-3): one whose partition has had no living owner for a while takes no commands,
 * and says so at once. A hand-over or a takeover is shorter than that: commands wait for it.
 */
import type { Logger } from "pino";
import type { Topic } from "../streams/topology.ts";
import type { Database } from "./database.ts";

export interface OpenTopicsOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** How long a silent host counts as living: the runtime's own measure. */
  readonly leaseTtlMs: number;
}

const COMMAND_TOPICS: readonly Topic[] = ["directory", "task-board"];
const LOOK_EVERY_MS = 500;
/** Longer than a takeover after the lease has run out. */
const PATIENCE_MS = 3_000;

export class OpenTopics {
  readonly #options: OpenTopicsOptions;
  /** Topic → since when no living host owns it. */
  readonly #ownerless = new Map<Topic, number>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: OpenTopicsOptions) {
    this.#options = options;
  }

  /** Why the topic takes no commands; undefined = it does. */
  readonly closed = (topic: Topic): string | undefined => {
    const sinceMs = this.#ownerless.get(topic);
    const isClosed = sinceMs !== undefined && this.#options.nowMs() - sinceMs >= PATIENCE_MS;
    return isClosed ? `No worker decides ${topic} commands at the moment.` : undefined;
  };

  start(): void {
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const owned = await selectOwned(this.#options.database, this.#options.leaseTtlMs);
      for (const topic of COMMAND_TOPICS) {
        if (owned.has(topic)) this.#ownerless.delete(topic);
        else if (!this.#ownerless.has(topic)) this.#ownerless.set(topic, this.#options.nowMs());
      }
    } catch (error) {
      // Postgres away closes everything by itself (http/heartbeat.ts); who owned what is then unknown.
      this.#options.logger.debug({ err: error }, "could not look at the owners of command topics");
    }
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }
}

async function selectOwned(database: Database, leaseTtlMs: number): Promise<ReadonlySet<Topic>> {
  const { rows } = await database.query<{ kind: Topic }>(
    `select p.kind from partitions p join hosts h on h.id = p.owner
      where p.partition = 0 and p.kind = any($1) and h.beat_at > now() - make_interval(secs => $2::float8 / 1000)`,
    [COMMAND_TOPICS, leaseTtlMs],
  );
  return new Set(rows.map((row) => row.kind));
}
