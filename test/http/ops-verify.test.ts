import { expect } from "chai";
import { createEdge, type Edge } from "../../http/edge.ts";
import type { Finding } from "../../http/verification.ts";
import { pauseJudgement } from "../support/answers/watch.ts";
import { type Answer, EdgeClient, expectProblem } from "./edge-client.ts";
import { addPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";
import { until } from "./until.ts";

const VERIFY = "/api/v1/ops/verify";
const HOLDS: Finding = {
  check: "1a",
  rules: ["ACC-5"],
  says: "the book is zero",
  verdict: "ok",
  size: 3,
  unit: "accounts",
  broken: 0,
  first: undefined,
};

describe("operators: verification of the ledger on request", () => {
  const servers = useServers();
  const { lines, logger } = recordedLogger();
  let edge: Edge;
  let client: EdgeClient;
  let token: string;
  let outcome: PromiseWithResolvers<readonly Finding[]>;
  let looks = 0;
  let looked: PromiseWithResolvers<object>;

  before(async () => {
    edge = createEdge({
      pool: servers.pool,
      redis: servers.redis,
      company: { partitions: 4, secret: "a secret" },
      logger,
      installation: {
        reconcile: async () => ({}),
        verify: () => outcome.promise,
        streams: () => {
          looks++;
          return looked.promise;
        },
      },
    });
    client = new EdgeClient((await edge.listen(0, "127.0.0.1")).port);
    token = await tokenOf(client, await addPerson(servers.pool, "admin"));
  });
  beforeEach(() => {
    outcome = Promise.withResolvers();
  });
  after(() => edge.close());

  const verify = (prefer?: string): Promise<Answer> =>
    client.post(VERIFY, { token, headers: prefer === undefined ? {} : { Prefer: prefer } });
  const last = () => client.get(VERIFY, { token });

  it("OPS-3: before the first one there is none to show", async () => {
    expectProblem(await last(), 404, "not_found");
  });

  it("OPS-3: answers what every check found, with the worst verdict, and the audit log keeps it", async () => {
    const broken = { ...HOLDS, check: "1b", verdict: "broken", broken: 1, first: "account x" } as const;
    outcome.resolve([HOLDS, { ...HOLDS, verdict: "warning" }, broken]);
    const { status, body } = await verify();
    expect([status, body.state, body.verdict]).to.deep.equal([200, "done", "broken"]);
    expect(body.findings[0]).to.deep.equal({ ...HOLDS, first: null });
    expect(body.findings[2].first).to.equal("account x");
    expect((await last()).body).to.deep.equal(body);
    const { items } = (await client.get("/api/v1/ops/audit", { token })).body;
    expect(items[0]).to.deep.include({ action: "ledger.verify", subject: "ledger", detail: body });
  });

  it("OPS-3: one that takes longer goes on, one at a time, and its outcome is there in the end", async () => {
    const { status, body, headers } = await verify("respond-async");
    expect([status, body.state, headers.get("location")]).to.deep.equal([202, "running", VERIFY]);
    const second = await verify();
    expectProblem(second, 409, "verification_running");
    expect(second.headers.get("retry-after")).to.equal("5");
    expect((await last()).body).to.deep.equal(body);
    outcome.resolve([HOLDS]);
    await until(async () => (await last()).body.state === "done");
    expect((await last()).body).to.include({ startedAt: body.startedAt, verdict: "ok" });
  });

  it("OPS-3: one that fails is a failed request, and makes room for the next", async () => {
    const judgeAgain = pauseJudgement(); // no bug is described
    const asked = verify();
    outcome.promise.catch(() => undefined); // nobody may have asked for it yet
    outcome.reject(new Error("half of the ledger is missing"));
    expectProblem(await asked, 500, "internal_error");
    judgeAgain();
    expect(lines.map(({ msg }) => msg)).to.include("the ledger could not be verified");
    outcome = Promise.withResolvers();
    outcome.resolve([HOLDS]);
    expect((await verify()).status).to.equal(200);
  });

  it("OPS-3: all who look at the streams at once share one look", async () => {
    looked = Promise.withResolvers();
    const asking = Array.from({ length: 5 }, () => client.get("/api/v1/ops/streams", { token }));
    await until(async () => looks > 0);
    looked.resolve({ streams: [], partitions: [] });
    for (const { status, body } of await Promise.all(asking))
      expect([status, body]).to.deep.equal([200, { streams: [], partitions: [] }]);
    expect(looks).to.be.below(5);
  });

  it("AUTH-2: only admins look and verify", async () => {
    const other = await tokenOf(client, await addPerson(servers.pool, "accountant"));
    expectProblem(await client.post(VERIFY, { token: other }), 403, "forbidden");
    expectProblem(await client.get("/api/v1/ops/streams", { token: other }), 403, "forbidden");
  });
});
