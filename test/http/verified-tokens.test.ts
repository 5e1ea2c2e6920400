import { expect } from "chai";
import type { AccessClaims } from "../../http/auth/access-token.ts";
import { VerifiedTokens } from "../../http/auth/verified-tokens.ts";
import { createEdge, type Edge } from "../../http/edge.ts";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import { type Answer, EdgeClient, expectProblem } from "./edge-client.ts";
import { addPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";

const claims: AccessClaims = {
  sub: newUuid() as UserId,
  role: "employee",
  sid: newUuid(),
  iat: 0,
  exp: 300,
};

describe("a token that was verified before", () => {
  it("is forgotten when it expires, when keys change, and when newer ones need its room", () => {
    const tokens = new VerifiedTokens(2);
    tokens.keep("a", claims, 0);
    expect(tokens.find("a", 0, 299)).to.equal(claims);
    expect(tokens.find("a", 0, 300)).to.equal(undefined);
    for (const token of ["a", "b", "c"]) tokens.keep(token, claims, 0);
    expect(["a", "b", "c"].map((token) => tokens.find(token, 0, 0))).to.eql([undefined, claims, claims]);
    expect(tokens.find("b", 1, 0)).to.equal(undefined);
    tokens.keep("b", claims, 0);
    expect(tokens.find("b", 1, 0), "verified by keys that are gone").to.equal(undefined);
  });

  describe("at the edge", () => {
    const servers = useServers();
    let nowMs = Date.now();
    let edge: Edge;
    let client: EdgeClient;
    let token: string;

    before(async () => {
      edge = createEdge({
        pool: servers.pool,
        redis: servers.redis,
        company: { partitions: 4, secret: "a secret" },
        logger: recordedLogger().logger,
        nowMs: () => nowMs,
      });
      client = new EdgeClient((await edge.listen(0, "127.0.0.1")).port);
    });
    after(() => edge.close());
    beforeEach(async () => {
      token = await tokenOf(client, await addPerson(servers.pool, "manager"));
      expectProblem(await use(token), 404, "not_found");
    });

    const use = (given: string): Promise<Answer> =>
      client.get(`/api/v1/commands/${newUuid()}`, { token: given });

    it("AUTH-3: is refused from the second it expires", async () => {
      const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
      nowMs = exp * 1_000 - 1;
      expectProblem(await use(token), 404, "not_found");
      nowMs = exp * 1_000;
      expectProblem(await use(token), 401, "token_expired");
    });

    it("AUTH-3: is refused once its key is taken out", async () => {
      await servers.pool.query("delete from signing_keys");
      await client.get("/.well-known/jwks.json"); // looks at the table, and makes another key
      expectProblem(await use(token), 401, "token_invalid");
    });
  });
});
