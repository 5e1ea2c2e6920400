/** Reads `expected.txt`: who may do what, said apart from the code that decides it. */
import { readFileSync } from "node:fs";
import { SCOPES, type Scope } from "../../../http/auth/scopes.ts";
import type { Role } from "../../../schemas/envelope.ts";

export const WHOSE = ["-", "own", "other", "there", "missing"] as const;
/** Of the thing that the path names: the caller's, somebody else's, nobody's in particular, none. `-`: it names none. */
export type Whose = (typeof WHOSE)[number];

export const COLUMNS = ["admin", "manager", "accountant", "employee", "nobody"] as const;
export type Column = (typeof COLUMNS)[number];

/** `ok`: any status from 200 to 299. */
export type Expected = "ok" | number;

/** What a program's token needs: a scope, or it never does for `person`; `-`: nobody needs a token. */
export type Needed = Scope | "person" | "-";
const NEEDED: readonly string[] = [...SCOPES, "person", "-"];

export interface Row {
  /** `GET /api/v1/tasks/{id}`. */
  readonly operation: string;
  readonly whose: Whose;
  readonly cells: Readonly<Record<Column, Expected>>;
  readonly needed: Needed;
}

export const FILE = "test/http/access/expected.txt";

export const HOW_TO_ADD = [
  `Add its rows to ${FILE}: method, path, whose, then what admin, manager, accountant, employee and nobody are`,
  "answered (`ok` or a status), then what a program's token needs: a scope, `person` (no token will do) or `-`. A path without parameters has one row, `-`; one with parameters has `missing`, and",
  "either `there`, or `own` and `other`. Then say in targets.ts how such a thing is made, and in asks.ts what is sent",
  "when a body drawn from the schema will not do.",
].join("\n");

export function readExpected(): readonly Row[] {
  const text = readFileSync(new URL("./expected.txt", import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map(rowOf);
}

function rowOf(line: string): Row {
  const [method = "", path = "", whose = "", ...rest] = line.trim().split(/\s+/);
  const [cells, needed = ""] = [rest.slice(0, -1), rest.at(-1)];
  const isWhose = (WHOSE as readonly string[]).includes(whose) && NEEDED.includes(needed);
  if (!isWhose || cells.length !== COLUMNS.length || !cells.every((cell) => /^(ok|[1-5]\d\d)$/.test(cell)))
    throw new Error(
      `${FILE}: expected method, path, one of ${WHOSE.join(" ")}, five answers, one of ${NEEDED.join(" ")}; got ${line}`,
    );
  const expected = cells.map((cell) => (cell === "ok" ? cell : Number(cell)) as Expected);
  return {
    operation: `${method} ${path}`,
    whose: whose as Whose,
    cells: Object.fromEntries(COLUMNS.map((column, at) => [column, expected[at]])) as Row["cells"],
    needed: needed as Needed,
  };
}

export function isRole(column: Column): column is Role {
  return column !== "nobody";
}

export function isAs(expected: Expected, status: number): boolean {
  return expected === "ok" ? status >= 200 && status < 300 : status === expected;
}
