import { expect } from "chai";
import { EdgeClient } from "../http/edge-client.ts";
import { addPerson, tokenOf } from "../http/people.ts";
import { newWorld, type World } from "../support/world.ts";
import { runAtes } from "./cli/run-ates.ts";

/** The check that reads the audit log. */
const AUDIT_LOG = "8a";

describe("the installation as an edge shows it to operators", function () {
  this.timeout(120_000);
  let world: World;
  let client: EdgeClient;
  let token: string;

  before(async () => {
    world = await newWorld();
    client = new EdgeClient(Number(new URL(await world.edge()).port));
    token = await tokenOf(client, await addPerson(world.pool, "admin"));
  });
  after(() => world.end());

  it("OPS-3: streams, lag, partitions and owners are what the command line prints", async () => {
    const { status, body } = await client.get("/api/v1/ops/streams", { token });
    expect(status).to.equal(200);
    expect(body.streams.length).to.be.above(10);
    expect(body).to.deep.equal(JSON.parse((await runAtes(["streams", "--json"], { world })).out));
  });

  it("OPS-3: a verification says what the command line's says, check by check", async () => {
    const { status, body } = await client.post("/api/v1/ops/verify", {
      token,
      headers: { Prefer: "wait=30" },
    });
    expect([status, body.state]).to.deep.equal([200, "done"]);
    const printed = JSON.parse((await runAtes(["verify", "--settled", "0", "--json"], { world })).out);
    const said = ({ check, verdict, size }: { check: string; verdict: string; size: number }) =>
      // Asking by the edge is a deed itself: the audit log is longer the second time.
      `${check} ${verdict} ${check === AUDIT_LOG ? "" : size}`;
    expect(body.findings.map(said)).to.deep.equal(printed.findings.map(said));
  });
});
