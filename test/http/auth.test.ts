import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT, UnsecuredJWT } from "jose";
import { LoginThrottle } from "../../http/auth/login-throttle.ts";
import { Revocations } from "../../http/auth/revocations.ts";
import { SigningKeys } from "../../http/auth/signing-keys.ts";
import { createEdge, type Edge } from "../../http/edge.ts";
import { EDGE_LIMITS } from "../../http/limits.ts";
import { newUuid } from "../../schemas/ids.ts";
import { type Answer, EdgeClient, expectProblem } from "./edge-client.ts";
import { addPerson, PASSWORD, type TestPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";

describe("log-in", () => {
  const servers = useServers();
  let edge: Edge;
  let client: EdgeClient;
  let person: TestPerson;

  before(async () => {
    edge = createEdge({
      pool: servers.pool,
      redis: servers.redis,
      company: { partitions: 4, secret: "a secret" },
      logger: recordedLogger().logger,
      trustProxy: true,
    });
    client = new EdgeClient((await edge.listen(0, "127.0.0.1")).port);
    person = await addPerson(servers.pool, "manager");
  });
  after(() => edge.close());

  const logIn = (email: string, password = PASSWORD, headers = {}) =>
    client.post("/api/v1/auth/login", { body: { email, password }, headers });
  const refresh = (Cookie: string) => client.post("/api/v1/auth/refresh", { headers: { Cookie } });
  const disable = ({ id }: TestPerson) =>
    servers.pool.query("update users set active = false, changed_at = now() where id = $1", [id]);
  const useToken = (token: string) => client.get(`/api/v1/commands/${newUuid()}`, { token });

  describe("AUTH-1: with e-mail and password", () => {
    it("gives an access token, the person, and a cookie that scripts cannot read", async () => {
      const { status, body, headers } = await logIn(person.email.toUpperCase());
      expect(status).to.equal(200);
      expect(body.expiresIn).to.equal(300);
      expect(body.user).to.include({ id: person.id, email: person.email, role: "manager", active: true });
      expect(JSON.stringify(body)).not.to.include("hash");
      const cookie = headers.get("set-cookie") ?? "";
      expect(cookie).to.match(
        /^ates_refresh=[^;]+; Path=\/api\/v1\/auth; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
      );
    });

    it("the cookie is Secure when the request came by https", async () => {
      const { headers } = await logIn(person.email, PASSWORD, { "X-Forwarded-Proto": "https" });
      expect(headers.get("set-cookie")).to.match(/; Secure$/);
    });

    it("an unknown e-mail, a wrong password and a disabled person are one answer", async () => {
      const disabled = await addPerson(servers.pool, "employee", false);
      const answers = [
        await logIn("nobody@ates.test"),
        await logIn(person.email, "wrong"),
        await logIn(disabled.email),
        await logIn("' or 1=1 --"),
      ];
      const details = answers.map((answer) => expectProblem(answer, 401, "invalid_credentials").detail);
      expect(new Set(details).size).to.equal(1);
    });

    it("an unknown e-mail takes as long as a wrong password", async () => {
      const known = await medianMs(() => logIn(person.email, "wrong"));
      const unknown = await medianMs(() => logIn(`${newUuid()}@ates.test`));
      expect(unknown / known).to.be.within(0.3, 3);
    });

    it("slows down after ten failures for this e-mail, and for nobody else", async () => {
      const victim = await addPerson(servers.pool, "employee");
      const answers: Answer[] = [];
      for (let i = 0; i < 12; i++) answers.push(await logIn(victim.email, "guess"));
      const refused = answers.find((answer) => answer.status === 429);
      if (refused === undefined) throw new Error("nobody was slowed down");
      expectProblem(refused, 429, "too_many_attempts");
      expect(Number(refused.headers.get("retry-after"))).to.be.within(1, 4);
      expect(answers.findIndex((answer) => answer.status === 429)).to.equal(10);
      expect((await logIn(victim.email)).status).to.equal(429);
      expect((await logIn(person.email)).status).to.equal(200);
    });
  });

  describe("EDGE-3: log-in", () => {
    it("takes as many at a time as it answers soon; the rest is refused at once, and counts as no attempt", async () => {
      const count = 4 * EDGE_LIMITS.loginsInProgressMax;
      const from = (address: number) => ({ "X-Forwarded-For": `10.0.0.${address}` });
      const asked = Array.from({ length: count }, (_, n) => logIn(person.email, PASSWORD, from(n)));
      const many = await Promise.all(asked);
      const statuses = new Set(many.map(({ status }) => status));
      expect([...statuses].sort()).to.deep.equal([200, 503]);
      const done = many.filter(({ status }) => status === 200).length;
      expect(done).to.be.at.least(EDGE_LIMITS.loginsInProgressMax).and.below(many.length);
      expect((await logIn(person.email)).status).to.equal(200);
    });

    it("that a part away has not judged is no failed attempt", async () => {
      const throttle = new LoginThrottle();
      for (let tried = 0; tried < 50; tried++) {
        await throttle.enter("127.0.0.1", "popug@ates.test");
        await throttle.spared("127.0.0.1", "popug@ates.test");
      }
      await throttle.enter("127.0.0.1", "popug@ates.test");
    });
  });

  describe("AUTH-2: the role comes from the verified token", () => {
    it("the token holds person, role and session, for five minutes, under ES256", async () => {
      const token = await tokenOf(client, person);
      const claims = decodeJwt(token);
      expect(decodeProtectedHeader(token)).to.include({ alg: "ES256" });
      expect(claims).to.include({
        sub: person.id,
        role: "manager",
        iss: "urn:ates:edge",
        aud: "urn:ates:api",
      });
      expect((claims.exp ?? 0) - (claims.iat ?? 0)).to.equal(300);
      expectProblem(await useToken(token), 404, "not_found");
    });

    it("anybody can verify it by the published keys, which hold no private part", async () => {
      const { body } = await client.get("/.well-known/jwks.json");
      expect(JSON.stringify(body)).not.to.include('"d":');
      const { payload } = await jwtVerify(await tokenOf(client, person), createLocalJWKSet(body));
      expect(payload.sub).to.equal(person.id);
    });

    it("a token of another key, algorithm, issuer, audience or shape is none", async () => {
      const good = await tokenOf(client, person);
      const { kid = "" } = decodeProtectedHeader(good);
      const [{ private_jwk: jwk }] = (await servers.pool.query("select private_jwk from signing_keys")).rows;
      const { privateKey: foreign } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const jwks = (await client.get("/.well-known/jwks.json")).body;
      const publicBytes = new TextEncoder().encode(JSON.stringify(jwks.keys[0]));
      const jwt = (claims: object, issuer = "urn:ates:edge", audience = "urn:ates:api") =>
        new SignJWT({ sub: person.id, role: "admin", sid: newUuid(), ...claims })
          .setProtectedHeader({ alg: "ES256", kid })
          .setIssuer(issuer)
          .setAudience(audience)
          .setIssuedAt()
          .setExpirationTime("1h");
      const [header, , signature] = good.split(".");
      const forged = Buffer.from(JSON.stringify({ ...decodeJwt(good), role: "admin" })).toString("base64url");
      const bad = {
        foreign: await jwt({}).sign(foreign),
        issuer: await jwt({}, "urn:other").sign(jwk),
        audience: await jwt({}, "urn:ates:edge", "urn:other").sign(jwk),
        role: await jwt({ role: "god" }).sign(jwk),
        session: await jwt({ sid: "x" }).sign(jwk),
        hs256: await new SignJWT({ sub: person.id, role: "admin", sid: newUuid() })
          .setProtectedHeader({ alg: "HS256", kid })
          .setIssuer("urn:ates:edge")
          .setAudience("urn:ates:api")
          .setExpirationTime("1h")
          .sign(publicBytes),
        none: new UnsecuredJWT({ sub: person.id, role: "admin" }).setIssuer("urn:ates:edge").encode(),
        payload: `${header}.${forged}.${signature}`,
        text: "abc",
        empty: "",
        parts: "a.b.c",
      };
      for (const [name, token] of Object.entries(bad)) {
        const code = token === "" ? "token_(missing|invalid)" : "token_invalid";
        const answer = await useToken(token);
        expect(`${answer.status} ${answer.body.code}`, name).to.match(new RegExp(`^401 ${code}$`));
      }
      const basic = await client.get(`/api/v1/commands/${newUuid()}`, {
        headers: { Authorization: "Basic eDp5" },
      });
      expectProblem(basic, 401, "token_invalid");
    });

    it("an expired token says so", async () => {
      const [{ kid, private_jwk: jwk }] = (
        await servers.pool.query("select kid, private_jwk from signing_keys")
      ).rows;
      const token = await new SignJWT({ sub: person.id, role: "admin", sid: newUuid() })
        .setProtectedHeader({ alg: "ES256", kid })
        .setIssuer("urn:ates:edge")
        .setAudience("urn:ates:api")
        .setIssuedAt(1_000)
        .setExpirationTime(2_000)
        .sign(jwk);
      expectProblem(await useToken(token), 401, "token_expired");
    });

    it("edges that start at once make one signing key", async () => {
      await servers.pool.query("delete from signing_keys");
      const edges = Array.from({ length: 8 }, () => new SigningKeys(servers.pool));
      const kids = await Promise.all(edges.map(async (keys) => (await keys.current()).kid));
      expect(new Set(kids).size).to.equal(1);
      const { rows } = await servers.pool.query("select count(*)::int as n from signing_keys");
      expect(rows[0].n).to.equal(1);
    });
  });

  describe("AUTH-3: refresh", () => {
    before(async () => {
      // The keys of the edge under test are those of the table again.
      await edge.close();
      edge = createEdge({
        pool: servers.pool,
        redis: servers.redis,
        company: { partitions: 4, secret: "a secret" },
        logger: recordedLogger().logger,
      });
      client = new EdgeClient((await edge.listen(0, "127.0.0.1")).port);
    });

    const cookieOf = (answer: Answer) => (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

    it("rotates: each refresh gives another token, and the person as they are now", async () => {
      const first = cookieOf(await logIn(person.email));
      const second = await refresh(first);
      expect(second.status).to.equal(200);
      expect(second.body.user.id).to.equal(person.id);
      expect(cookieOf(second)).not.to.equal(first);
      const third = await refresh(cookieOf(second));
      expect(third.status).to.equal(200);
      expectProblem(await useToken(third.body.accessToken), 404, "not_found");
    });

    it("a token that was replaced and is shown again revokes the whole family, however soon", async () => {
      const first = cookieOf(await logIn(person.email));
      const second = cookieOf(await refresh(first));
      const reused = await refresh(first);
      expectProblem(reused, 401, "session_revoked");
      expect(reused.headers.get("set-cookie")).to.include("Max-Age=0");
      expectProblem(await refresh(second), 401, "session_ended");
    });

    it("a token older than the previous one revokes the family at once", async () => {
      const first = cookieOf(await logIn(person.email));
      const second = cookieOf(await refresh(first));
      const third = cookieOf(await refresh(second));
      expectProblem(await refresh(first), 401, "session_revoked");
      expectProblem(await refresh(third), 401, "session_ended");
    });

    it("without a cookie, with nonsense, or after its time it is 401", async () => {
      expectProblem(await refresh(""), 401, "session_missing");
      expectProblem(await refresh("ates_refresh=nonsense"), 401, "session_ended");
      expectProblem(await refresh(`ates_refresh=${newUuid()}.${"x".repeat(43)}`), 401, "session_ended");
      const cookie = cookieOf(await logIn(person.email));
      await servers.pool.query("update sessions set expires_at = now()");
      expectProblem(await refresh(cookie), 401, "session_ended");
    });

    it("log-out ends the session; once more is as good", async () => {
      const cookie = cookieOf(await logIn(person.email));
      for (let i = 0; i < 2; i++) {
        const answer = await client.post("/api/v1/auth/logout", { headers: { Cookie: cookie } });
        expect(answer.status).to.equal(204);
        expect(answer.headers.get("set-cookie")).to.include("Max-Age=0");
      }
      expectProblem(await refresh(cookie), 401, "session_ended");
    });

    it("a disabled person gets no new token", async () => {
      const leaver = await addPerson(servers.pool, "employee");
      const cookie = cookieOf(await logIn(leaver.email));
      await servers.pool.query("update users set active = false where id = $1", [leaver.id]);
      expectProblem(await refresh(cookie), 401, "session_ended");
    });

    it("a new role is in the next token", async () => {
      const riser = await addPerson(servers.pool, "employee");
      const cookie = cookieOf(await logIn(riser.email));
      await servers.pool.query("update users set role = 'manager' where id = $1", [riser.id]);
      expect(decodeJwt((await refresh(cookie)).body.accessToken).role).to.equal("manager");
    });

    it("the database holds neither refresh tokens nor passwords", async () => {
      const cookie = cookieOf(await logIn(person.email));
      const secret = cookie.slice(cookie.indexOf(".") + 1);
      const { rows } = await servers.pool.query(
        "select s::text as row from sessions s union all select c::text from credentials c",
      );
      const text = rows.map((row) => row.row).join("\n");
      expect(text).not.to.include(secret).and.not.include(PASSWORD);
      expect(text).to.include("$argon2id$v=19$m=19456,t=2,p=1$");
    });
  });

  describe("AUTH-3: changes take effect within 60 s, before the token ends", () => {
    it("a changed role, a disabled person and an ended session make tokens stale everywhere", async function () {
      this.timeout(120_000);
      const people = await Promise.all([0, 1, 2, 3].map(() => addPerson(servers.pool, "employee")));
      const [riser, leaver, leaving, staying] = people as [TestPerson, TestPerson, TestPerson, TestPerson];
      const tokens = new Map<string, string>();
      for (const one of people) tokens.set(one.id, await tokenOf(client, one));
      const ask = (one: TestPerson) => useToken(tokens.get(one.id) ?? "");
      expectProblem(await ask(riser), 404, "not_found");
      await servers.pool.query("update users set role = 'manager', changed_at = now() where id = $1", [
        riser.id,
      ]);
      await disable(leaver);
      await servers.pool.query("update sessions set revoked_at = now() where user_id = $1", [leaving.id]);
      await until(async () => (await ask(leaving)).status === 401);
      for (const one of [riser, leaver, leaving]) expectProblem(await ask(one), 401, "token_stale");
      expectProblem(await ask(staying), 404, "not_found");
    });

    it("an edge that has just started refuses what the others refuse", async () => {
      const leaver = await addPerson(servers.pool, "employee");
      await disable(leaver);
      const options = { pool: servers.pool, logger: recordedLogger().logger, nowMs: Date.now };
      const revocations = new Revocations(options);
      await revocations.start();
      revocations.stop();
      expect(revocations.isStale({ sub: leaver.id, role: "employee", sid: newUuid() })).to.equal(true);
      expect(revocations.isStale({ sub: person.id, role: "manager", sid: newUuid() })).to.equal(false);
    });
  });
});

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[2] ?? 0;
}

async function until(fact: () => Promise<boolean>): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => setTimeout(resolve, 100));
}
