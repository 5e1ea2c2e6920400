/**
 * Postgres as the edge uses it: a pool behind a heartbeat on a connection of its own, so that a full pool is not taken
 * for a lost server, nor a lost server for a full pool.
 *
 * A server that goes silent leaves half-open connections in the pool, which would hold one request each: they are cut
 * together with the heartbeat's.
 */
import { Client, type ClientConfig, type Pool, type QueryResultRow } from "pg";
import type { Logger } from "pino";
import { Heartbeat } from "./heartbeat.ts";

export type Database = Pick<Pool, "query" | "connect">;

export interface GuardedDatabase {
  readonly database: Database;
  /** The same for polls, which no request waits for. */
  readonly polled: Database;
  readonly heartbeat: Heartbeat;
}

export interface ProbeOptions {
  readonly part: string;
  /** How the probe connects: as the pool does. */
  readonly client: ClientConfig;
  /** Cuts every connection of the pool. */
  readonly cut: () => void;
  readonly logger: Logger;
  /** What the probe asks, and who hears the answer's row. Default: whether there is one. */
  readonly question?: { readonly text: string; heard(row: QueryResultRow): void };
}

export function guardDatabase(pool: Pool, cut: () => void, logger: Logger): GuardedDatabase {
  // The pool's own object: a copy would lose the password, which pg hides from enumeration.
  const heartbeat = databaseHeartbeat({ part: "Postgres", client: pool.options, cut, logger });
  const guardedBy = (guard: Heartbeat["guard"]) =>
    ({
      query: (...args: Parameters<Pool["query"]>) =>
        guard(() => cutWhenSilent(pool.query(...args) as unknown as Promise<unknown>, cut)),
      connect: () => guard(() => pool.connect()),
    }) as unknown as Database;
  return { database: guardedBy(heartbeat.guard), polled: guardedBy(heartbeat.whileUp), heartbeat };
}

export function databaseHeartbeat({ part, client, cut, logger, question }: ProbeOptions): Heartbeat {
  // Commands ask nothing of Postgres before they are sent: its end must be known without them.
  const probe = new Probe(client, () => heartbeat.doubt(), question);
  const heartbeat = new Heartbeat({
    part,
    logger,
    beat: () => probe.ask(),
    renew: () => {
      probe.drop();
      cut();
    },
    end: () => probe.drop(),
  });
  return heartbeat;
}

/** Postgres would have given the statement up before: the connection is dead, and those that went the same way. */
export async function cutWhenSilent<T>(query: Promise<T>, cut: () => void): Promise<T> {
  try {
    return await query;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("Query read timeout")) cut();
    throw error;
  }
}

class Probe {
  readonly #options: ClientConfig;
  /** Its connection has ended by itself. */
  readonly #onLost: () => void;
  readonly #question: ProbeOptions["question"];
  #client: Client | undefined;
  #connected: Promise<unknown> | undefined;

  constructor(options: ClientConfig, onLost: () => void, question: ProbeOptions["question"]) {
    this.#options = options;
    this.#onLost = onLost;
    this.#question = question;
  }

  async ask(): Promise<void> {
    const client = this.#client ?? this.#connect();
    try {
      await this.#connected;
      const { rows } = await client.query<QueryResultRow>(this.#question?.text ?? "select 1");
      if (rows[0] !== undefined) this.#question?.heard(rows[0]);
    } catch (error) {
      if (this.#client === client) this.drop();
      throw error;
    }
  }

  /** Hard, for a connection that hangs would hear of no good-bye. */
  drop(): void {
    const client = this.#client;
    this.#client = undefined;
    (client as unknown as Inside | undefined)?.connection.stream.destroy();
  }

  #connect(): Client {
    const client = new Client(this.#options);
    client.on("error", () => {
      if (this.#client !== client) return;
      this.drop();
      this.#onLost();
    });
    this.#client = client;
    this.#connected = client.connect();
    return client;
  }
}

/** What pg's types leave out. */
interface Inside {
  readonly connection: { readonly stream: { destroy(): void } };
}
