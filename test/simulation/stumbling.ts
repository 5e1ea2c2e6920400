/**
 * Handlers that fail now and then: what a bug, a lost dependency or a message ahead of its time does to an actor; and,
 * seldom, a message that ends every process that decides it, as one that asks for all the memory does: a few times, or
 * until the runtime has found it. A message fails a time or two and then no more, so that everything parked for it can be
 * mended by trying again (G8).
 */

import type { Actor } from "../../actors/runtime/actor.ts";
import type { Entities, Entity } from "../../actors/runtime/entities.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { Uuid } from "../../schemas/ids.ts";
import type { Kind } from "../../streams/topology.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import type { LetterTable } from "./store/letter-table.ts";

export type AnyActor = Actor<Entity, Entities<Entity>>;

const TIMES_MAX = 2;
/** More than the runs' limit of attempts: such a mailbox is held. */
const STUBBORN_TIMES_MAX = 5;
const STUBBORN_SHARE = 0.15;
/** More than it takes to be found; one draw above it means: until it is. */
const DEATHS_MAX = 5;

export class Stumbling {
  readonly #random: Random;
  readonly #letters: LetterTable;
  /** Message, or change → how many times it is still to fail. */
  readonly #left = new Map<string, number>();
  /** Chance for each to be one of those that fail. */
  chance = 0;
  /** Chance for each to be the one that is deadly. */
  deadlyChance = 0;
  #deadly: string | undefined;
  #deaths = 0;

  constructor(random: Random, letters: LetterTable) {
    this.#random = random;
    this.#letters = letters;
  }

  of(actor: AnyActor, life: Life): AnyActor {
    return {
      ...actor,
      decide: (state, message, context) => {
        if (this.#kills(actor.kind, message)) {
          life.crash();
          throw new Error("the process is gone");
        }
        if (this.#fails(`${actor.kind} ${message.id}`)) throw new Error("the handler stumbled");
        return actor.decide(state, message, context);
      },
      // Half-way: what was changed in memory must be forgotten, and the culprit found among the batch.
      evolve: (state, fact) => {
        if (this.#fails(`${actor.kind} ${fact.type} ${fact.subject}`))
          throw new Error("the handler stumbled half-way");
        return actor.evolve(state, fact);
      },
    };
  }

  #kills(kind: Kind, { id }: Envelope): boolean {
    const name = `${kind} ${id}`;
    if (this.#deadly === undefined && this.#random.chance(this.deadlyChance)) {
      this.#deadly = name;
      const deaths = this.#random.between(1, DEATHS_MAX + 1);
      this.#deaths = deaths > DEATHS_MAX ? Number.POSITIVE_INFINITY : deaths;
    }
    if (this.#deadly !== name || this.#deaths === 0 || this.#isFound(id)) return false;
    this.#deaths -= 1;
    return true;
  }

  #isFound(id: Uuid): boolean {
    return this.#letters.all().some(({ row }) => row.code === "host_lost" && row.envelope.includes(id));
  }

  #fails(name: string): boolean {
    const known = this.#left.get(name);
    const left = known ?? (this.#random.chance(this.chance) ? this.#times() : 0);
    if (known === undefined || left > 0) this.#left.set(name, Math.max(0, left - 1));
    return left > 0;
  }

  #times(): number {
    return this.#random.between(1, this.#random.chance(STUBBORN_SHARE) ? STUBBORN_TIMES_MAX : TIMES_MAX);
  }
}
