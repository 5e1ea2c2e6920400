/** Commands (EDGE-2, G1): each is decided once, and what is answered as done is done in the same commit. */
import type { CommandRow } from "../../../actors/runtime/store.ts";
import type { Commit, SimulatedDatabase } from "../store/database.ts";
import type { BoardBooks } from "./board-books.ts";
import { demand } from "./demand.ts";

export class CommandBooks {
  readonly #board: BoardBooks;
  readonly #decided = new Set<string>();

  constructor(board: BoardBooks) {
    this.#board = board;
  }

  /** After the board's books have heard the same commit. */
  hear({ writes }: Commit): void {
    for (const row of writes.commands) {
      demand(!this.#decided.has(row.id), "EDGE-2", () => `${row.type} ${row.id} is decided twice`);
      this.#decided.add(row.id);
      if (row.accepted) this.#isDone(row);
    }
  }

  open(database: SimulatedDatabase): string | undefined {
    const [first] = database.commands.pending;
    return first === undefined ? undefined : `the promise of command ${first.id} is not kept`;
  }

  #isDone({ id, type, body }: CommandRow): void {
    const { id: named, jobId } = (body ?? {}) as { id?: string; jobId?: string };
    const task = this.#board.tasks.get(String(named));
    const what = `${type} ${id} is answered as done`;
    if (type === "task.create")
      demand(task !== undefined, "G1", () => `${what}, but there is no task ${named}`);
    if (type === "task.complete")
      demand(task?.status === "done", "G1", () => `${what}, but task ${named} is ${task?.status}`);
    if (type === "tasks.shuffle") {
      const isThere = this.#board.jobs.some((job) => job.id === jobId);
      demand(isThere, "G1", () => `${what}, but there is no job ${jobId}`);
    }
  }
}
