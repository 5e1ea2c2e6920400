import { expect } from "chai";
import { createEdge, type Edge } from "../../http/edge.ts";
import { VIEWS_MAX } from "../../http/saved-views.ts";
import { newUuid } from "../../schemas/ids.ts";
import { type Answer, EdgeClient, expectProblem } from "./edge-client.ts";
import { addPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";

const VIEWS = "/api/v1/views";
const MINE = {
  name: "Mine",
  query: { assignee: "me", status: "open,in-progress", sort: "-reward" },
  layout: "list",
};

describe("saved views", () => {
  const servers = useServers();
  let edge: Edge;
  let client: EdgeClient;
  let token: string;
  let other: string;

  before(async () => {
    const { pool, redis } = servers;
    const company = { partitions: 4, secret: "a secret" };
    edge = createEdge({ pool, redis, company, logger: recordedLogger().logger });
    client = new EdgeClient((await edge.listen(0, "127.0.0.1")).port);
    token = await tokenOf(client, await addPerson(pool, "employee"));
    other = await tokenOf(client, await addPerson(pool, "admin"));
  });
  beforeEach(() => servers.pool.query("truncate saved_views"));
  after(() => edge.close());

  const save = (body: unknown, headers = {}, by = token): Promise<Answer> =>
    client.post(VIEWS, { token: by, body, headers });
  const names = async (by = token) =>
    (await client.get(VIEWS, { token: by })).body.items.map(({ name }: { name: string }) => name);

  it("TT-1: are saved with their filters, order and layout, and listed by name", async () => {
    const { status, body } = await save(MINE);
    expect(status).to.equal(201);
    expect(body).to.deep.include(MINE);
    expect(Number.isNaN(Date.parse(body.createdAt))).to.equal(false);
    expect((await save({ name: "  All ", query: {} })).body).to.include({ name: "All", layout: "board" });
    const list = await client.get(VIEWS, { token });
    expect(list.body.items.map(({ name }: { name: string }) => name)).to.deep.equal(["All", "Mine"]);
    expect(list.body.items[1]).to.deep.equal(body);
    expect(list.body.next).to.equal(null);
  });

  it("AUTH-2: are their owner's alone: for others, admins too, they do not exist", async () => {
    const { id } = (await save(MINE)).body;
    expect(await names(other)).to.deep.equal([]);
    expectProblem(
      await client.patch(`${VIEWS}/${id}`, { token: other, body: { name: "x" } }),
      404,
      "not_found",
    );
    expectProblem(await client.ask("DELETE", `${VIEWS}/${id}`, { token: other }), 404, "not_found");
    expect(await names()).to.deep.equal(["Mine"]);
    expect((await save(MINE, {}, other)).status).to.equal(201);
  });

  it("are renamed, laid out and filtered anew; what is not said stays", async () => {
    const { id, createdAt } = (await save(MINE)).body;
    const renamed = await client.patch(`${VIEWS}/${id}`, { token, body: { name: "Ours" } });
    expect(renamed.body).to.deep.include({ ...MINE, name: "Ours", createdAt });
    const changed = await client.patch(`${VIEWS}/${id}`, {
      token,
      body: { query: { q: "beak" }, layout: "board" },
    });
    expect(changed.body).to.deep.include({ name: "Ours", query: { q: "beak" }, layout: "board" });
  });

  it("are deleted once", async () => {
    const { id } = (await save(MINE)).body;
    const gone = await client.ask("DELETE", `${VIEWS}/${id}`, { token });
    expect([gone.status, gone.body]).to.deep.equal([204, ""]);
    expectProblem(await client.ask("DELETE", `${VIEWS}/${id}`, { token }), 404, "not_found");
    expect(await names()).to.deep.equal([]);
  });

  it("have names of their own", async () => {
    const { id } = (await save(MINE)).body;
    expectProblem(await save(MINE), 409, "name_taken");
    await save({ ...MINE, name: "Other" });
    expectProblem(
      await client.patch(`${VIEWS}/${id}`, { token, body: { name: "Other" } }),
      409,
      "name_taken",
    );
  });

  it("EDGE-2: are made once under a key, and something else under it is refused", async () => {
    const key = { "Idempotency-Key": newUuid() };
    const first = await save(MINE, key);
    const again = await save(MINE, key);
    expect([again.status, again.body]).to.deep.equal([201, first.body]);
    expect(again.headers.get("idempotency-replayed")).to.equal("true");
    expectProblem(await save({ ...MINE, name: "Other" }, key), 422, "idempotency_key_reused");
    expect(await names()).to.deep.equal(["Mine"]);
  });

  it(`are at most ${VIEWS_MAX} of a person`, async () => {
    await servers.pool.query(
      `insert into saved_views (id, owner_id, name, query, layout, fingerprint)
       select gen_random_uuid(), u.id, n, '{}', 'list', '' from generate_series(1, $1::int) as n, users u`,
      [VIEWS_MAX],
    );
    expectProblem(await save(MINE), 409, "too_many_views");
    expect(await names()).to.have.length(VIEWS_MAX);
  });

  it("EDGE-1: what the list of tasks would refuse is refused, with a pointer", async () => {
    const bad: [pointer: string, body: unknown][] = [
      ["/name", { ...MINE, name: " " }],
      ["/layout", { ...MINE, layout: "tree" }],
      ["/query/status", { ...MINE, query: { status: "open,new" } }],
      ["/query/feeFromMinor", { ...MINE, query: { feeFromMinor: "10" } }],
      ["/query/createdTo", { ...MINE, query: { createdFrom: "2026-03-02", createdTo: "2026-03-01" } }],
      ["/query/limit", { ...MINE, query: { limit: 10 } }],
      ["/query", { name: "x" }],
    ];
    for (const [pointer, body] of bad) {
      const { errors } = expectProblem(await save(body), 400, "invalid_request");
      expect(
        errors?.map((error) => error.pointer),
        JSON.stringify(body),
      ).to.deep.equal([pointer]);
    }
    const { id } = (await save(MINE)).body;
    expectProblem(await client.patch(`${VIEWS}/${id}`, { token, body: {} }), 400, "invalid_request");
  });
});
