/**
 * Handlers that fail now and then: what a bug, a lost dependency or a message ahead of its time does to an actor. A
 * message fails a time or two and then no more, so that everything parked for it can be mended by trying again (G8).
 */
import type { Actor } from "../../actors/runtime/actor.ts";
import type { Entities, Entity } from "../../actors/runtime/entities.ts";
import type { Random } from "./random.ts";

export type AnyActor = Actor<Entity, Entities<Entity>>;

const TIMES_MAX = 2;

export class Stumbling {
  readonly #random: Random;
  /** Message, or change → how many times it is still to fail. */
  readonly #left = new Map<string, number>();
  /** Chance for each to be one of those that fail. */
  chance = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  of(actor: AnyActor): AnyActor {
    return {
      ...actor,
      decide: (state, message, context) => {
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

  #fails(name: string): boolean {
    const known = this.#left.get(name);
    const left = known ?? (this.#random.chance(this.chance) ? this.#random.between(1, TIMES_MAX) : 0);
    if (known === undefined || left > 0) this.#left.set(name, Math.max(0, left - 1));
    return left > 0;
  }
}
