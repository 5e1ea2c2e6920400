/**
 * The authorization matrix: every route of the edge's own document, asked by each role, by programs with each scope, by
 * nobody and with tokens that do not count, for one's own, somebody else's and what is not there. What is expected stands in `expected.txt`.
 */
import { expect } from "chai";
import fc from "fast-check";
import { SCOPES } from "../../../http/auth/scopes.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { arbitraryOf } from "../../support/contract/arbitrary.ts";
import {
  type ApiDocument,
  filledPath,
  neededParameters,
  type Operation,
  pathParameters,
  readDocument,
} from "../../support/contract/operations.ts";
import type { SignedIn } from "../../support/people.ts";
import { until } from "../../support/world.ts";
import { ASKS } from "./asks.ts";
import { COLUMNS, type Expected, HOW_TO_ADD, isAs, isRole, type Row, readExpected } from "./expected.ts";
import { BAD_PROGRAM_TOKENS, BAD_TOKENS, Scene } from "./scene.ts";
import { type Params, paramsOf } from "./targets.ts";

interface Cell {
  readonly caller: string;
  readonly token: string | undefined;
  readonly params: Params;
  readonly expected: Expected;
  /** The answer's body says it. */
  readonly code?: string;
}

/** Rows at once. What people ask for changes what other rows of theirs find. */
const [PEOPLES, PROGRAMS] = [1, 12];

