/** Chance that repeats: the same seed gives the same draws. A fork has draws of its own, whatever its siblings draw. */
import type { Uuid } from "../../schemas/ids.ts";

const TWO_32 = 2 ** 32;

export class Random {
  readonly #seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / TWO_32) >>> 0;
    this.#c = 0x9e3779b9;
    for (let round = 0; round < 12; round++) this.#draw(); // seeds that are near each other drift apart
  }

  /** A stream of draws of its own. */
  fork(name: string): Random {
    let hash = 0x811c9dc5 ^ this.#seed;
    for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    return new Random(((hash >>> 0) ^ Math.imul(this.#seed + 1, 0x85ebca6b)) >>> 0);
  }

  /** A whole number of 0..count-1. */
  below(count: number): number {
    return Math.floor((this.#draw() / TWO_32) * count);
  }

  /** A whole number, both bounds included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.#draw() < probability * TWO_32;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new RangeError("expected something to pick from, got an empty list");
    return picked;
  }

  /** A UUIDv7 of the moment. */
  uuid(timeMs: number): Uuid {
    const time = Math.floor(timeMs).toString(16).padStart(12, "0");
    const hex = [this.#draw(), this.#draw(), this.#draw()]
      .map((word) => word.toString(16).padStart(8, "0"))
      .join("");
    const tail = `7${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`;
    return `${time.slice(0, 8)}-${time.slice(8)}-${tail}`;
  }

  /** sfc32: small, fast, and good enough for choosing faults. */
  #draw(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
