/** The table dead_letters: what waits in parked mailboxes, what nobody could handle, and what operators ask about it. */
import type { AskedLetter } from "../../../actors/runtime/host-store.ts";
import type { AskedLetterRow, Lease, LetterRow, Opened } from "../../../actors/runtime/store.ts";
import type { Uuid } from "../../../schemas/ids.ts";

type Place = Pick<Lease, "kind" | "partition">;

export interface StoredLetter extends Place {
  readonly row: LetterRow;
  readonly asked: "replay" | "drop" | undefined;
  readonly askedMs: number;
}

export class LetterTable {
  readonly #letters = new Map<Uuid, StoredLetter>();

  all(): readonly StoredLetter[] {
    return [...this.#letters.values()];
  }

  /** New ones, and what became of known ones; a dead one that is delivered again stays as it is. */
  upsert({ kind, partition }: Place, rows: readonly LetterRow[]): void {
    for (const row of rows) {
      const known = this.#letters.get(row.id);
      if (known === undefined) {
        this.#letters.set(row.id, { kind, partition, row, asked: undefined, askedMs: 0 });
      } else if (row.attempts > known.row.attempts || known.asked !== undefined) {
        const { code, reason, attempts, state } = row;
        const next = { ...known.row, code, reason, attempts, state };
        this.#letters.set(row.id, { ...known, row: next, asked: undefined, askedMs: 0 });
      }
    }
  }

  delete(ids: readonly Uuid[]): void {
    for (const id of ids) this.#letters.delete(id);
  }

  ask(id: Uuid, asked: "replay" | "drop", askedMs: number): void {
    const known = this.#letters.get(id);
    if (known !== undefined) this.#letters.set(id, { ...known, asked, askedMs });
  }

  parked(at: Place): Pick<Opened, "parked" | "lastPlace"> {
    const waiting = this.#waitingAt(at);
    const actors = [...new Set(waiting.map(({ actor }) => actor))];
    const parked = actors.map((actor) => {
      const own = waiting.filter((row) => row.actor === actor);
      const isHeld = own.some(({ state }) => state === "held");
      return { actor, messages: own.length, isHeld, code: own[0]?.code ?? "" };
    });
    return { parked, lastPlace: waiting.at(-1)?.place ?? 0 };
  }

  of(at: Place, actor: string, limit: number): readonly LetterRow[] {
    return this.#waitingAt(at)
      .filter((row) => row.actor === actor)
      .slice(0, limit);
  }

  askedOf(at: Place, ids: readonly Uuid[]): readonly AskedLetterRow[] {
    return ids.flatMap((id) => {
      const letter = this.#letters.get(id);
      if (letter?.asked === undefined || !isOf(letter, at)) return [];
      return [{ ...letter.row, asked: letter.asked }];
    });
  }

  asked(limit: number): readonly AskedLetter[] {
    return this.all()
      .filter(({ asked }) => asked !== undefined)
      .sort((a, b) => a.askedMs - b.askedMs || a.row.place - b.row.place)
      .slice(0, limit)
      .map(({ kind, partition, row: { id, actor } }) => ({ kind, partition, id, actor }));
  }

  /** In the order of their places. */
  #waitingAt(at: Place): LetterRow[] {
    const rows = this.all().filter((letter) => isOf(letter, at) && letter.row.state !== "dead");
    return rows.map(({ row }) => row).sort((a, b) => a.place - b.place);
  }
}

function isOf(letter: Place, { kind, partition }: Place): boolean {
  return letter.kind === kind && letter.partition === partition;
}
