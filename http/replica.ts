/**
 * A replica of Postgres as the edge knows it: whether it answers, how far it has come, and of when what it shows is.
 * What is known is asked with each beat of its heartbeat, and again when somebody needs more than that.
 */
import type { Knex } from "knex";
import type { Heartbeat } from "./heartbeat.ts";
import type { LogPlace } from "./own-writes.ts";
import { SharedQuestion } from "./shared-question.ts";

export interface ReplicaState {
  readonly place: LogPlace;
  readonly asOf: string;
  readonly behindMs: number;
}

/** A server that has been promoted, or was never a replica, has everything. A commit's time is by the primary's clock. */
export const REPLICA_STATE = `
  select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::float8 else 'Infinity' end as place,
         case when pg_is_in_recovery()
              then coalesce(pg_last_xact_replay_timestamp(), (select checkpoint_time from pg_control_checkpoint()))
              else now() end as "asOf",
         case when pg_is_in_recovery()
              then coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000, 0)::float8
              else 0 end as "behindMs"`;

/** Workers commit every second: what has come no further since then lags, and is read only when there is nothing else. */
const BEHIND_MS_MAX = 10_000;

export class Replica {
  readonly database: Knex;
  readonly heartbeat: Heartbeat;
  #state: ReplicaState = { place: 0, asOf: "", behindMs: 0 };
  readonly #question: SharedQuestion<ReplicaState>;

  /** Whoever makes the heartbeat has it ask for the state, and this hear it. */
  constructor(database: Knex, heartbeat: Heartbeat) {
    this.database = database;
    this.heartbeat = heartbeat;
    this.#question = new SharedQuestion(() => this.heartbeat.guard(() => this.#ask()));
  }

  get isFarBehind(): boolean {
    return this.#state.behindMs > BEHIND_MS_MAX;
  }

  hear(state: ReplicaState): void {
    this.#state = state;
  }

  /** Whether what is read now holds everything up to a place in the log; false when it cannot be known. */
  async has(place: LogPlace): Promise<boolean> {
    if (place <= this.#state.place) return true;
    const state = await this.#question.ask().catch(() => undefined);
    return state !== undefined && place <= state.place;
  }

  /** Everything that was committed before is shown. */
  async asOf(): Promise<string> {
    return (await this.#question.ask()).asOf;
  }

  async #ask(): Promise<ReplicaState> {
    const { rows } = await this.database.raw<{ rows: ReplicaState[] }>(REPLICA_STATE);
    const [state] = rows;
    if (state === undefined) throw new Error("expected a row about the replica, got none");
    this.hear(state);
    return state;
  }
}
