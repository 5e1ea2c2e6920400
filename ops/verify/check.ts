/**
 * What a check is. Most are one statement that judges rows: `ord` (text, the order in which the first broken row is
 * looked for), `size` (how many things the row stands for) and `problem` (null when it holds, else the row's name and
 * what is wrong). Only counts and the first problem leave Postgres, so memory stays bounded whatever is broken.
 */
import type { Company } from "../../schemas/company.ts";
import type { Finding, Verdict } from "./finding.ts";
import type { Reader } from "./reader.ts";

export interface Outcome {
  readonly size: number;
  readonly broken: number;
  readonly first: string | undefined;
  /** All of them that were named, where a check in code can tell; bounded. */
  readonly named?: readonly string[];
  /** What broken rows mean; default: broken. */
  readonly verdict?: Verdict;
}

export interface Check {
  readonly id: string;
  readonly rules: readonly string[];
  readonly says: string;
  readonly unit: string;
  run(reader: Reader, company: Company): Promise<Outcome>;
}

export type Head = Omit<Check, "run">;

export function sqlCheck(
  head: Head,
  judged: string,
  values: (company: Company) => unknown[] = () => [],
): Check {
  return { ...head, run: (reader, company) => judge(reader, judged, values(company)) };
}

/** Texts are compared byte by byte, so that the first broken row is the same on every installation. */
export async function judge(reader: Reader, judged: string, values: readonly unknown[]): Promise<Outcome> {
  const [row] = await reader.rows<{ size: number; broken: number; first: string | null }>(
    `select coalesce(sum(size), 0)::bigint as size, count(problem) as broken,
            min((ord || E'\\n' || problem) collate "C") as first
       from (${judged}) as judged`,
    values,
  );
  const first = row?.first ?? undefined;
  return { size: row?.size ?? 0, broken: row?.broken ?? 0, first: first?.slice(first.indexOf("\n") + 1) };
}

/** A check that cannot run has not been passed. */
export async function runCheck(check: Check, reader: Reader, company: Company): Promise<Finding> {
  const { id, rules, says, unit } = check;
  try {
    const { size, broken, first, named, verdict = "broken" } = await check.run(reader, company);
    const found = {
      check: id,
      rules,
      says,
      unit,
      size,
      broken,
      first,
      ...(named === undefined ? {} : { named }),
    };
    return { ...found, verdict: broken === 0 ? "ok" : verdict };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const first = `the check could not run: ${reason}`;
    return { check: id, rules, says, unit, size: 0, broken: 1, first, verdict: "broken" };
  }
}

/** Beyond so many the rest is only counted: memory stays bounded, and nobody reads more. */
const NAMED_MAX = 1_000;

/** Counts what a check in code looks at, and keeps the problems, the first one first. */
export class Tally {
  #size = 0;
  #broken = 0;
  readonly #named: string[] = [];

  /** One thing was looked at; `problem` names it when it does not hold. */
  count(problem: string | undefined): void {
    this.#size += 1;
    if (problem === undefined) return;
    this.#broken += 1;
    if (this.#named.length < NAMED_MAX) this.#named.push(problem);
  }

  get outcome(): Outcome {
    const named = this.#named;
    return {
      size: this.#size,
      broken: this.#broken,
      first: named[0],
      ...(named.length === 0 ? {} : { named }),
    };
  }
}
