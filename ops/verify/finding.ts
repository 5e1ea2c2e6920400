/** What a check of the ledger found: one finding per check, one line per finding. */

export type Verdict = "ok" | "warning" | "broken";

export interface Finding {
  /** The invariant's number in the requirements and the check's letter: `1a`. */
  readonly check: string;
  /** Numbers of the rules that the check watches. */
  readonly rules: readonly string[];
  /** The fact that holds, or should. */
  readonly says: string;
  readonly verdict: Verdict;
  /** How many things were looked at, and what they are. */
  readonly size: number;
  readonly unit: string;
  /** Rows that do not hold. */
  readonly broken: number;
  /** The first of them, in the order of the check. */
  readonly first: string | undefined;
  /** All of them, up to a bound, where the check can tell. */
  readonly named?: readonly string[];
}

const WORD: Readonly<Record<Verdict, string>> = { ok: "ok", warning: "warning", broken: "BROKEN" };

export function lineOf({ check, says, verdict, size, unit, broken, first }: Finding): string {
  const looked = `(${size.toLocaleString("en")} ${unit})`;
  if (first === undefined) return `${WORD[verdict]} ${check} ${says} ${looked}`;
  const more = broken > 1 ? `, and ${(broken - 1).toLocaleString("en")} more` : "";
  return `${WORD[verdict]} ${check} ${says}: ${first}${more} ${looked}`;
}
