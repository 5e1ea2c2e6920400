import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { AccessClaims } from "../../http/auth/access-token.ts";
import { EDGE_LIMITS, type EdgeLimits } from "../../http/limits.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Route, RouteRequest } from "../../http/route.ts";
import { healthRoutes } from "../../http/routes/health.ts";
import { EdgeServer, type ServerOptions } from "../../http/server.ts";
import type { Role } from "../../schemas/envelope.ts";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import { EdgeClient, expectProblem } from "./edge-client.ts";
import { recordedLogger } from "./quiet-logger.ts";

const USER = newUuid() as UserId;
const OK = { 200: { description: "Well." } };

/** The bearer token is the role: verifying is tested elsewhere. */
const authenticate: ServerOptions["authenticate"] = async (ctx) => {
  const role = ctx.get("Authorization").slice("Bearer ".length);
  if (role === "") throw new Refusal(401, "token_missing", "No token.");
  return { sub: USER, role: role as Role, sid: newUuid(), iat: 0, exp: 0 } satisfies AccessClaims;
};

function route(given: Partial<Route> & Pick<Route, "path">): Route {
  return {
    method: "GET",
    tag: "test",
    summary: given.path,
    access: "anyone",
    responses: OK,
    handle: async ({ params, query, body, idempotencyKey, waitMs }: RouteRequest) => ({
      status: 200,
      body: { params, query, body, idempotencyKey, waitMs },
    }),
    ...given,
  };
}

const BODY = {
  type: "object",
  additionalProperties: false,
  required: ["title"],
  properties: {
    title: { $ref: "common.json#/$defs/title" },
    amountMinor: { type: "integer" },
  },
};

const LONG = { items: Array.from({ length: 50 }, (_, number) => ({ number, title: "Почистить клетку" })) };

const ROUTES = [
  route({ path: "/things", query: { limit: { type: "integer", minimum: 1, maximum: 200 } } }),
  route({ path: "/things/{id}" }),
  route({
    method: "POST",
    path: "/things",
    access: ["manager", "admin"],
    body: BODY,
    idempotencyKey: "optional",
  }),
  route({ method: "POST", path: "/press", access: "signed-in", idempotencyKey: "required", unlimited: true }),
  route({ path: "/bug", handle: async () => Promise.reject(new Error("password=hunter2")) }),
  route({
    path: "/down",
    handle: async () => Promise.reject(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })),
  }),
  route({ path: "/long", handle: async () => ({ status: 200, body: LONG }) }),
  route({ method: "POST", path: "/long", handle: async () => ({ status: 200, body: LONG }) }),
  route({ path: "/slow", handle: async () => ({ status: 200, body: await sleep(300, { done: true }) }) }),
];

