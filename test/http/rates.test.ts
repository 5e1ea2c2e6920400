/** Rates, at a whole edge: per person, per address for who is nobody, and never on presses of shuffle. */
import { expect } from "chai";
import type { Role } from "../../schemas/envelope.ts";
import { newUuid } from "../../schemas/ids.ts";
import { type Api, apiOf, type Response } from "../support/api.ts";
import { type SignedIn, signInAll } from "../support/people.ts";
import { newWorld, type World } from "../support/world.ts";

const PER_SECOND = 5;
const BURST = 5;
/** So many that a machine would have to take half a minute for them before none were refused. */
const MANY = 150;

describe("rates of requests", function () {
  this.timeout(120_000);
  let world: World;
  let baseUrl: string;
  let people: Readonly<Record<Role, SignedIn>>;

  before(async () => {
    world = await newWorld({
      ATES_RATE_PER_SECOND: String(PER_SECOND),
      ATES_RATE_BURST_PER_MINUTE: String(BURST),
      ATES_TRUST_PROXY: "yes",
    });
    await world.worker();
    baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
  });
  after(() => world.end());

  const many = (api: Api, path: string, headers: Record<string, string> = {}) =>
    Promise.all(Array.from({ length: MANY }, () => api("GET", path, undefined, headers)));
  const refusedOf = (answers: readonly Response[]) => answers.filter(({ status }) => status === 429);

  it("EDGE-1: one person's requests beyond the rate are 429 with the standard fields, and nobody else's are", async () => {
    const answers = await many(people.employee.api, "/company");
    const refused = refusedOf(answers);
    expect(refused.length).to.be.within(1, MANY - PER_SECOND - BURST);
    for (const { headers, body } of refused) {
      expect(body.code).to.equal("rate_limited");
      expect(headers.get("retry-after")).to.match(/^[1-9]\d*$/);
      expect(headers.get("ratelimit")).to.match(/^"burst";r=0;t=[1-9]\d*$/);
      expect(headers.get("ratelimit-policy")).to.equal(
        `"steady";q=${PER_SECOND};w=1, "burst";q=${BURST};w=60`,
      );
    }
    const other = await people.manager.api("GET", "/company");
    expect(other.status).to.equal(200);
    expect(other.headers.get("ratelimit")).to.match(/^"steady";r=\d+;t=1$/);
  });

  it("EDGE-1: who is nobody is counted by address, with a bad token as without one", async () => {
    const bad = apiOf(baseUrl, "no.token.atall");
    const guesses = await many(bad, "/company", { "x-forwarded-for": "192.0.2.1" });
    expect(refusedOf(guesses).length).to.be.within(1, MANY - PER_SECOND - BURST);
    expect(guesses.filter(({ status }) => status === 401).length).to.be.at.least(PER_SECOND + BURST);
    const neighbour = await bad("GET", "/company", undefined, { "x-forwarded-for": "192.0.2.2" });
    expect(neighbour.status).to.equal(401);
    const fromThere = await people.accountant.api("GET", "/company", undefined, {
      "x-forwarded-for": "192.0.2.1",
    });
    expect(fromThere.status).to.equal(200);
  });

  it("EDGE-1: only the address that the own proxy saw counts: what a client writes before it makes no new one", async () => {
    const bad = apiOf(baseUrl, "no.token.atall");
    const forged = Array.from({ length: MANY }, (_, n) =>
      bad("GET", "/company", undefined, { "x-forwarded-for": `198.51.100.${n}, 192.0.2.3` }),
    );
    expect(refusedOf(await Promise.all(forged)).length).to.be.within(1, MANY - PER_SECOND - BURST);
  });

  it("EDGE-1: of IPv6 a network of 2^64 addresses counts as one, and the network beside it as another", async () => {
    const bad = apiOf(baseUrl, "no.token.atall");
    const from = (address: string) => bad("GET", "/company", undefined, { "x-forwarded-for": address });
    const roaming = Array.from({ length: MANY }, (_, n) => from(`2001:db8:1:2:${n.toString(16)}::${n}`));
    expect(refusedOf(await Promise.all(roaming)).length).to.be.within(1, MANY - PER_SECOND - BURST);
    expect((await from("2001:db8:1:3::1")).status).to.equal(401);
  });

  it("TT-6: presses of shuffle are never refused for their number, and every one is a job of its own", async () => {
    const presses: Response[] = [];
    while (presses.length < 10 * (PER_SECOND + BURST)) {
      const press = () =>
        people.manager.api("POST", "/tasks/shuffle", undefined, { "idempotency-key": newUuid() });
      presses.push(...(await Promise.all([press(), press(), press(), press(), press()])));
    }
    expect(presses.map(({ status }) => status)).to.deep.equal(presses.map(() => 202));
    expect(new Set(presses.map(({ body }) => body.jobId)).size).to.equal(presses.length);
    expect(presses[0]?.headers.get("ratelimit")).to.equal(null);
  });
});
