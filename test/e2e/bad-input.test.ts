import { expect } from "chai";
import type { Role } from "../../schemas/envelope.ts";
import { newUuid } from "../../schemas/ids.ts";
import { type Api, apiOf, type Response } from "../support/api.ts";
import { type SignedIn, signInAll } from "../support/people.ts";
import { newWorld, type World } from "../support/world.ts";

interface Schema {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly roles: readonly Role[] | undefined;
  readonly isPublic: boolean;
  readonly params: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly body: Schema | undefined;
}

const BASE = "/api/v1";
const QUERY: Readonly<Record<string, string>> = { month: "2026-11" };
const HUGE = JSON.stringify({ title: "x".repeat(1_100_000) });
const BAD_TOKENS: Readonly<Record<string, string>> = {
  garbage: "garbage",
  "alg none": `${btoa('{"alg":"none"}')}.${btoa('{"sub":"1","role":"admin"}')}.`,
  "an empty signature": "eyJhbGciOiJFUzI1NiJ9.eyJyb2xlIjoiYWRtaW4ifQ.",
};

describe("bad input at every route of the document", function () {
  this.timeout(120_000);
  let world: World;
  let baseUrl: string;
  let people: Readonly<Record<Role, SignedIn>>;
  let operations: readonly Operation[];

  before(async () => {
    world = await newWorld();
    await world.worker();
    baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
    operations = await readOperations(baseUrl);
  });
  after(() => world.end());

  it("EDGE-1: the document lists every route of the contract that this release has", () => {
    expect(operations.length).to.be.greaterThan(35);
  });

  it("AUTH-2: without a token, or with a bad one, every route that needs one answers 401", async () => {
    for (const operation of operations.filter(({ isPublic }) => !isPublic)) {
      expectProblem(await send(apiOf(baseUrl), operation), [401], operation);
      for (const [what, token] of Object.entries(BAD_TOKENS)) {
        expectProblem(await send(apiOf(baseUrl, token), operation), [401], operation, what);
      }
    }
  });

  it("AUTH-2: a role that a route does not name is answered with 403", async () => {
    for (const operation of operations) {
      for (const role of (operation.roles === undefined ? [] : Object.keys(people)) as Role[]) {
        if (operation.roles?.includes(role)) continue;
        expectProblem(await send(people[role].api, operation), [403], operation, role);
      }
    }
  });

  it("EDGE-1: an unknown id is answered with 404, and one that is none too", async () => {
    for (const operation of operations.filter(({ path }) => path.includes("{"))) {
      const api = apiFor(operation);
      expectProblem(await send(api, operation, { id: newUuid() }), [404, 409], operation, "unknown id");
      expectProblem(await send(api, operation, { id: "not-an-id" }), [400, 404], operation, "no id");
    }
  });

  it("EDGE-1: an unknown query parameter is refused with 400", async () => {
    for (const operation of operations.filter(({ method }) => method === "GET")) {
      if (operation.path.includes("{")) continue;
      expectProblem(await send(apiFor(operation), operation, { query: "?nonsense=1" }), [400], operation);
    }
  });

  it("EDGE-1: a query parameter of the wrong form is refused with 400, never with 500", async () => {
    for (const operation of operations) {
      for (const param of operation.params.filter((each) => each.in === "query")) {
        for (const value of ["%00", "x".repeat(3_000), "-1", "9999-99-99", "%5B%5D"]) {
          const response = await send(apiFor(operation), operation, { query: `?${param.name}=${value}` });
          expect(
            response.status,
            `${operation.method} ${operation.path}?${param.name}=${value.slice(0, 20)}`,
          ).to.be.below(500);
        }
      }
    }
  });

  it("EDGE-1: a body that is missing, of the wrong type, not JSON, too large or with an unknown field is refused", async () => {
    for (const operation of operations.filter(({ body }) => body !== undefined && body.type !== "string")) {
      const api = apiFor(operation);
      const good = minimal(operation.body);
      const refused: [what: string, body: unknown, statuses: number[]][] = [
        ["an array", [], [400]],
        ["bad JSON", "{", [400]],
        ["too large", HUGE, [413]],
        ["an unknown field", { ...good, nonsense: 1 }, [400]],
      ];
      for (const name of operation.body?.required ?? []) {
        const { [name]: _, ...rest } = good;
        refused.push([`${name} missing`, rest, [400]]);
      }
      for (const name of Object.keys(operation.body?.properties ?? {})) {
        refused.push([`${name} of the wrong type`, { ...good, [name]: { wrong: [1] } }, [400]]);
      }
      for (const [what, body, statuses] of refused) {
        expectProblem(await send(api, operation, { id: newUuid(), body }), statuses, operation, what);
      }
      const text = { "content-type": "text/plain" };
      expectProblem(
        await send(api, operation, { id: newUuid(), body: good, headers: text }),
        [415],
        operation,
        "wrong content type",
      );
    }
  });

  it("TT-2: prices and assignees from a client are refused", async () => {
    for (const extra of [
      { feeMinor: 1 },
      { rewardMinor: 1_000_000 },
      { assigneeId: newUuid() },
      { role: "admin" },
    ]) {
      const { status, body } = await people.employee.api("POST", "/tasks", {
        title: "Give me money",
        ...extra,
      });
      expect(status).to.equal(400);
      expect(body.errors[0].pointer).to.equal(`/${Object.keys(extra)[0]}`);
    }
  });

  it("EVT-2: a title with a bracket is refused, wherever the bracket stands", async () => {
    for (const title of ["[UBERPOP-42] Title", "Title [", "a ] b"]) {
      expect((await people.employee.api("POST", "/tasks", { title })).status).to.equal(400);
    }
  });

  it("EDGE-2: an Idempotency-Key of the wrong form is refused, and its absence where it is required", async () => {
    const { api } = people.manager;
    expectProblem(await api("POST", "/tasks", { title: "x" }, { "idempotency-key": "short" }), [400]);
    const token = await api("POST", "/tasks/shuffle", undefined, { "idempotency-key": "" });
    expectProblem(token, [400]);
  });

  /** A caller who may: refusals are then for the input alone. */
  function apiFor({ roles, isPublic }: Operation): Api {
    if (isPublic) return apiOf(baseUrl);
    return people[roles?.[0] ?? "admin"].api;
  }
});