describe("the HTTP server", () => {
  let server: EdgeServer;
  let client: EdgeClient;
  let log: ReturnType<typeof recordedLogger>;
  const observed: [string, string, number][] = [];

  async function start(options: Partial<ServerOptions> = {}): Promise<EdgeClient> {
    log = recordedLogger();
    server = new EdgeServer({
      routes: ROUTES,
      authenticate,
      logger: log.logger,
      observeRequest: (method, name, status) => observed.push([method, name, status]),
      ...options,
    });
    return new EdgeClient((await server.listen(0, "127.0.0.1")).port);
  }

  beforeEach(async () => {
    client = await start();
  });
  afterEach(() => server.close());

  describe("refuses in the order of the contract", () => {
    it("404 for an unknown path, in the API and beside it", async () => {
      expectProblem(await client.get("/api/v1/nothing"), 404, "not_found");
      expectProblem(await client.get("/nothing"), 404, "not_found");
      expectProblem(await client.get("/api/v1/things/%zz"), 404, "not_found");
    });

    it("405 with Allow for another method", async () => {
      const answer = await client.ask("DELETE", "/api/v1/things");
      expectProblem(answer, 405, "method_not_allowed");
      expect(answer.headers.get("allow")).to.equal("GET, HEAD, POST");
    });

    it("415 before anything is read, also without a token", async () => {
      const form = { raw: "title=x", headers: { "Content-Type": "application/x-www-form-urlencoded" } };
      expectProblem(await client.post("/api/v1/things", form), 415, "unsupported_media_type");
      const latin = { raw: "{}", headers: { "Content-Type": "application/json; charset=latin1" } };
      expectProblem(await client.post("/api/v1/things", latin), 415, "unsupported_media_type");
      const gzip = { raw: "{}", headers: { "Content-Encoding": "gzip" } };
      expectProblem(await client.post("/api/v1/things", gzip), 415, "unsupported_media_type");
    });

    it("413 for a body over 1 MiB, announced or not", async () => {
      const large = "x".repeat(1024 * 1024 + 1);
      expectProblem(await client.post("/api/v1/things", { raw: large }), 413, "body_too_large");
      const chunk = new TextEncoder().encode("x".repeat(64 * 1024));
      const stream = new ReadableStream({
        start(controller) {
          for (let sent = 0; sent < 20; sent++) controller.enqueue(chunk);
          controller.close();
        },
      });
      const response = await fetch(`${client.origin}/api/v1/things`, {
        method: "POST",
        body: stream,
        duplex: "half",
        headers: { "Content-Type": "application/json" },
      } as RequestInit);
      expect(await response.json()).to.include({ status: 413, code: "body_too_large" });
    });

    it("400 invalid_json for what is no JSON, no UTF-8 or nothing", async () => {
      for (const raw of ["{", "", "nope", new Uint8Array([0x22, 0xff, 0x22])]) {
        const answer = await client.post("/api/v1/things", {
          raw,
          headers: { "Content-Type": "application/json" },
        });
        expectProblem(answer, 400, "invalid_json");
      }
    });

    it("401 without a token, 403 for another role (AUTH-2: the role is the token's)", async () => {
      const body = { title: "Sell the boat" };
      const answer = await client.post("/api/v1/things", { body });
      expectProblem(answer, 401, "token_missing");
      expect(answer.headers.get("www-authenticate")).to.equal('Bearer realm="ates"');
      expectProblem(await client.post("/api/v1/things", { body, token: "employee" }), 403, "forbidden");
      const dressed = { body, token: "employee", headers: { "X-Role": "admin" } };
      expectProblem(await client.post("/api/v1/things?role=admin", dressed), 403, "forbidden");
      expect((await client.post("/api/v1/things", { body, token: "manager" })).status).to.equal(200);
    });

    it("403 is said before the body's faults are", async () => {
      expectProblem(
        await client.post("/api/v1/things", { body: { wrong: 1 }, token: "employee" }),
        403,
        "forbidden",
      );
    });
  });

  describe("checks bodies", () => {
    const post = (body: unknown) => client.post("/api/v1/things", { body, token: "admin" });

    it("names every fault by its JSON Pointer", async () => {
      const problem = expectProblem(await post({ amountMinor: "12", "a/b": 1 }), 400, "invalid_request");
      expect(problem.errors).to.deep.include.members([
        { pointer: "/title", detail: "is required" },
        { pointer: "/amountMinor", detail: "must be integer" },
        { pointer: "/a~1b", detail: "is not known here" },
      ]);
    });

    it("names at most twenty faults", async () => {
      const body = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, i]));
      expect(expectProblem(await post(body), 400, "invalid_request").errors?.length).to.equal(20);
    });

    it("TT-2: refuses prices and anything else it does not know", async () => {
      const problem = expectProblem(await post({ title: "x", feeMinor: 1 }), 400, "invalid_request");
      expect(problem.errors).to.deep.equal([{ pointer: "/feeMinor", detail: "is not known here" }]);
    });

    it("EVT-2: refuses a title with brackets, pointing at it", async () => {
      const problem = expectProblem(await post({ title: "[UBERPOP-42] Sell" }), 400, "invalid_request");
      expect(problem.errors?.[0]?.pointer).to.equal("/title");
    });

    it("refuses text that Postgres cannot hold, so that it is never a 500", async () => {
      for (const title of ["nul \u0000", "half \ud800"]) {
        const problem = expectProblem(await post({ title }), 400, "invalid_request");
        expect(problem.errors?.[0]?.pointer).to.equal("/title");
      }
    });

    it("refuses other JSON than an object", async () => {
      for (const body of [null, 1, "x", [], [{ title: "x" }]])
        expectProblem(await post(body), 400, "invalid_request");
    });

    it("refuses __proto__ like any other unknown member", async () => {
      const raw = '{"title":"x","__proto__":{"role":"admin"}}';
      expectProblem(await client.post("/api/v1/things", { raw, token: "admin" }), 400, "invalid_request");
    });

    it("takes nothing, or an empty object, where no body is expected", async () => {
      const ask = { token: "employee", headers: { "Idempotency-Key": "k".repeat(16) } };
      expect((await client.post("/api/v1/press", ask)).status).to.equal(200);
      expect((await client.post("/api/v1/press", { ...ask, body: {} })).status).to.equal(200);
      expectProblem(await client.post("/api/v1/press", { ...ask, body: { x: 1 } }), 400, "invalid_request");
    });
  });

  describe("checks the rest of a request", () => {
    it("a query is coerced, and refused when unknown, repeated or out of bounds", async () => {
      expect((await client.get("/api/v1/things?limit=20")).body.query).to.deep.equal({ limit: 20 });
      for (const query of [
        "limit=0",
        "limit=x",
        "limit=1&limit=2",
        "nope=1",
        "limit=",
        "limit=%00",
        "limit=1e999",
      ]) {
        const problem = expectProblem(await client.get(`/api/v1/things?${query}`), 400, "invalid_request");
        expect(problem.errors?.[0]?.pointer).to.match(/^\/query\//);
      }
    });

    it("an id that is no UUID is 404; one in capitals is the same thing as in small letters", async () => {
      for (const id of ["1", "urn:uuid:0190b6a0-0000-7000-8000-000000000000", "x'--", "0190b6a0"]) {
        expectProblem(await client.get(`/api/v1/things/${encodeURIComponent(id)}`), 404, "not_found");
      }
      const id = newUuid();
      expect((await client.get(`/api/v1/things/${id.toUpperCase()}`)).body.params).to.deep.equal({ id });
    });

    it("an Idempotency-Key is taken bare or quoted, refused when malformed, and asked for where it must be", async () => {
      const press = (key?: string) =>
        client.post("/api/v1/press", {
          token: "admin",
          headers: key === undefined ? {} : { "Idempotency-Key": key },
        });
      const key = "0123456789abcdef_-";
      expect((await press(key)).body.idempotencyKey).to.equal(key);
      expect((await press(`"${key}"`)).body.idempotencyKey).to.equal(key);
      for (const bad of ["short", "x".repeat(129), "sixteen or more!", `"${key}`]) {
        expectProblem(await press(bad), 400, "invalid_request");
      }
      expectProblem(await press(), 400, "idempotency_key_required");
    });

    it("Prefer: wait is bounded, respond-async is none, anything else is five seconds", async () => {
      const waits = {
        "": 5_000,
        "wait=7": 7_000,
        "wait=600": 30_000,
        "respond-async": 0,
        "respond-async, wait=2": 2_000,
        "x=y": 5_000,
      };
      for (const [prefer, waitMs] of Object.entries(waits)) {
        const { body } = await client.get("/api/v1/things", { headers: { Prefer: prefer } });
        expect(body.waitMs, prefer).to.equal(waitMs);
      }
    });
  });

  describe("fails", () => {
    it("with 500 for a bug, logged with its trace and told to nobody", async () => {
      const answer = await client.get("/api/v1/bug");
      const problem = expectProblem(answer, 500, "internal_error");
      expect(JSON.stringify(answer.body)).not.to.include("hunter2");
      const line = log.lines.find((l) => l.msg === "a request failed");
      expect(problem.instance).to.equal(`urn:trace:${line?.trace_id}`);
    });

    it("with 503 and Retry-After for a lost connection (EDGE-3)", async () => {
      const answer = await client.get("/api/v1/down");
      expectProblem(answer, 503, "unavailable");
      expect(answer.headers.get("retry-after")).to.equal("1");
    });

    it("with a problem for bytes that are no HTTP", async () => {
      const text = await rawExchange(client, "NONSENSE\r\n\r\n");
      expect(text)
        .to.match(/^HTTP\/1\.1 400 /)
        .and.to.include('"code":"malformed_request"');
    });

    it("with 431 for headers that are too large", async () => {
      const text = await rawExchange(client, `GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(20_000)}\r\n\r\n`);
      expect(text)
        .to.match(/^HTTP\/1\.1 431 /)
        .and.to.include('"code":"headers_too_large"');
    });
  });

  it("OPS-1: takes the caller's trace and says it", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const problem = expectProblem(await client.get("/api/v1/nothing", { headers }), 404, "not_found");
    expect(problem.instance).to.equal(`urn:trace:${traceId}`);
  });

  it("every answer says what the browser may do", async () => {
    const { headers } = await client.get("/api/v1/things");
    expect(headers.get("content-security-policy"))
      .to.include("default-src 'self'")
      .and.to.include("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).to.equal("nosniff");
    expect(headers.get("cache-control")).to.equal("no-store");
  });

  it("a long answer to GET is packed for those who can unpack it, no other answer is", async () => {
    const told = async (method: string, path: string, accepted: string) => {
      const response = await fetch(`${client.origin}/api/v1${path}`, {
        method,
        headers: { "Accept-Encoding": accepted },
      });
      const body = await response.json();
      if (path === "/long") expect(body).to.deep.equal(LONG);
      return response.headers.get("content-encoding");
    };
    expect(await told("GET", "/long", "gzip, deflate, br")).to.equal("br");
    expect(await told("GET", "/long", "gzip, br;q=0")).to.equal("gzip");
    expect(await told("GET", "/long", "identity")).to.equal(null);
    expect(await told("POST", "/long", "br")).to.equal(null);
    expect(await told("GET", "/things", "br")).to.equal(null);
  });

  it("requests are observed by the route's pattern, never by the path", async () => {
    observed.length = 0;
    await client.get(`/api/v1/things/${newUuid()}`);
    await client.get("/api/v1/nothing");
    expect(observed).to.deep.equal([
      ["GET", "/api/v1/things/{id}", 200],
      ["GET", "unmatched", 404],
    ]);
  });

  describe("limits the rate (EDGE-1)", () => {
    it("per person, with RateLimit, RateLimit-Policy and Retry-After", async () => {
      await server.close();
      client = await start({ rateLimit: { perSecond: 2, burstPerMinute: 2 } });
      const ask = { token: "admin", body: { title: "x" } };
      const answers = [];
      for (let i = 0; i < 6; i++) answers.push(await client.post("/api/v1/things", ask));
      const refused = answers.filter((answer) => answer.status === 429);
      expect(refused.length).to.be.within(1, 2);
      const [first] = refused;
      if (first === undefined) throw new Error("nobody was refused");
      expectProblem(first, 429, "rate_limited");
      expect(first.headers.get("retry-after")).to.equal("1");
      expect(first.headers.get("ratelimit")).to.match(/^"burst";r=0;t=1$/);
      expect(first.headers.get("ratelimit-policy")).to.equal('"steady";q=2;w=1, "burst";q=2;w=60');
    });

    it("TT-6: never on presses of shuffle", async () => {
      await server.close();
      client = await start({ rateLimit: { perSecond: 1, burstPerMinute: 1 } });
      for (let i = 0; i < 10; i++) {
        const ask = { token: "admin", headers: { "Idempotency-Key": newUuid() } };
        expect((await client.post("/api/v1/press", ask)).status).to.equal(200);
      }
    });
  });

  describe("drains", () => {
    it("lets begun requests end and takes no new connection", async () => {
      const slow = client.get("/api/v1/slow");
      await sleep(100);
      const closed = server.close();
      expect(server.state).to.equal("draining");
      expect((await slow).body).to.deep.equal({ done: true });
      await closed;
      expect(server.state).to.equal("stopped");
      expect(await client.get("/api/v1/things").catch((error: Error) => error.message)).to.equal(
        "fetch failed",
      );
    });

    it("cuts what has not ended at the deadline; a second close is the first", async () => {
      await server.close();
      const stuck = route({ path: "/stuck", handle: () => new Promise(() => undefined) });
      client = await start({ routes: [stuck], drainDeadlineMs: 100 });
      const cut = client.get("/api/v1/stuck").catch((error: Error) => error.message);
      await sleep(50);
      const closing = server.close();
      expect(server.close()).to.equal(closing);
      await closing;
      expect(await cut).to.equal("fetch failed");
    });
  });

  describe("EDGE-3: takes on what it has room for, and refuses the rest at once", () => {
    async function startWith(limits: Partial<EdgeLimits>, routes: readonly Route[] = ROUTES): Promise<void> {
      await server.close();
      client = await start({ limits: { ...EDGE_LIMITS, ...limits }, routes });
    }

    it("requests at a time: the next is refused, probes get through", async () => {
      await startWith({ requestsInProgressMax: 2 }, [...ROUTES, ...healthRoutes(() => false)]);
      const slow = [client.get("/api/v1/slow"), client.get("/api/v1/slow")];
      await sleep(100);
      const refused = await client.get("/api/v1/things");
      expectProblem(refused, 503, "unavailable");
      expect(Number(refused.headers.get("retry-after"))).to.be.within(1, 3);
      expect((await client.get("/livez")).status).to.equal(200);
      for (const answer of await Promise.all(slow)) expect(answer.status).to.equal(200);
      expect((await client.get("/api/v1/things")).status).to.equal(200);
    });

    it("bytes of bodies: what does not fit is refused, and fits again when others are answered", async () => {
      const handle = async () => ({ status: 200, body: await sleep(300, {}) });
      await startWith({ bodiesBytesMax: 1_000 }, [
        route({ method: "POST", path: "/slow", body: {}, handle }),
      ]);
      const send = () => client.post("/api/v1/slow", { body: { title: "x".repeat(600) } });
      const first = send();
      await sleep(100);
      expectProblem(await send(), 503, "unavailable");
      expect((await first).status).to.equal(200);
      expect((await send()).status).to.equal(200);
    });

    it("connections: one more is closed, and there is a place when another has gone", async () => {
      await startWith({ connectionsMax: 2 });
      const open = () =>
        connect(Number(new URL(client.origin).port), "127.0.0.1").on("error", () => undefined);
      const held = [open(), open()];
      await Promise.all(held.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
      const third = open();
      await new Promise((resolve) => third.once("close", resolve));
      for (const socket of held) socket.destroy();
      await sleep(50);
      expect((await client.get("/api/v1/things")).status).to.equal(200);
    });
  });
});

function rawExchange(client: EdgeClient, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(client.origin).port) });
    let answer = "";
    socket.on("data", (bytes) => {
      answer += bytes.toString("utf8");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.write(text);
  });
}
