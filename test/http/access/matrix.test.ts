/**
 * The authorization matrix: every route of the edge's own document, asked by each role, by nobody and with tokens that
 * do not count, for one's own, somebody else's and what is not there. What is expected stands in `expected.txt`.
 */
import { expect } from "chai";
import fc from "fast-check";
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
import { until } from "../../support/world.ts";
import { ASKS } from "./asks.ts";
import { COLUMNS, type Expected, HOW_TO_ADD, isAs, isRole, type Row, readExpected } from "./expected.ts";
import { BAD_TOKENS, Scene } from "./scene.ts";
import { type Params, paramsOf } from "./targets.ts";

interface Cell {
  readonly caller: string;
  readonly token: string | undefined;
  readonly params: Params;
  readonly expected: Expected;
}

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
    const wrong: string[] = [];
    let cells = 0;
    for (const operation of document.operations.toSorted((a, b) => turnOf(a) - turnOf(b))) {
      for (const row of rows.filter((each) => each.operation === operation.name)) {
        const asked = await cellsOf(row, operation);
        cells += asked.length;
        wrong.push(...(await Promise.all(asked.map((cell) => faultOf(operation, row, cell)))).flat());
      }
    }
    process.stdout.write(`    ${cells} cells of ${document.operations.length} routes\n`);
    expect(wrong.join("\n")).to.equal("");
  });

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

  async function faultOf(operation: Operation, row: Row, cell: Cell): Promise<string[]> {
    const { caller, expected } = cell;
    const { status, text } = await until(async () => {
      const answer = await ask(operation, cell);
      return answer.status !== 503 && answer; // a part that is away for a moment says nothing about access
    }, `${operation.name} is not unavailable`);
    if (isAs(expected, status)) return [];
    return [`${row.operation} ${row.whose}: ${caller} expected ${expected}, got ${status} ${text}`];
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
    return { status: response.status, text: isStream ? "" : (await response.text()).slice(0, 200) };
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

/** It gives everybody's tasks to others, so it is pressed when all else has been asked. */
function turnOf({ name }: Operation): number {
  return name === "POST /api/v1/tasks/shuffle" ? 1 : 0;
}

/** `there` stands for `own` and `other` where the file has it. */
function rowsNeeded(operation: Operation, rows: readonly Row[]): readonly string[] {
  if (pathParameters(operation).length === 0) return ["-"];
  const isShared = rows.some((row) => row.operation === operation.name && row.whose === "there");
  return isShared ? ["there", "missing"] : ["own", "other", "missing"];
}
