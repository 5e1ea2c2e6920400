/**
 * Sees the reward of a completed task appear in the book, as soon as anybody could read it: one connection to Postgres
 * asks for all that are awaited, again and again, and only while some are.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { postgresPool } from "../actors/runtime/postgres.ts";

/** Between two looks when several wait, so that looking takes no core from what is measured. */
const PAUSE_MS = 1;
const MISSING_MS_MAX = 30_000;

export class EntryWatch {
  readonly #pool: pg.Pool;
  readonly #awaited = new Map<string, { resolve(): void; reject(error: Error): void }>();
  #looking = false;

  constructor(databaseUrl: string) {
    this.#pool = postgresPool(databaseUrl, 1, () => {});
  }

  /** Opens the connection. */
  async open(): Promise<void> {
    await this.#pool.query("select 1");
  }

  async appears(taskId: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#awaited.set(taskId, { resolve, reject });
    if (!this.#looking) this.#look().catch((error) => this.#fail(error));
    await promise;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#awaited.values()) reject(error);
    this.#awaited.clear();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    const untilMs = performance.now() + MISSING_MS_MAX;
    try {
      while (this.#awaited.size > 0) {
        if (performance.now() > untilMs) throw new Error(`${this.#awaited.size} rewards never came`);
        const { rows } = await this.#pool.query<{ task_id: string }>({
          name: "rewards",
          text: "select task_id from entries where task_id = any($1::uuid[]) and kind = 'reward'",
          values: [[...this.#awaited.keys()]],
        });
        for (const { task_id } of rows) {
          this.#awaited.get(task_id)?.resolve();
          this.#awaited.delete(task_id);
        }
        if (this.#awaited.size > 1) await sleep(PAUSE_MS);
      }
    } finally {
      this.#looking = false;
    }
  }
}
