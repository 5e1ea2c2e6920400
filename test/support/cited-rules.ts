/** Which rules of the requirements the titles of the tests cite: `TT-3`, `ACC-1 ACC-4`, `EVT-1..3`, `TT-4 to TT-6`. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { titlesOf } from "./test-titles.ts";

export interface Rule {
  readonly rule: string;
  readonly summary: string;
  /** At least one test must cite it. */
  readonly covered: boolean;
}

export interface Citation {
  readonly rule: string;
  readonly file: string;
  /** The titles down to the one that cites it. */
  readonly title: string;
  /** Tests that stand under it; 1 when a test itself cites it. */
  readonly tests: number;
}

export const TESTS = fileURLToPath(new URL("../", import.meta.url));

const CITED = /\b(AUTH|TT|ACC|DAY|PAY|AN|EVT|JOB|NOT|EDGE|OPS|INV)-(\d+)\b|\b(G)(\d+)\b/g;
/** After a citation: up to another number of the same family. */
const UP_TO = /^(?:\.\.|…|–| to )(?:[A-Z]+-?)?(\d+)\b/;

export function readRules(): readonly Rule[] {
  return JSON.parse(readFileSync(join(TESTS, "support", "rules.json"), "utf8"));
}

/** Of every test file below the folder. */
export function citations(folder: string = TESTS): Citation[] {
  const files = globSync("**/*.test.ts", { cwd: folder }).sort();
  return files.flatMap((file) => citationsOf(file, readFileSync(join(folder, file), "utf8")));
}

export function citationsOf(file: string, source: string): Citation[] {
  return titlesOf(source).flatMap(({ path, tests }) => {
    const title = path.join(" › ");
    return rulesIn(path.at(-1) ?? "").map((rule) => ({ rule, file, title, tests }));
  });
}

/** Each once, in the order of the text. */
export function rulesIn(text: string): string[] {
  const rules = [...text.matchAll(CITED)].flatMap((match) => {
    const prefix = match[1] === undefined ? "G" : `${match[1]}-`;
    const first = Number(match[2] ?? match[4]);
    const last = Number(UP_TO.exec(text.slice(match.index + match[0].length))?.[1] ?? first);
    return Array.from({ length: Math.max(1, last - first + 1) }, (_, index) => `${prefix}${first + index}`);
  });
  return [...new Set(rules)];
}
