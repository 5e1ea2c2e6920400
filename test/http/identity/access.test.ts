/** Sessions, tokens of programs, and changes of people, on two edges that know nothing of each other. */
import { expect } from "chai";
import { personOf } from "../../../http/auth/provided-person.ts";
import { type Api, apiOf, type Response } from "../../support/api.ts";
import { PASSWORD, type SignedIn, signInAll } from "../../support/people.ts";
import { newWorld, until, type World } from "../../support/world.ts";

const EFFECT_MS = 60_000;

describe("access, and its end", function () {
  this.timeout(120_000);
  let world: World;
  let here: string;
  let there: string;
  let people: Readonly<Record<string, SignedIn>>;
  let admin: Api;

  before(async () => {
    world = await newWorld();
    await world.worker();
    here = await world.edge();
    there = await world.edge();
    people = await signInAll(world, here);
    admin = (people.admin as SignedIn).api;
  });
  after(() => world.end());

  const logIn = (role: string, agent = "a parrot's browser", baseUrl = here): Promise<Response> =>
    apiOf(baseUrl)(
      "POST",
      "/auth/login",
      { email: `${role}@test.local`, password: PASSWORD },
      { "user-agent": agent },
    );
  const cookieOf = ({ headers }: Response) => (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const refresh = (cookie: string, baseUrl = here) =>
    apiOf(baseUrl)("POST", "/auth/refresh", undefined, { cookie });
  const stateOf = ({ status, body }: Response) => `${status} ${body?.code ?? ""}`.trim();
  const refused = (api: Api, code: string) =>
    until(async () => stateOf(await api("GET", "/me")) === `401 ${code}`, `refused with ${code}`, EFFECT_MS);

  it("AUTH-3: a registered person is where the answer says, for admins and by name for others", async () => {
    const person = { email: "kea@test.local", name: "Kea", role: "employee" };
    const { headers, body } = await admin("POST", "/users", person);
    const path = (headers.get("location") ?? "").replace("/api/v1", "");
    expect((await admin("GET", path)).body).to.deep.equal(body);
    const { api } = people.employee as SignedIn;
    expect((await api("GET", path)).body).to.deep.equal({ id: body.id, name: "Kea" });
  });

  it("AUTH-1: an e-mail address that the provider gives to somebody else opens nothing, also at the same moment", async () => {
    const { id } = people.employee as SignedIn;
    const name = (subject: string) => ({
      ...{ issuer: "https://idp.example", subject },
      ...{ email: "employee@test.local", isEmailVerified: true },
    });
    const enter = async (subject: string) => {
      const person = await personOf(world.pool, name(subject), "0".repeat(32));
      return person.state === "known" ? person.user.id : person.state;
    };
    const first = await Promise.all(["kea", "kea", "heir"].map(enter));
    const [holder = ""] = ["kea", "heir"].filter((_, at) => first[at === 0 ? 0 : 2] === id);
    expect(first.toSorted()).to.deep.equal(
      (holder === "kea" ? [id, id, "other-identity"] : [id, "other-identity", "other-identity"]).toSorted(),
    );
    expect(await enter(holder)).to.equal(id);
    expect(await enter("somebody")).to.equal("other-identity");
  });

  describe("sessions", () => {
    it("AUTH-3: a stolen refresh token that is used again ends the session of both, at every edge", async () => {
      const stolen = cookieOf(await logIn("employee"));
      const owner = await refresh(stolen);
      const ownerNow = await refresh(cookieOf(owner));
      const held = apiOf(there, ownerNow.body.accessToken);
      expect((await held("GET", "/me")).status).to.equal(200);
      expect(stateOf(await refresh(stolen, there))).to.equal("401 session_revoked");
      expect(stateOf(await refresh(stolen, here))).to.equal("401 session_ended");
      expect(stateOf(await refresh(cookieOf(ownerNow)))).to.equal("401 session_ended");
      await refused(held, "token_stale");
    });

    it("AUTH-3: two that refresh with one token at once, at two edges, get the same successor, and both go on", async () => {
      const first = cookieOf(await logIn("employee"));
      const holder = await world.pool.connect();
      await holder.query("begin; select from sessions for update");
      const both = Promise.all([refresh(first, here), refresh(first, there)]);
      const waiting = `select from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await world.pool.query(waiting)).rows.length === 2, "both wait for the row");
      await holder.query("rollback");
      holder.release();
      const [one, two] = await both;
      expect([one.status, two.status]).to.deep.equal([200, 200]);
      expect(cookieOf(one)).to.equal(cookieOf(two));
      expect((await refresh(cookieOf(one))).status).to.equal(200);
    });

    it("AUTH-3: a person sees where they are logged in, ends one session, and all others", async () => {
      const [desk, phone, lost] = [
        await logIn("manager"),
        await logIn("manager", "phone"),
        await logIn("manager", "lost"),
      ];
      const atDesk = apiOf(here, desk.body.accessToken);
      const list = async () => (await atDesk("GET", "/me/sessions")).body.items;
      const find = async (agent: string) =>
        (await list()).find((one: { agent: string }) => one.agent === agent);
      const before = await list();
      expect(before.filter(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).to.have.length(1);
      expect(await find("phone")).to.include({ isCurrent: false, address: "127.0.0.1" });
      expect((await atDesk("DELETE", `/me/sessions/${(await find("lost")).id}`)).status).to.equal(204);
      expect(await list()).to.have.length(before.length - 1);
      await refused(apiOf(there, lost.body.accessToken), "token_stale");
      expect((await atDesk("DELETE", "/me/sessions")).status).to.equal(204);
      expect(await list()).to.have.length(1);
      expect(stateOf(await refresh(cookieOf(phone)))).to.equal("401 session_ended");
      expect((await refresh(cookieOf(desk))).status).to.equal(200);
    });

    it("AUTH-3: nobody sees or ends another's", async () => {
      const { api } = people.accountant as SignedIn;
      const [{ id }] = (await api("GET", "/me/sessions")).body.items;
      expect(stateOf(await admin("DELETE", `/me/sessions/${id}`))).to.equal("404 not_found");
      expect((await api("GET", "/me")).status).to.equal(200);
    });
  });

  describe("tokens of programs", () => {
    const make = (api: Api, scopes: string[], expiresInDays = 30): Promise<Response> =>
      api("POST", "/me/tokens", { name: "a script", scopes, expiresInDays });

    it("AUTH-3: one does what its person may, within its scopes, and the database has only its hash", async () => {
      const { body } = await make((people.employee as SignedIn).api, ["read", "tasks"]);
      expect(body.token).to.match(/^ates_[0-9a-f]{32}_[\w-]{43}$/);
      const program = apiOf(there, body.token);
      expect((await program("GET", "/me")).body.email).to.equal("employee@test.local");
      expect((await program("POST", "/tasks", { title: "Made by a script" })).status).to.equal(201);
      expect(stateOf(await program("GET", "/accounts"))).to.equal("403 forbidden");
      const reader = apiOf(there, (await make(admin, ["read"])).body.token);
      expect((await reader("GET", "/tasks")).body.items[0].title).to.equal("Made by a script");
      expect(stateOf(await reader("POST", "/tasks", { title: "No" }))).to.equal("403 scope_missing");
      expect(stateOf(await reader("POST", "/users", {}))).to.equal("403 scope_missing");
      expect(stateOf(await reader("GET", "/ops/audit"))).to.equal("403 scope_missing");
      const kept = await world.pool.query("select t::text as row from api_tokens t");
      expect(JSON.stringify(kept.rows)).not.to.include(body.token.slice(-43));
    });

    it("AUTH-3: with every scope it is still no log-in: it neither makes tokens nor ends sessions", async () => {
      const all = ["read", "tasks", "money", "people", "operations"];
      const program = apiOf(here, (await make(admin, all)).body.token);
      for (const [method, path] of [
        ["GET", "/me/tokens"],
        ["POST", "/me/tokens"],
        ["GET", "/me/sessions"],
        ["DELETE", "/me/sessions"],
      ] as const) {
        const body = method === "POST" ? { name: "x", scopes: all, expiresInDays: 1 } : undefined;
        expect(stateOf(await program(method, path, body)), `${method} ${path}`).to.equal("403 scope_missing");
      }
    });

    it("AUTH-3: is listed without its secret, revoked everywhere within seconds, and every step is in the audit log", async () => {
      const { body } = await make(admin, ["read"]);
      const program = apiOf(there, body.token);
      expect((await program("GET", "/me")).status).to.equal(200);
      const listed = (await admin("GET", "/me/tokens")).body.items[0];
      expect(listed).to.include({ id: body.id, name: "a script" }).and.not.have.property("token");
      expect(listed.lastUsedAt).to.be.a("string");
      expect((await admin("DELETE", `/me/tokens/${body.id}`)).status).to.equal(204);
      await refused(program, "token_invalid");
      const deeds = (await admin("GET", "/ops/audit?limit=2")).body.items;
      expect(deeds.map(({ action }: { action: string }) => action)).to.deep.equal([
        "api-token.revoke",
        "api-token.create",
      ]);
      expect(deeds[1].subject).to.equal(`api-token/${body.id}`);
    });

    it("AUTH-3: ends at its time; a wrong, a foreign and a broken one are none", async () => {
      const { body } = await make(admin, ["read"], 1);
      const days = (Date.parse(body.expiresAt) - Date.parse(body.createdAt)) / 86_400_000;
      expect(days).to.equal(1);
      await world.pool.query("update api_tokens set expires_at = now() where id = $1", [body.id]);
      expect(stateOf(await apiOf(there, body.token)("GET", "/me"))).to.equal("401 token_expired");
      const [, id, secret] = body.token.split("_");
      const wrong = [
        `ates_${id}_${"x".repeat(43)}`,
        `ates_${id}`,
        `ates_${secret}_${id}`,
        "ates_",
        `${body.token}x`,
      ];
      for (const token of wrong)
        expect(stateOf(await apiOf(there, token)("GET", "/me")), token).to.equal("401 token_invalid");
    });

    it("EDGE-2: a request for one that is repeated makes no second one", async () => {
      const key = { "idempotency-key": "the-script-of-tuesday" };
      const wish = { name: "once", scopes: ["read"], expiresInDays: 1 };
      expect((await admin("POST", "/me/tokens", wish, key)).status).to.equal(201);
      expect(stateOf(await admin("POST", "/me/tokens", wish, key))).to.equal("409 token_made");
      const { items } = (await admin("GET", "/me/tokens")).body;
      expect(items.filter(({ name }: { name: string }) => name === "once")).to.have.length(1);
    });
  });

  describe("changes of people", () => {
    it("AUTH-3: a new role and a disabling take effect at another edge within 60 s, log-in and program alike", async () => {
      const { id, api } = people.employee as SignedIn;
      const session = await logIn("employee");
      const elsewhere = apiOf(there, session.body.accessToken);
      const program = apiOf(
        there,
        (await api("POST", "/me/tokens", { name: "p", scopes: ["read"], expiresInDays: 1 })).body.token,
      );
      expect(
        [await elsewhere("GET", "/me"), await program("GET", "/me")].map(({ status }) => status),
      ).to.deep.equal([200, 200]);

      await admin("PATCH", `/users/${id}`, { role: "accountant" });
      await refused(elsewhere, "token_stale");
      const renewed = await refresh(cookieOf(session), there);
      expect((await apiOf(there, renewed.body.accessToken)("GET", "/accounts")).status).to.equal(200);
      await until(
        async () => (await program("GET", "/accounts")).status === 200,
        "the program has the new role",
        EFFECT_MS,
      );

      await admin("PATCH", `/users/${id}`, { active: false });
      await refused(apiOf(there, renewed.body.accessToken), "token_stale");
      await refused(program, "token_invalid");
      expect(stateOf(await refresh(cookieOf(renewed), there))).to.equal("401 session_ended");
      expect(stateOf(await logIn("employee", "x", there))).to.equal("401 invalid_credentials");
    });

    it("EDGE-4 AUTH-3: a wiped Redis ends no log-in and revives none", async () => {
      const kept = apiOf(there, (await logIn("manager")).body.accessToken);
      const ended = await logIn("manager");
      await apiOf(here, ended.body.accessToken)(
        "DELETE",
        `/me/sessions/${await currentOf(apiOf(here, ended.body.accessToken))}`,
      );
      await refused(apiOf(there, ended.body.accessToken), "token_stale");
      await world.redis.flushdb();
      expect((await kept("GET", "/me")).status).to.equal(200);
      expect(stateOf(await apiOf(there, ended.body.accessToken)("GET", "/me"))).to.equal("401 token_stale");
    });

    const currentOf = async (api: Api): Promise<string> =>
      (await api("GET", "/me/sessions")).body.items.find(({ isCurrent }: { isCurrent: boolean }) => isCurrent)
        .id;
  });
});