describe("the authorization matrix", function () {
  this.timeout(120_000);
  const rows = readExpected();
  let scene: Scene;
  let document: ApiDocument;

  before(async () => {
    scene = await Scene.open();
    document = await readDocument(scene.baseUrl);
  });
  after(() => scene.close());

  it("AUTH-2 EDGE-1: every route of the table has its rows, and every row its route", () => {
    const expected = document.operations.flatMap((operation) =>
      rowsNeeded(operation, rows).map((whose) => `${operation.name} ${whose}`),
    );
    const present = rows.map(({ operation, whose }) => `${operation} ${whose}`);
    const lacking = expected.filter((each) => !present.includes(each));
    expect(lacking, `these have no row.\n${HOW_TO_ADD}\n`).to.deep.equal([]);
    expect(
      present.filter((each) => !expected.includes(each)),
      "these rows have no route, or are there twice",
    ).to.deep.equal([]);
  });

  it("AUTH-2 AUTH-3 ACC-7: each caller is answered as expected, at every route", async () => {
    await expectAsWritten(rows.filter(isNotLast), cellsOf, PEOPLES);
  });

  it("AUTH-3: a program's token is answered by its scopes and by its person's role, at every route", async () => {
    await expectAsWritten(oneOfEach(rows).filter(isNotLast), programsCells, PROGRAMS);
  });

  it("AUTH-2 AUTH-3: so is each of them by a shuffle, which gives everybody's tasks to others", async () => {
    const last = rows.filter((row) => !isNotLast(row));
    await expectAsWritten(last, cellsOf, PEOPLES);
    await expectAsWritten(last, programsCells, PROGRAMS);
  });

  async function expectAsWritten(
    written: readonly Row[],
    cellsFor: (row: Row, operation: Operation) => Promise<Cell[]>,
    atOnce: number,
  ): Promise<void> {
    let cells = 0;
    const inOrder = document.operations.flatMap((operation) =>
      written.flatMap((row) => (row.operation === operation.name ? [{ operation, row }] : [])),
    );
    const faultsOf = async ({ operation, row }: (typeof inOrder)[number]): Promise<string[]> => {
      const asked = await cellsFor(row, operation);
      cells += asked.length;
      return (await Promise.all(asked.map((cell) => faultOf(operation, row, cell)))).flat();
    };
    const wrong: string[] = [];
    for (let at = 0; at < inOrder.length; at += atOnce)
      wrong.push(...(await Promise.all(inOrder.slice(at, at + atOnce).map(faultsOf))).flat());
    process.stdout.write(`    ${cells} cells of ${oneOfEach(written).length} routes\n`);
    expect(wrong.join("\n")).to.equal("");
  }

  async function cellsOf(row: Row, operation: Operation): Promise<Cell[]> {
    const cells: Cell[] = [];
    for (const column of COLUMNS) {
      const caller = isRole(column) ? scene.people[column] : scene.people.employee;
      const params = await paramsOf(scene, operation, row.whose, caller);
      const token = isRole(column) ? caller.token : undefined;
      cells.push({ caller: column, token, params, expected: row.cells[column] });
      if (isRole(column)) continue;
      // A token that does not count is no token: where none is asked for, it is not looked at.
      for (const bad of BAD_TOKENS)
        cells.push({ caller: bad, token: scene.badTokens[bad], params, expected: row.cells.nobody });
    }
    return cells;
  }

  /**
   * Tokens of programs: an admin's, so that it is the scope and not the role that refuses, and an employee's with all
   * scopes, where it is the role.
   */
  async function programsCells(row: Row, operation: Operation): Promise<Cell[]> {
    const { people, programs } = scene;
    const { needed, cells } = row;
    if (needed === "-") return []; // none is looked at
    const paramsFor = (caller: SignedIn) => paramsOf(scene, operation, row.whose, caller);
    const refused = { expected: 403, code: "scope_missing", params: await paramsFor(people.admin) } as const;
    const admins = SCOPES.map(async (scope): Promise<Cell> => {
      const one = { caller: `an admin's token for ${scope} only`, token: programs.admin[scope] };
      if (needed !== scope) return { ...one, ...refused };
      return { ...one, expected: cells.admin, params: await paramsFor(people.admin) };
    });
    const expected = needed === "person" ? 403 : cells.employee;
    const params = await paramsFor(people.employee);
    const all = { caller: "an employee's token for everything", token: programs.employee, expected, params };
    const bad = BAD_PROGRAM_TOKENS.map((caller) => ({
      ...{ caller, token: programs.bad[caller] },
      ...{ expected: cells.nobody, params: refused.params },
    }));
    return [...(await Promise.all(admins)), all, ...bad];
  }

  async function faultOf(operation: Operation, row: Row, cell: Cell): Promise<string[]> {
    const { caller, expected, code = "" } = cell;
    const { status, text } = await until(async () => {
      const answer = await ask(operation, cell);
      // A part that is away or busy for a moment says nothing about access.
      return answer.status !== 503 && !answer.text.includes("verification_running") && answer;
    }, `${operation.name} is not unavailable`);
    if (isAs(expected, status) && text.includes(code)) return [];
    return [`${row.operation} ${row.whose}: ${caller} expected ${expected} ${code}, got ${status} ${text}`];
  }

  async function ask(
    operation: Operation,
    { token, params }: Cell,
  ): Promise<{ status: number; text: string }> {
    const { method, path, name, upload } = operation;
    const { body = drawnBody(operation), query = drawnQuery(operation), headers } = ASKS[name]?.() ?? {};
    const isText = body === undefined || typeof body === "string";
    const response = await fetch(`${scene.baseUrl}${filledPath(path, params)}${query}`, {
      method,
      redirect: "manual",
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(method === "GET" ? {} : { "idempotency-key": newUuid() }),
        ...(body === undefined ? {} : { "content-type": upload ?? "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (isStream) await response.body?.cancel();
    return { status: response.status, text: isStream ? "" : (await response.text()).slice(0, 400) };
  }

  function drawnBody({ body }: Operation): unknown {
    return body === undefined ? undefined : drawn(body);
  }

  function drawnQuery(operation: Operation): string {
    const needed = neededParameters(operation).filter((each) => each.in === "query");
    const query = new URLSearchParams(needed.map(({ name, schema }) => [name, String(drawn(schema))]));
    return query.size === 0 ? "" : `?${query}`;
  }

  function drawn(schema: Readonly<Record<string, unknown>>): unknown {
    return fc.sample(arbitraryOf(schema, document.schemas), { numRuns: 1, seed: 42 })[0];
  }
});

/** What a shuffle leaves is not anybody's own any more. */
function isNotLast({ operation }: Row): boolean {
  return operation !== "POST /api/v1/tasks/shuffle";
}

/** Each route's first row: a program's token is known before the path is looked at. */
function oneOfEach(rows: readonly Row[]): readonly Row[] {
  return rows.filter((row, at) => rows.findIndex(({ operation }) => operation === row.operation) === at);
}

/** `there` stands for `own` and `other` where the file has it. */
function rowsNeeded(operation: Operation, rows: readonly Row[]): readonly string[] {
  if (pathParameters(operation).length === 0) return ["-"];
  const isShared = rows.some((row) => row.operation === operation.name && row.whose === "there");
  return isShared ? ["there", "missing"] : ["own", "other", "missing"];
}
