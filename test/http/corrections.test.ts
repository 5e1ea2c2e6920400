/** Corrections through the edge, on real servers: proposed, refused, approved, booked, listed, audited. */
import { expect } from "chai";
import { newUuid } from "../../schemas/ids.ts";
import { signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";

describe("corrections through the edge", function () {
  this.timeout(120_000);
  let world: World;
  let people: Awaited<ReturnType<typeof signInAll>>;

  before(async () => {
    world = await newWorld();
    await world.worker();
    people = await signInAll(world, await world.edge());
  });
  after(() => world.end());

  const propose = (body: object) =>
    people.accountant.api("POST", `/accounts/${people.employee.id}/corrections`, body);
  const balance = async () =>
    (await people.accountant.api("GET", `/accounts/${people.employee.id}`)).body.balanceMinor;

  it("ACC-5: a correction moves money when another than its author approves it, and says why", async () => {
    const { status, body } = await propose({ amountMinor: -250, reason: " Counted twice " });
    expect([status, body.state, body.reason]).to.deep.equal([201, "proposed", "Counted twice"]);
    expect(await balance()).to.equal(0);
    const path = `/corrections/${body.id}/approve`;
    const own = await people.accountant.api("POST", path);
    expect([own.status, own.body.code]).to.deep.equal([403, "own_correction"]);
    const approved = await people.admin.api("POST", path);
    expect([approved.status, approved.body.state]).to.deep.equal([200, "approved"]);
    const again = await people.admin.api("POST", path);
    expect([again.status, again.body]).to.deep.equal([200, approved.body]);
    const listed = await until(async () => {
      const { items } = (await people.accountant.api("GET", "/corrections?state=approved")).body;
      return items[0]?.entry === null ? undefined : items[0];
    }, "it is booked");
    expect(listed).to.include({
      id: body.id,
      kind: "correction",
      amountMinor: -250,
      reason: "Counted twice",
    });
    expect(listed.entry.number).to.equal(1);
    expect(listed.person.id).to.equal(people.employee.id);
    expect(await balance()).to.equal(-250);
    const { items } = (await people.employee.api("GET", `/accounts/${people.employee.id}/entries`)).body;
    expect(items[0]).to.include({
      id: body.id,
      kind: "correction",
      amountMinor: -250,
      title: "Counted twice",
    });
    const { rows } = await world.pool.query(
      "select action, reason, by_id from audit_log where action like 'correction.%' order by id",
    );
    expect(rows[0]).to.deep.equal({
      action: "correction.propose",
      reason: "Counted twice",
      by_id: people.accountant.id,
    });
    expect(rows[1]).to.include({ action: "correction.approve", by_id: people.admin.id });
  });

  it("ACC-5: what is rejected is never booked; who may not is refused, and what is not there is not found", async () => {
    const { body } = await propose({ amountMinor: 500, reason: "A fine song", kind: "bonus" });
    const rejected = await people.accountant.api("POST", `/corrections/${body.id}/reject`, {
      reason: "A mistake",
    });
    expect([rejected.status, rejected.body.state, rejected.body.decision]).to.deep.equal([
      200,
      "rejected",
      "A mistake",
    ]);
    const late = await people.admin.api("POST", `/corrections/${body.id}/approve`);
    expect([late.status, late.body.code]).to.deep.equal([409, "correction_decided"]);
    const nowhere = await people.admin.api("POST", `/corrections/${newUuid()}/approve`);
    expect([nowhere.status, nowhere.body.code]).to.deep.equal([404, "correction_not_found"]);
    const nobody = await people.admin.api("POST", `/accounts/${newUuid()}/corrections`, {
      amountMinor: 1,
      reason: "x",
    });
    expect([nobody.status, nobody.body.code]).to.deep.equal([404, "not_found"]);
    for (const body of [
      { amountMinor: 1 },
      { amountMinor: 1.5, reason: "x" },
      { amountMinor: 1, reason: " " },
      { amountMinor: 1, reason: "x", kind: "gift" },
    ])
      expect((await propose(body)).status, JSON.stringify(body)).to.equal(400);
    const zero = await propose({ amountMinor: 0, reason: "x" });
    expect([zero.status, zero.body.code]).to.deep.equal([400, "amount_not_allowed"]);
    for (const who of [people.employee, people.manager]) {
      expect((await who.api("GET", "/corrections")).status).to.equal(403);
      expect((await who.api("POST", `/corrections/${newUuid()}/approve`)).status).to.equal(403);
    }
  });
});
