/**
 * Handlers that fail now and then: what a bug, a lost dependency or a message ahead of its time does to an actor. A
 * message fails a few times and then no more, so that everything parked for it can be mended by trying again (G8).
 */
import type { Actor } from "../../actors/runtime/actor.ts";
import type { Entities, Entity } from "../../actors/runtime/entities.ts";
import type { Random } from "./random.ts";

export type AnyActor = Actor<Entity, Entities<Entity>>;

const TIMES_MAX = 2;

export class Stumbling {
  readonly #random: Random;
  /** Message → how many times it is still to fail. */
  readonly #left = new Map<string, number>();
  /** Chance per message to be one of those that fail. */
  chance = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  of(actor: AnyActor): AnyActor {
    if (actor.afterLastAttempt === undefined) return actor;
    return {
      ...actor,
      decide: (state, message, context) => {
        if (this.#fails(`${actor.kind} ${message.id}`)) throw new Error("the handler stumbled");
        return actor.decide(state, message, context);
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
