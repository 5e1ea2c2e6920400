import { hash } from "@node-rs/argon2";
import { expect } from "chai";
import { type Api, apiOf, type Response, tokenOf } from "../../support/api.ts";
import { PASSWORD, type SignedIn, signInAll } from "../../support/people.ts";
import { newWorld, type World } from "../../support/world.ts";

describe("passwords", function () {
  this.timeout(120_000);
  let world: World;
  let baseUrl: string;
  let admin: Api;
  let people: Readonly<Record<string, SignedIn>>;

  before(async () => {
    world = await newWorld();
    await world.worker();
    baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
    admin = (people.admin as SignedIn).api;
  });
  after(() => world.end());

  const NEW = "seeds, mangoes and a swing";
  const hashOf = async (role: string): Promise<string> =>
    (
      await world.pool.query("select password_hash as hash from credentials where user_id = $1", [
        people[role]?.id,
      ])
    ).rows[0].hash;

  it("AUTH-1: one that is short, tried first by everybody, or made of the address is refused, with its place", async () => {
    const register = (password: string) =>
      admin("POST", "/users", { email: "kakadu@test.local", name: "K", role: "employee", password });
    for (const weak of ["short", "Passw0rd", "12345678", "aaaaaaaaaa", "my-kakadu-1", "Kakadu@test.local!"]) {
      const { status, body } = await register(weak);
      expect([status, body.errors?.[0].pointer], weak).to.deep.equal([400, "/password"]);
    }
    expect((await register("seven mangoes")).status).to.equal(201);
  });

  it("AUTH-1: a hash of weaker parameters is made anew by the log-in, and only by one that is right", async () => {
    const weak = await hash(PASSWORD, { algorithm: 2, memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await world.pool.query("update credentials set password_hash = $2 where user_id = $1", [
      people.manager?.id,
      weak,
    ]);
    const logIn = (password: string) =>
      apiOf(baseUrl)("POST", "/auth/login", { email: "manager@test.local", password });
    expect((await logIn("wrong")).status).to.equal(401);
    expect(await hashOf("manager")).to.equal(weak);
    expect((await logIn(PASSWORD)).status).to.equal(200);
    const renewed = await hashOf("manager");
    expect(renewed).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await logIn(PASSWORD)).status).to.equal(200);
    expect(await hashOf("manager")).to.equal(renewed);
  });

  it("AUTH-1 AUTH-3: who has somebody's token guesses their password no faster than at the log-in, and only they wait for it", async () => {
    const change = (role: string) =>
      people[role]?.api("POST", "/me/password", {
        currentPassword: "a guess",
        newPassword: NEW,
      }) as Promise<Response>;
    const guesses: Response[] = [];
    for (let round = 0; round < 4; round++)
      guesses.push(...(await Promise.all([1, 2, 3, 4, 5].map(() => change("accountant")))));
    const statuses = guesses.map(({ status }) => status);
    // Ten are free; on a slow machine a wait may be over when the next round begins, which lets one of it in.
    expect(statuses.filter((status) => status === 403).length).to.be.at.most(12);
    expect(statuses.filter((status) => status === 429).length).to.be.at.least(1);
    expect((await change("manager")).status).to.equal(403);
    expect(await tokenOf(baseUrl, "accountant@test.local", PASSWORD)).to.be.a("string");
  });

  it("AUTH-3: whoever knows the old one changes it, which ends every other session and is in the audit log", async () => {
    const email = "employee@test.local";
    const elsewhere = await apiOf(baseUrl)("POST", "/auth/login", { email, password: PASSWORD });
    const { api, id } = people.employee as SignedIn;
    const change = (currentPassword: string, newPassword: string) =>
      api("POST", "/me/password", { currentPassword, newPassword });
    expect((await change("wrong", NEW)).body.code).to.equal("invalid_credentials");
    expect((await change(PASSWORD, "password1")).body.errors[0].pointer).to.equal("/newPassword");
    expect((await change(PASSWORD, NEW)).status).to.equal(204);
    const [cookie = ""] = (elsewhere.headers.get("set-cookie") ?? "").split(";");
    expect((await apiOf(baseUrl)("POST", "/auth/refresh", undefined, { cookie })).body.code).to.equal(
      "session_ended",
    );
    expect((await api("GET", "/me")).status).to.equal(200);
    expect(await tokenOf(baseUrl, email, NEW)).to.be.a("string");
    const [deed] = (await admin("GET", "/ops/audit?limit=1")).body.items;
    expect(deed).to.deep.include({ action: "password.change", subject: `user/${id}`, detail: {} });
  });
});
