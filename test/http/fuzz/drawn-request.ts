/**
 * Requests drawn from the edge's own document by fast-check: mostly as described, so that they get past the checks, and
 * every part of them sometimes not. One seed is one list of requests; an id that is known only at the time is a number
 * into what the answers have named so far.
 */
import fc from "fast-check";
import type { Role } from "../../../schemas/envelope.ts";
import { arbitraryOf } from "../../support/contract/arbitrary.ts";
import {
  type ApiDocument,
  type Operation,
  type Parameter,
  pathParameters,
  type Schema,
} from "../../support/contract/operations.ts";

export type FuzzCaller = Role | "nobody";

export interface DrawnRequest {
  readonly operation: Operation;
  readonly caller: FuzzCaller;
  /** A text, or the number of something that an answer has named. */
  readonly params: Readonly<Record<string, string | number>>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What is slow on purpose, or moves everything, is asked less often; whatever is not named here counts 20. */
const WEIGHTS: Readonly<Record<string, number>> = {
  "POST /api/v1/tasks/shuffle": 1,
  "POST /api/v1/auth/login": 4,
  "POST /api/v1/users": 4,
  "POST /api/v1/ops/verify": 2,
  "GET /api/v1/ops/streams": 10,
};
const WEIGHT = 20;

/** What programs trip over. */
const ODD = [
  ...[
    "",
    " ",
    "\u0000",
    "\ud800",
    "../../etc/passwd",
    "%00",
    "' or 1=1 --",
    "null",
    "-1",
    "1e999",
    "NaN",
    "me",
  ],
  ...[
    "9".repeat(400),
    "x".repeat(5_000),
    "<script>",
    "0001-01-01",
    "2026-02-30",
    "9999-12-31",
    "+275760-09-13",
  ],
  ...[
    "2026-02-31T25:61:61Z",
    "٣",
    "a,b,,",
    "=1+1",
    "\r\nX-Injected: 1",
    "__proto__",
    "toString",
    "[object Object]",
  ],
];
const CALLERS: readonly { arbitrary: fc.Arbitrary<FuzzCaller>; weight: number }[] = [
  { arbitrary: fc.constant("admin"), weight: 4 },
  { arbitrary: fc.constantFrom("manager", "accountant", "employee"), weight: 5 },
  { arbitrary: fc.constant("nobody"), weight: 1 },
];
const odd: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...ODD),
  fc.string({ unit: "binary", maxLength: 60 }),
);

export function requestsOf(document: ApiDocument): fc.Arbitrary<DrawnRequest> {
  const choices = document.operations.map((operation) => ({
    weight: WEIGHTS[operation.name] ?? WEIGHT,
    arbitrary: requestOf(operation, document.schemas),
  }));
  return fc.oneof(...choices);
}

function requestOf(operation: Operation, schemas: ApiDocument["schemas"]): fc.Arbitrary<DrawnRequest> {
  return fc.record({
    operation: fc.constant(operation),
    caller: fc.oneof(...CALLERS),
    params: fc.record(
      Object.fromEntries(pathParameters(operation).map((each) => [each.name, paramOf(each, schemas)])),
      { noNullPrototype: true },
    ),
    query: queryOf(operation, schemas),
    headers: headersOf(operation),
    body: bodyOf(operation, schemas),
  });
}

function paramOf({ schema }: Parameter, schemas: ApiDocument["schemas"]): fc.Arbitrary<string | number> {
  return fc.oneof(
    { weight: 7, arbitrary: fc.nat(1_000) },
    { weight: 1, arbitrary: arbitraryOf(schema, schemas).map(String) },
    { weight: 1, arbitrary: odd },
  );
}

function queryOf(operation: Operation, schemas: ApiDocument["schemas"]): fc.Arbitrary<[string, string][]> {
  const each = operation.parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, required, schema }) =>
      fc.oneof(
        { weight: required === true ? 0 : 40, arbitrary: fc.constant([]) },
        { weight: 12, arbitrary: arbitraryOf(schema, schemas).map((value) => [[name, String(value)]]) },
        { weight: 1, arbitrary: odd.map((value) => [[name, value]]) },
      ),
    );
  const unknown = fc.oneof(
    { weight: 30, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(odd, odd).map((pair) => [pair]) },
  );
  return fc.tuple(...each, unknown).map((parts) => parts.flat() as [string, string][]);
}