async function readOperations(baseUrl: string): Promise<Operation[]> {
  const document = await (await fetch(`${baseUrl}/api/openapi.json`)).json();
  // biome-ignore lint/suspicious/noExplicitAny: the document is somebody else's JSON to this test
  const paths = (document as any).paths as Record<string, Record<string, any>>;
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        roles: operation["x-roles"],
        isPublic: operation.security.length === 0,
        params: operation.parameters ?? [],
        body: operation.requestBody?.content?.["application/json"]?.schema,
      })),
    )
    .filter(({ path }) => path.startsWith(BASE) && !path.endsWith("/feed"));
}

interface Sent {
  readonly id?: string;
  readonly body?: unknown;
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

async function send(
  api: Api,
  { method, path, params, body: schema }: Operation,
  { id, body, query = neededQuery(params), headers }: Sent = {},
): Promise<Response> {
  const filled = path
    .slice(BASE.length)
    .replace(/\{(\w+)\}/g, (_, name) =>
      name === "date" && id !== "not-an-id" ? "2999-01-01" : (id ?? newUuid()),
    );
  return api(
    method,
    `${filled}${query}`,
    body ?? (schema === undefined ? undefined : minimal(schema)),
    headers,
  );
}

/** The parameters without which a request is refused before its path is looked at. */
function neededQuery(params: Operation["params"]): string {
  const needed = params.filter(({ in: place, required }) => place === "query" && required);
  return needed.length === 0 ? "" : `?${needed.map(({ name }) => `${name}=${QUERY[name]}`).join("&")}`;
}

/** A body that names everything required, each of the right type: enough to reach the check that is meant. */
function minimal(schema: Schema | undefined): Record<string, unknown> {
  const values: Record<string, unknown> = {
    email: "x@test.local",
    password: "long-enough-1",
    name: "X",
    role: "employee",
    title: "X",
    locale: "en",
    amountMinor: 1,
    url: "https://8.8.8.8/hook",
    from: "2026-11-01T00:00:00Z",
    to: "2026-11-02T00:00:00Z",
  };
  const properties = Object.keys(schema?.properties ?? {});
  const required = schema?.required?.length ? schema.required : properties.slice(0, 1);
  return Object.fromEntries(required.map((name) => [name, values[name] ?? "X"]));
}

function expectProblem(
  { status, headers, body }: Response,
  statuses: readonly number[],
  operation?: Operation,
  what = "",
): void {
  const where = `${operation?.method} ${operation?.path} ${what}: ${JSON.stringify(body)}`;
  expect(statuses, where).to.include(status);
  expect(headers.get("content-type"), where).to.include("application/problem+json");
  expect(body, where).to.include.keys("type", "title", "status", "detail", "code", "instance");
  expect(body.status, where).to.equal(status);
}
