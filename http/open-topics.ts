/**
 * Which command topics are open (EDGE-3), looked at twice a second while commands come, so that no request has to ask.
 *
 * 1. One whose partition has had no living owner for a while takes no commands, and says so at once. A hand-over or a
 *    takeover is shorter than that: commands wait for it.
 * 2. One whose oldest undecided command is too old takes none until its owner has caught up. The age counts the commands
 *    of all edges, promised ones too, and bounds the stream; its length would not do, for it counts what was read.
 * 3. The board takes none while accounts are far behind with its facts: what it decides would only grow the outbox.
 */
import type { Logger } from "pino";
import type { Database } from "./database.ts";
import type { EdgeLimits } from "./limits.ts";
import { Pulse } from "./pulse.ts";
import type { CommandRequest } from "./route.ts";

type CommandTopic = CommandRequest["topic"];

export interface OpenTopicsOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** How long a silent host counts as living: the runtime's own measure. */
  readonly leaseTtlMs: number;
  readonly limits: Pick<EdgeLimits, "commandAgeMsMax" | "factsBehindMax">;
  /** Milliseconds since the first command after this entry of the topic's stream was sent; 0 = there is none. */
  readonly ageAfter: (topic: CommandTopic, entryId: string) => Promise<number>;
}

const COMMAND_TOPICS: readonly CommandTopic[] = [
  "directory",
  "task-board",
  "bookkeeper",
  "webhook",
  "scheduler",
];
const LOOK_EVERY_MS = 500;
const CALM_LOOK_EVERY_MS = 2_000;
/** Longer than a takeover after the lease has run out. */
const PATIENCE_MS = 3_000;

export class OpenTopics {
  readonly #options: OpenTopicsOptions;
  /** Topic → since when no living host owns it. */
  readonly #ownerless = new Map<CommandTopic, number>();
  #behind: ReadonlySet<CommandTopic> = new Set();
  readonly #pulse: Pulse;

  constructor(options: OpenTopicsOptions) {
    this.#options = options;
    this.#pulse = new Pulse({
      busyMs: LOOK_EVERY_MS,
      calmMs: CALM_LOOK_EVERY_MS,
      beat: () => this.#look(),
      isUsed: () => this.#ownerless.size > 0 || this.#behind.size > 0,
    });
  }

  /** Why the topic takes no commands; undefined = it does. */
  readonly closed = (topic: CommandTopic): string | undefined => {
    this.#pulse.use();
    const sinceMs = this.#ownerless.get(topic);
    const isClosed = sinceMs !== undefined && this.#options.nowMs() - sinceMs >= PATIENCE_MS;
    return isClosed ? `No worker decides ${topic} commands at the moment.` : undefined;
  };

  isBehind(topic: CommandTopic): boolean {
    return this.#behind.has(topic);
  }

  start(): void {
    this.#pulse.start();
  }

  stop(): void {
    this.#pulse.stop();
  }

  async #look(): Promise<void> {
    try {
      const topics = await selectTopics(this.#options.database, this.#options.leaseTtlMs);
      for (const { topic, isOwned } of topics) {
        if (isOwned) this.#ownerless.delete(topic);
        else if (!this.#ownerless.has(topic)) this.#ownerless.set(topic, this.#options.nowMs());
      }
      await this.#measure(topics);
    } catch (error) {
      // Postgres or Redis away closes everything by itself (http/heartbeat.ts); how topics stood is then unknown.
      this.#options.logger.debug({ err: error }, "could not look at the command topics");
    }
  }

  async #measure(topics: readonly LookedAt[]): Promise<void> {
    const { limits, ageAfter, database, logger } = this.#options;
    const behind = new Set<CommandTopic>();
    const addOld = async ({ topic, cursor }: LookedAt) => {
      if ((await ageAfter(topic, cursor)) > limits.commandAgeMsMax) behind.add(topic);
    };
    await Promise.all(topics.map(addOld));
    if ((await countFactsBehind(database)) > limits.factsBehindMax) behind.add("task-board");
    for (const topic of behind.difference(this.#behind))
      logger.warn({ topic }, "a topic is too far behind: closed");
    for (const topic of this.#behind.difference(behind))
      logger.info({ topic }, "a topic has caught up: open again");
    this.#behind = behind;
  }
}

interface LookedAt {
  readonly topic: CommandTopic;
  readonly isOwned: boolean;
  /** The last entry whose outcome is committed. */
  readonly cursor: string;
}

async function selectTopics(database: Database, leaseTtlMs: number): Promise<LookedAt[]> {
  const { rows } = await database.query<LookedAt>({
    name: "edge-look-at-topics",
    text: `select topic, h.id is not null as "isOwned", coalesce(p.cursors ->> (topic || '/0'), '0-0') as cursor
             from unnest($1::text[]) as topic
             left join partitions p on p.kind = topic and p.partition = 0
             left join hosts h on h.id = p.owner and h.beat_at > now() - make_interval(secs => $2::float8 / 1000)`,
    values: [COMMAND_TOPICS, leaseTtlMs],
  });
  return rows;
}

/** Numbers that the board has given its facts, less those that accounts have applied (G5). */
async function countFactsBehind(database: Database): Promise<number> {
  const { rows } = await database.query<{ behind: string }>({
    name: "edge-count-facts-behind",
    text: `select coalesce(sum(given.number::bigint
                             - coalesce(account.inbox ->> (given.channel || '</ates/task-board/0'), '0')::bigint), 0)
                  as behind
             from partitions board
            cross join lateral jsonb_each_text(board.outbox) as given (channel, number)
             join partitions account
               on account.kind = 'account' and 'tasks/' || account.partition = given.channel
            where board.kind = 'task-board'`,
  });
  return Number(rows[0]?.behind ?? 0);
}
