/** Every comparison that the demo makes, and those that did not agree. */

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

  /** Compares as JSON: numbers, texts, lists and flat records. */
  equal(what: string, got: unknown, expected: unknown): void {
    const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
    this.check(a === b, () => `${what}: expected ${b}, got ${a}`);
  }
}
