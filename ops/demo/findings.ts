/** Every comparison that the demo makes, and those that did not agree. */
import { isDeepStrictEqual } from "node:util";

export class Findings {
  readonly disagreements: string[] = [];
  #checks = 0;

  get checks(): number {
    return this.#checks;
  }

  get agree(): boolean {
    return this.disagreements.length === 0;
  }

  check(agrees: boolean, otherwise: string | (() => string)): void {
    this.#checks += 1;
    if (!agrees) this.disagreements.push(typeof otherwise === "string" ? otherwise : otherwise());
  }

  /** Compares as JSON means it: the members of an object have no order. */
  equal(what: string, got: unknown, expected: unknown): void {
    this.check(
      isDeepStrictEqual(got, expected),
      () => `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`,
    );
  }
}
