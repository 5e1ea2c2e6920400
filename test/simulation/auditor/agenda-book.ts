/** Messages of a partition to itself, from the commit that sets them to the one that handles them; parked ones wait on. */
import type { LaterRow, Writes } from "../../../actors/runtime/store.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import type { DataOf, InternalType } from "../../../schemas/generated/messages.ts";

export interface Planned<T extends InternalType> {
  readonly id: string;
  readonly dueAtMs: number;
  /** The message that set it. */
  readonly causeId: string;
  readonly data: DataOf[T];
}

export class AgendaBook<T extends InternalType> {
  readonly #type: T;
  readonly #planned = new Map<string, Planned<T>>();
  /** Letter → what waits in it. */
  readonly #parked = new Map<string, Planned<T>>();

  constructor(type: T) {
    this.#type = type;
  }

  /** What waits for its time, or in a mailbox. */
  get waiting(): readonly Planned<T>[] {
    return [...this.#planned.values(), ...this.#parked.values()];
  }

  /** What the commit sets, and what it has handled. */
  hear({ laterAdded, laterDone, letters, lettersDone }: Writes): {
    readonly set: readonly Planned<T>[];
    readonly handled: readonly Planned<T>[];
  } {
    const handled = [...this.#opened(lettersDone)];
    const set = laterAdded.flatMap((row) => this.#read(row));
    for (const each of set) this.#planned.set(each.id, each);
    const parked = new Map(letters.map(({ id, envelope }) => [idIn(envelope), id]));
    for (const id of laterDone) {
      const planned = this.#planned.get(id);
      if (planned === undefined) continue;
      this.#planned.delete(id);
      const letter = parked.get(id);
      if (letter === undefined) handled.push(planned);
      else this.#parked.set(letter, planned);
    }
    return { set, handled };
  }

  #opened(lettersDone: readonly string[]): Planned<T>[] {
    return lettersDone.flatMap((id) => {
      const planned = this.#parked.get(id);
      this.#parked.delete(id);
      return planned === undefined ? [] : [planned];
    });
  }

  #read({ id, dueAtMs, envelope }: LaterRow): Planned<T>[] {
    if (!envelope.includes(this.#type)) return [];
    const message = JSON.parse(envelope) as Envelope<T>;
    if (message.type !== this.#type) return [];
    return [{ id, dueAtMs, causeId: message.causationid, data: message.data as DataOf[T] }];
  }
}

function idIn(envelope: string): string | undefined {
  return (JSON.parse(envelope) as { id?: string }).id;
}
