/** The table commands: outcomes, which stay as they are, and the edge's promises until they are kept (EDGE-2). */
import type { PromisedCommand } from "../../../actors/runtime/host-store.ts";
import { type CommandRow, DataRefused, type Decided } from "../../../actors/runtime/store.ts";
import { isUuid, type Uuid } from "../../../schemas/ids.ts";
import type { Topic } from "../../../streams/topology.ts";

interface Done {
  /** As text, as the table has it: nothing of it is shared. */
  readonly body: string;
  readonly row: CommandRow;
}

interface Pending extends PromisedCommand {
  readonly createdMs: number;
}

export class CommandTable {
  readonly #nowMs: () => number;
  readonly #done = new Map<Uuid, Done>();
  readonly #pending = new Map<Uuid, Pending>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A pending row becomes the outcome; one that is there already stays. */
  conclude(rows: readonly CommandRow[]): void {
    for (const row of rows) {
      this.#pending.delete(row.id);
      if (!this.#done.has(row.id)) this.#done.set(row.id, { row, body: JSON.stringify(row.body) });
    }
  }

  isDone(id: Uuid): boolean {
    return this.#done.has(id);
  }

  outcome(id: Uuid): CommandRow | undefined {
    const known = this.#done.get(id);
    return known === undefined ? undefined : { ...known.row, body: JSON.parse(known.body) };
  }

  decided(ids: readonly Uuid[]): Decided {
    const wrong = ids.find((id) => !isUuid(id));
    if (wrong !== undefined) throw new DataRefused(`invalid input syntax for type uuid: "${wrong}"`);
    const outcomes = ids.flatMap((id) => this.outcome(id) ?? []);
    const promised = ids.flatMap((id) => this.#pending.get(id) ?? []);
    return {
      outcomes: new Map(outcomes.map((row) => [row.id, row])),
      promised: new Map(promised.map(({ id, envelope }) => [id, JSON.parse(envelope).fingerprint ?? ""])),
    };
  }

  /** The edge's promise, unless the command is decided or promised already. */
  promise(command: PromisedCommand): void {
    if (this.#done.has(command.id) || this.#pending.has(command.id)) return;
    this.#pending.set(command.id, { ...command, createdMs: this.#nowMs() });
  }

  get pending(): readonly PromisedCommand[] {
    return [...this.#pending.values()];
  }

  promised(topics: readonly Topic[], olderThanMs: number, limit: number): readonly PromisedCommand[] {
    const before = this.#nowMs() - olderThanMs;
    return [...this.#pending.values()]
      .filter(({ topic, createdMs }) => topics.includes(topic) && createdMs < before)
      .slice(0, limit)
      .map(({ id, topic, envelope }) => ({ id, topic, envelope }));
  }
}
