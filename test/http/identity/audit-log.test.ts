import { createHash } from "node:crypto";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import type { AuditItem } from "../../../http/audit-log.ts";
import { recordDeed } from "../../../http/audit-log.ts";
import { inTransaction } from "../../../http/transaction.ts";
import { deedsChain } from "../../../ops/verify/deeds.ts";
import { Reader } from "../../../ops/verify/reader.ts";
import { type SignedIn, signInAll } from "../../support/people.ts";
import { newWorld, type World } from "../../support/world.ts";

describe("the audit log of privileged actions", function () {
  this.timeout(120_000);
  let world: World;
  let baseUrl: string;
  let people: Readonly<Record<string, SignedIn>>;
  let admin: SignedIn;

  before(async () => {
    world = await newWorld();
    await world.worker();
    baseUrl = await world.edge();
    people = await signInAll(world, baseUrl);
    admin = people.admin as SignedIn;
  });
  after(() => world.end());

  const newest = async (): Promise<AuditItem> => (await admin.api("GET", "/ops/audit?limit=1")).body.items[0];
  const chain = () => deedsChain.run(new Reader(world.pool), world.company);

  it("AUTH-3: names who registered whom, and keeps no password", async () => {
    const person = { email: "new@test.local", name: "New", role: "employee" };
    const { body } = await admin.api("POST", "/users", { ...person, password: "a mango for a parrot" });
    const deed = await newest();
    expect(deed).to.deep.include({ action: "user.register", subject: "email/new@test.local" });
    expect(deed.by).to.deep.equal({ id: admin.id, name: "The admin" });
    expect(deed.detail).to.deep.equal(person);
    expect(body.email).to.equal(person.email);
  });

  it("AUTH-3: has a row for a role change and for a disabling, each in the commit that made it so", async () => {
    const id = people.employee?.id;
    await admin.api("PATCH", `/users/${id}`, { role: "accountant" });
    expect(await newest()).to.deep.include({ action: "user.change", subject: `user/${id}` });
    expect((await newest()).detail).to.deep.equal({ userId: id, role: "accountant" });
    await admin.api("PATCH", `/users/${id}`, { active: false });
    expect((await newest()).detail).to.deep.equal({ userId: id, active: false });
  });

  it("AUTH-3: a refused command and a repeated one leave no row", async () => {
    const before = (await newest()).id;
    const refused = await admin.api("PATCH", `/users/${admin.id}`, { role: "employee" });
    expect(refused.body.code).to.equal("last_admin");
    expect((await newest()).id).to.equal(before);
    const key = { "idempotency-key": "once-and-no-second-time" };
    for (let time = 0; time < 2; time++)
      await admin.api("PATCH", `/users/${people.employee?.id}`, { active: true }, key);
    expect((await newest()).id).to.equal(before + 1);
  });

  it("DAY-2: has a row for a day that was closed by hand", async () => {
    const { businessDate } = (await admin.api("GET", "/company")).body;
    await people.accountant?.api("POST", `/days/${businessDate}/close`);
    expect(await newest()).to.deep.include({ action: "day.close", subject: "day", detail: { businessDate } });
    expect((await newest()).by.name).to.equal("The accountant");
  });

  it("OPS-3: rows that come at once are one chain without a gap, with those that are rolled back left out", async () => {
    const actor = { who: "command line", traceId: "0".repeat(32) } as const;
    const deed = { action: "test.deed", subject: "test", detail: {} };
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, at) =>
        inTransaction(world.pool, async (client) => {
          await recordDeed(client, actor, deed);
          if (at % 4 === 0) throw new Error("rolled back");
        }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).to.have.length(30);
    expect(await chain()).to.deep.include({ broken: 0 });
  });

  it("OPS-3: is a file whose hashes can be checked without us", async () => {
    const { body, headers } = await admin.api("GET", "/ops/audit.csv");
    expect(headers.get("content-type")).to.contain("text/csv");
    const rows: Record<string, string>[] = parse(body, { columns: true });
    expect(rows.map(({ id }) => Number(id))).to.deep.equal(rows.map((_, at) => at + 1));
    const stored = await world.pool.query(
      `select jsonb_build_array(lag(hash, 1, '') over (order by id), (extract(epoch from at) * 1000000)::bigint, by_id,
              by_name, action, subject, reason, detail, trace_id)::text as said from audit_log order by id`,
    );
    const hashes = stored.rows.map(({ said }) => createHash("sha256").update(said).digest("hex"));
    expect(rows.map(({ hash }) => hash)).to.deep.equal(hashes);
  });

  it("AUTH-2: is for admins", async () => {
    for (const role of ["manager", "accountant"])
      expect((await people[role]?.api("GET", "/ops/audit.csv"))?.status).to.equal(403);
  });
});
