/** Completions of open tasks, each by its assignee under an Idempotency-Key, as they go over the wire. */
import { newUuid, type UserId } from "../schemas/ids.ts";
import type { BoardTask, Tokens } from "./board-seed.ts";
import { httpRequest } from "./http-connection.ts";

/** Each task once, however many rounds ask. */
export class Completions {
  readonly #tasks: readonly BoardTask[];
  readonly #tokens: Tokens;
  /** Of each person one, as people keep a token for five minutes: no row takes as long. */
  readonly #signed = new Map<UserId, string>();
  #taken = 0;

  constructor(tasks: readonly BoardTask[], tokens: Tokens) {
    this.#tasks = tasks;
    this.#tokens = tokens;
  }

  async take(
    count: number,
  ): Promise<{ readonly tasks: readonly BoardTask[]; readonly requests: readonly string[] }> {
    const tasks = this.#tasks.slice(this.#taken, this.#taken + count);
    if (tasks.length < count) throw new Error(`expected ${count} open tasks, ${tasks.length} are left`);
    this.#taken += count;
    for (const { assigneeId } of tasks) {
      if (!this.#signed.has(assigneeId)) this.#signed.set(assigneeId, await this.#tokens.of(assigneeId));
    }
    const requests = tasks.map(({ id, assigneeId }) =>
      httpRequest("POST", `/api/v1/tasks/${id}/complete`, {
        authorization: `Bearer ${this.#signed.get(assigneeId)}`,
        "idempotency-key": newUuid(),
      }),
    );
    return { tasks, requests };
  }
}
