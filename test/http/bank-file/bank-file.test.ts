/** IBANs and bank files through a real edge and worker: who may see what, and what a second download does. */
import { expect } from "chai";
import type { HttpGateway } from "../../../actors/payment/http-gateway.ts";
import { SandboxGateway } from "../../../actors/payment/sandbox-gateway.ts";
import { type BusinessDate, nextDate } from "../../../schemas/business-date.ts";
import type { Role } from "../../../schemas/envelope.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { type SignedIn, signInAll } from "../../support/people.ts";
import { newWorld, until, type World } from "../../support/world.ts";

const IBAN = "DE89370400440532013000";

describe("bank accounts and bank files", function () {
  this.timeout(120_000);
  let world: World;
  let people: Readonly<Record<Role, SignedIn>>;
  let date: BusinessDate;
  const provider = { payment: new SandboxGateway() as SandboxGateway | HttpGateway };

  before(async () => {
    world = await newWorld({ ATES_COMPANY_IBAN: "GB82 WEST 1234 5698 7654 32", ATES_FEE_MINOR: "10..10" });
    await world.worker({
      payment: { call: (request, deadline) => provider.payment.call(request, deadline) },
    });
    people = await signInAll(world, await world.edge());
    date = world.company.firstDate;
  });
  after(() => world.end());

  /** Both who get tasks earn something; answers the closed date. */
  async function payDay(): Promise<BusinessDate> {
    const byId = new Map(Object.values(people).map((person) => [person.id, person]));
    const earned = new Set<string>();
    while (earned.size < 2) {
      const { body: task } = await people.manager.api("POST", "/tasks", { title: "Feed the parrots" });
      await byId.get(task.assignee.id)?.api("POST", `/tasks/${task.id}/complete`);
      earned.add(task.assignee.id);
    }
    const closed = date;
    await people.admin.api("POST", `/days/${closed}/close`);
    date = nextDate(date);
    const over =
      "select count(*)::int as count from payouts where business_date = $1 and state in ('settled', 'returned')";
    await until(async () => (await world.pool.query(over, [closed])).rows[0]?.count === 2, "both are paid");
    await until(
      async () => (await people.admin.api("GET", `/days/${closed}`)).body.state === "closed",
      "the day is closed",
    );
    return closed;
  }
  const setIban = (who: Role, iban: string, holder = "Пётр Popug") =>
    people[who].api("PATCH", "/me/bank-account", { iban, holder });
  const seen = (by: Role, of: Role) => people[by].api("GET", `/accounts/${people[of].id}/bank-account`);
  const file = (by: Role, on: string, query = "") => people[by].api("GET", `/days/${on}/bank-file${query}`);
  const approve = (on: string, headers = {}) =>
    people.accountant.api("POST", `/days/${on}/bank-files`, undefined, headers);

  it("PAY-2: one says oneself where one's payouts go; an IBAN that is none is refused with the reason", async () => {
    const saved = await setIban("employee", "de89 3704 0044 0532 0130 00");
    expect([saved.status, saved.body]).to.deep.equal([200, { iban: IBAN, holder: "Пётр Popug" }]);
    const refused = await setIban("employee", "DE88370400440532013000");
    expect(refused.status).to.equal(400);
    expect(refused.body.errors[0]).to.include({ pointer: "/iban" });
    expect(refused.body.errors[0].detail).to.contain("check digits");
    expect((await setIban("employee", IBAN, "  ")).status).to.equal(400);
  });

  it("PAY-2 AUTH-2: it is seen by its owner, accountants and admins, and by nobody else", async () => {
    const asOwner = await until(async () => {
      const answer = await seen("employee", "employee");
      return answer.body.iban === IBAN && answer;
    }, "the IBAN is kept");
    expect(asOwner.body).to.include({ holder: "Пётр Popug" });
    for (const role of ["accountant", "admin"] as const)
      expect((await seen(role, "employee")).body.iban).to.equal(IBAN);
    expect((await seen("manager", "employee")).status).to.equal(403);
    expect((await seen("employee", "accountant")).status).to.equal(403);
    expect((await seen("accountant", "accountant")).body).to.deep.equal({
      iban: null,
      holder: null,
      changedAt: null,
    });
    const { rows } = await world.pool.query("select detail from audit_log where action = 'payee.change'");
    expect(JSON.stringify(rows)).to.not.contain(IBAN);
  });

  it("PAY-2: a file is approved when the day is closed, and holds who has a bank account", async () => {
    expect((await approve(date)).status).to.equal(404);
    const closed = await payDay();
    expect((await file("accountant", closed)).body.code).to.equal("bank_file_not_approved");
    const { body: before } = await people.accountant.api("GET", `/days/${closed}/bank-files`);
    const { peopleWithoutIban, ...counts } = before.payable;
    expect(counts).to.deep.equal({ dayState: "closed", underWay: 0, ready: 1, withoutIban: 1 });
    expect(peopleWithoutIban.map(({ id }: { id: string }) => id)).to.deep.equal([people.accountant.id]);
    const key = { "idempotency-key": newUuid() };
    const approved = await approve(closed, key);
    expect(approved.status, JSON.stringify(approved.body)).to.equal(201);
    expect(approved.body).to.include({ part: 1, payouts: 1, downloads: 0 });
    const again = await approve(closed, key);
    expect([again.status, again.body.id, again.headers.get("idempotency-replayed")]).to.deep.equal([
      201,
      approved.body.id,
      "true",
    ]);
    expect((await approve(closed)).body).to.include({ code: "nothing_to_pay" });
    expect((await approve(closed)).body.detail).to.contain("1 payouts wait for an IBAN");
  });

  it("PAY-2: it is downloaded once: a second time only when it is asked for, and then the same file", async () => {
    const closed = world.company.firstDate;
    for (const role of ["manager", "employee"] as const)
      expect((await file(role, closed)).status).to.equal(403);
    expect((await people.admin.api("HEAD", `/days/${closed}/bank-file`)).status).to.equal(200);
    const both = await Promise.all([file("accountant", closed), file("admin", closed)]);
    const first = both.find(({ status }) => status === 200);
    const second = both.find(({ status }) => status === 409);
    expect(second?.body.code).to.equal("bank_file_downloaded");
    expect(second?.body.detail).to.match(/was downloaded by The (accountant|admin) at 2/);
    expect(first?.headers.get("content-disposition")).to.match(/filename="ATES-[\d-]+-[0-9a-f]{12}\.xml"/);
    expect(first?.body).to.contain(IBAN).and.to.contain("<Nm>Pyotr Popug</Nm>");
    const again = await file("admin", closed, "?again=true");
    expect([again.status, again.body]).to.deep.equal([200, first?.body]);
    const { body } = await people.admin.api("GET", `/days/${closed}/bank-files`);
    expect(body.items.map(({ downloads }: { downloads: number }) => downloads)).to.deep.equal([2]);
    const { rows } = await world.pool.query(
      "select action from audit_log where action like 'bank-file.%' order by id",
    );
    expect(rows.map(({ action }) => action)).to.deep.equal([
      "bank-file.approve",
      "bank-file.download",
      "bank-file.download",
    ]);
  });

  it("PAY-2: whoever gives an IBAN later is in a further part, and no payout is in two, however many approve at once", async () => {
    const closed = world.company.firstDate;
    await setIban("accountant", "GB82WEST12345698765432", "Accountant");
    await until(async () => (await seen("admin", "accountant")).body.iban !== null, "the IBAN is kept");
    const answers = await Promise.all([1, 2, 3].map(() => approve(closed)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409]);
    const { rows } = await world.pool.query(
      "select count(*)::int as files, count(distinct payout_id)::int as payouts from bank_file_payouts",
    );
    expect(rows[0]).to.deep.equal({ files: 2, payouts: 2 });
    const { body } = await people.admin.api("GET", `/days/${closed}/bank-files`);
    expect(
      body.items.map(({ part, payouts }: { part: number; payouts: number }) => [part, payouts]),
    ).to.deep.equal([
      [1, 1],
      [2, 1],
    ]);
    expect((await file("accountant", closed)).status).to.equal(200);
    expect((await file("accountant", closed)).body.code).to.equal("bank_file_downloaded");
    expect((await file("accountant", closed, "?part=3")).status).to.equal(404);
  });

  it("PAY-1 PAY-2: what a provider over HTTP has refused or paid is in no file", async () => {
    provider.payment = new SandboxGateway({ fault: () => "refused" });
    const closed = await payDay();
    const { body } = await approve(closed);
    expect(body.code).to.equal("nothing_to_pay");
    provider.payment = new SandboxGateway();
    const next = await payDay();
    await world.pool.query("update payouts set provider = 'http' where business_date = $1", [next]);
    expect((await approve(next)).body.code).to.equal("nothing_to_pay");
  });
});
