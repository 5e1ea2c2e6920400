/** A guarantee that does not hold: the run ends with it. */
export class Violation extends Error {
  /** The rule of requirements.md or design.md that is broken: "invariant 1", "DAY-3", "G5". */
  readonly rule: string;

  constructor(rule: string, detail: string) {
    super(detail);
    this.name = "Violation";
    this.rule = rule;
  }
}
