import { expect } from "chai";
import { newUuid } from "../../../schemas/ids.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, user } from "./rows.ts";

interface Listed {
  readonly id: string;
  readonly name: string;
}

describe("queries: company and people", () => {
  const used = useDatabase();
  const client = () => new ReadClient(used.db);

  it("DAY-1: the company shows the board's date as the date itself", async () => {
    await company(used.db, { firstDate: "2026-01-01", date: "2026-02-28" });
    const me = await user(used.db, "Ada");
    expect(await client().get(caller(me), "/company")).to.deep.equal({
      name: "UberPopug",
      currency: "USD",
      timeZone: "Europe/Berlin",
      cutOff: "00:00",
      businessDate: "2026-02-28",
    });
  });

  it("DAY-1: a board that has decided nothing yet is on the installation's first date", async () => {
    await company(used.db, { firstDate: "2026-01-01", date: null });
    const me = await user(used.db, "Ada");
    expect(await client().get(caller(me), "/company")).to.include({ businessDate: "2026-01-01" });
  });

  it("shows the signed-in person, whatever the role", async () => {
    const me = await user(used.db, "Ada", { role: "accountant" });
    expect(await client().get(caller(me, "accountant"), "/me")).to.deep.equal({
      id: me,
      email: `${me}@ates.local`,
      name: "Ada",
      role: "accountant",
      active: true,
      locale: "en",
      notifications: { assigned: true, receipt: true, statement: false },
    });
  });

  it("AUTH-3: admins see everybody with everything, disabled people included", async () => {
    const admin = await user(used.db, "Ada", { role: "admin" });
    await user(used.db, "Bob", { active: false });
    const { items } = await client().get<{ items: { name: string; active: boolean; email: string }[] }>(
      caller(admin, "admin"),
      "/users",
    );
    expect(items.map((item) => [item.name, item.active])).to.deep.equal([
      ["Ada", true],
      ["Bob", false],
    ]);
    expect(items[0]?.email).to.equal(`${admin}@ates.local`);
  });

  for (const role of ["employee", "manager", "accountant"] as const) {
    it(`${role}s see id and name of active people and nothing else`, async () => {
      const me = await user(used.db, "Ada", { role });
      await user(used.db, "Bob", { active: false });
      const { items } = await client().get<{ items: Listed[] }>(caller(me, role), "/users");
      expect(items).to.deep.equal([{ id: me, name: "Ada" }]);
    });
  }

  it("AUTH-3: one person, as the list shows them: everything for admins, an active person's name for others", async () => {
    const [ada, bob] = [await user(used.db, "Ada"), await user(used.db, "Bob", { active: false })];
    const [admin, other] = [caller(ada, "admin"), caller(ada, "accountant")];
    expect(await client().get(admin, `/users/${bob}`)).to.include({
      email: `${bob}@ates.local`,
      active: false,
    });
    expect(await client().get(other, `/users/${ada}`)).to.deep.equal({ id: ada, name: "Ada" });
    expect(await client().refusal(other, `/users/${bob}`)).to.equal("404 not_found");
    expect(await client().refusal(admin, `/users/${newUuid()}`)).to.equal("404 not_found");
  });

  it("pages of people with equal names repeat nobody and lose nobody", async () => {
    const ids = [];
    for (const name of ["Bob", "Ada", "Ada", "Ada", "Cid"]) ids.push(await user(used.db, name));
    const admin = caller(ids[0] ?? ("" as never), "admin");
    const people = await client().all<Listed>(admin, "/users", 2);
    expect(people.map((p) => p.name)).to.deep.equal(["Ada", "Ada", "Ada", "Bob", "Cid"]);
    expect(new Set(people.map((p) => p.id)).size).to.equal(5);
  });
});