function headersOf({ parameters, upload, body, method }: Operation): fc.Arbitrary<Record<string, string>> {
  const takesKey = parameters.some(({ name }) => name === "Idempotency-Key");
  const hasBody = upload !== undefined || body !== undefined;
  const rarely = (name: string, values: fc.Arbitrary<string>) =>
    fc.oneof(
      { weight: 12, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: values.map((value) => ({ [name]: value })) },
    );
  const key = fc.oneof(
    { weight: 8, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: fc.constantFrom("0123456789abcdef", "fedcba9876543210") },
    { weight: 1, arbitrary: fc.constantFrom("short", "ü".repeat(20), "x".repeat(200)) },
  );
  const type = fc.oneof(
    { weight: 20, arbitrary: fc.constant(upload ?? "application/json") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("text/plain", "application/xml", "application/json; charset=latin1", ""),
    },
  );
  const parts: fc.Arbitrary<Record<string, string>>[] = [
    ...(takesKey
      ? [
          fc.oneof(
            { weight: 9, arbitrary: key.map((value) => ({ "idempotency-key": value })) },
            { weight: 1, arbitrary: fc.constant({}) },
          ),
        ]
      : []),
    ...(hasBody ? [type.map((value) => ({ "content-type": value }))] : []),
    ...(takesKey ? [rarely("prefer", fc.constantFrom("respond-async", "wait=1", "wait=-1", "wait=x"))] : []),
    ...(method === "PATCH" ? [rarely("if-match", fc.constantFrom('"1"', "*", "W/x", '"99999999999"'))] : []),
    rarely("accept", fc.constantFrom("text/html", "*/*", "nothing/at-all")),
    rarely("last-event-id", fc.constantFrom("0-0", "x", "9".repeat(30))),
    rarely("cookie", fc.constantFrom("ates_refresh=x", "ates_refresh=%00; a=b", "=;=")),
  ];
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all));
}

function bodyOf(
  { body, upload, method }: Operation,
  schemas: ApiDocument["schemas"],
): fc.Arbitrary<string | undefined> {
  if (upload !== undefined) return fileOf();
  if (body !== undefined) return jsonOf(body, schemas);
  if (method === "GET") return fc.constant(undefined);
  return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.json() });
}

function jsonOf(schema: Schema, schemas: ApiDocument["schemas"]): fc.Arbitrary<string> {
  const lawful = arbitraryOf(schema, schemas);
  return fc.oneof(
    { weight: 12, arbitrary: lawful.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: fc.tuple(lawful, fc.nat(20), fc.oneof(odd, fc.jsonValue())).map(bent) },
    { weight: 1, arbitrary: fc.json() },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", "{", "[[[[", "\u0000", '{"a":1,"a":2}', `{"x":${"[".repeat(500)}`),
    },
  );
}

/** One member is left out, given another value, or new. */
function bent([value, at, other]: [unknown, number, unknown]): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(other);
  const members = Object.entries(value);
  const [name] = members[at % (members.length + 1)] ?? [`${JSON.stringify(other)}`.slice(0, 20)];
  const isLeftOut = at % 3 === 0;
  return JSON.stringify({ ...value, [name]: isLeftOut ? undefined : other });
}

function fileOf(): fc.Arbitrary<string> {
  const cell = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.constantFrom('"', "a\nb", "=cmd()", "[X-1] - Title", "UBERPOP-1"),
  );
  const row = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(","));
  const header = fc.constantFrom("title,jiraId,description", "title", "Summary;Issue key", "nothing", "");
  return fc
    .tuple(header, fc.array(row, { maxLength: 5 }))
    .map(([first, rows]) => [first, ...rows].join("\n"));
}
