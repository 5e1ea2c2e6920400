/**
 * What hosts say to each other through Redis, so that nobody waits for a beat: "look, something has changed", and "this
 * partition is yours now". A word that is lost costs a beat; one that is wrong costs nothing, since the epoch decides.
 */
import type { Redis } from "ioredis";
import type { Uuid } from "../../schemas/ids.ts";
import type { Lease } from "./store.ts";

const CHANNEL = "ates:placement";

/** What is heard beyond "look". The lease is the giver's: whoever acquires with its epoch is the next owner. */
type Word = { readonly to: Uuid; readonly lease: Lease } | { readonly taken: string };

export interface Heard {
  readonly look: () => void;
  /** Resolves when the partition is taken, or cannot be. */
  readonly given: (lease: Lease) => Promise<void>;
}

export class PlacementChannel {
  readonly #mouth: Redis;
  readonly #ears: Redis;
  readonly #me: Uuid;
  /** By partition, who waits to hear that it was taken. */
  readonly #giving = new Map<string, () => void>();

  constructor(mouth: Redis, ears: Redis, me: Uuid) {
    this.#mouth = mouth;
    this.#ears = ears;
    this.#me = me;
  }

  async listen(heard: Heard): Promise<void> {
    this.#ears.on("message", (_channel: string, said: string) => {
      const word = wordIn(said);
      if (word === undefined) heard.look();
      else if ("taken" in word) this.#giving.get(word.taken)?.();
      else if (word.to === this.#me)
        void heard.given(word.lease).then(() => this.#say({ taken: nameOf(word.lease) }));
    });
    this.#ears.on("ready", () => void this.#ears.subscribe(CHANNEL).catch(() => undefined));
    await this.#ears.subscribe(CHANNEL);
  }

  /** To everybody. Resolves when Redis has it, or does not answer. */
  async sayLook(): Promise<void> {
    await this.#mouth.publish(CHANNEL, "look").catch(() => undefined);
  }

  /** Resolves when its next owner says that it has taken it; words may be lost. */
  async give(to: Uuid, lease: Lease): Promise<void> {
    const taken = Promise.withResolvers<void>();
    this.#giving.set(nameOf(lease), taken.resolve);
    await this.#say({ to, lease });
    await taken.promise;
    this.#giving.delete(nameOf(lease));
  }

  async #say(word: Word): Promise<void> {
    await this.#mouth.publish(CHANNEL, JSON.stringify(word)).catch(() => undefined);
  }
}

function nameOf({ kind, partition }: Lease): string {
  return `${kind}/${partition}`;
}

/** Undefined for every other word. */
function wordIn(said: string): Word | undefined {
  return said.startsWith("{") ? (JSON.parse(said) as Word) : undefined;
}
