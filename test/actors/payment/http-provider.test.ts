/** Payouts through a real worker, a real edge and the sandbox bank, each ringing at the other's door. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Webhook } from "standardwebhooks";
import { HttpGateway } from "../../../actors/payment/http-gateway.ts";
import type { Host } from "../../../actors/runtime/host.ts";
import { type Bank, startBank } from "../../../ops/sandbox-bank/bank.ts";
import type { Faults } from "../../../ops/sandbox-bank/faults.ts";
import { type BusinessDate, nextDate } from "../../../schemas/business-date.ts";
import type { Role } from "../../../schemas/envelope.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { ask, type Sender } from "../../support/client.ts";
import { type SignedIn, signInAll } from "../../support/people.ts";
import { newWorld, until, type World } from "../../support/world.ts";

const SECRET = "whsec_c2FuZGJveC1iYW5rLXNhbmRib3gtYmFuay1zYW5k";
const IBAN = "DE89370400440532013000";

describe("payouts through a provider over HTTP", function () {
  this.timeout(120_000);
  let world: World;
  let worker: Host;
  let payment: HttpGateway;
  let bank: Bank;
  let folder: string;
  let edge: string;
  let people: Readonly<Record<Role, SignedIn>>;
  let popug: SignedIn;
  let date: BusinessDate;

  before(async () => {
    world = await newWorld({
      ATES_PAYMENT_CALLBACK_SECRET: SECRET,
      ATES_EXCLUDED_ROLES: "admin,manager,accountant",
      // A task whose fee is its reward leaves nothing to pay out.
      ATES_REWARD_MINOR: "21..40",
    });
    edge = await world.edge();
    folder = await mkdtemp(join(tmpdir(), "ates-bank-"));
    bank = await startBank({
      ...{
        dataDir: folder,
        key: "k",
        callbackSecret: SECRET,
        callbackUrl: `${edge}/api/v1/payment-callbacks`,
      },
      ...{ slowMs: 1_500, lateMs: 300, bounceMs: 300 },
    });
    payment = new HttpGateway({ url: bank.url, key: "k", currency: "JPY", timeoutMs: 600 });
    worker = await world.worker({ payment });
    people = await signInAll(world, edge);
    popug = people.employee;
    await ask(
      world,
      "directory",
      "payee.change",
      `user/${popug.id}`,
      { iban: IBAN, holder: "Popug" },
      popug as unknown as Sender,
    );
    date = world.company.firstDate;
  });
  after(async () => {
    await world.end();
    await bank.stop();
    await rm(folder, { recursive: true, force: true });
  });

  interface Paid {
    readonly id: string;
    readonly state: string;
    readonly attempts: number;
    readonly failure: string | null;
    readonly provider: string;
    readonly amount: number;
  }

  /** Earns, closes the day with the bank in this mood, and answers the payout of that day. */
  async function payDay(faults: Faults): Promise<() => Promise<Paid | undefined>> {
    bank.order(faults);
    const { body: task } = await people.manager.api("POST", "/tasks", { title: "Feed the parrots" });
    await popug.api("POST", `/tasks/${task.id}/complete`);
    const closed = date;
    expect((await people.admin.api("POST", `/days/${closed}/close`)).status).to.equal(202);
    date = nextDate(date);
    const find = async () =>
      (await world.pool.query<Paid>("select * from payouts where business_date = $1", [closed])).rows[0];
    await until(find, "there is a payout");
    return find;
  }
  const in_ = (state: string, find: () => Promise<Paid | undefined>) =>
    until(
      async () => {
        const payout = await find();
        return payout?.state === state ? payout : undefined;
      },
      `the payout is ${state}`,
      60_000,
    );
  const stateOf = async (id: string) =>
    (await world.pool.query<Paid>("select state from payouts where id = $1", [id])).rows[0]?.state;
  const balance = async () => (await popug.api("GET", "/accounts/me")).body.balanceMinor as number;
  const atTheBank = (id: string) => bank.books.movements().filter(({ reference }) => reference === id);
  const call = (body: object, headers: Record<string, string> = {}) => {
    const text = JSON.stringify(body);
    const id = `call_${newUuid()}`;
    const now = new Date();
    const signed = { "webhook-id": id, "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)) };
    const signature = new Webhook(SECRET).sign(id, now, text);
    return fetch(`${edge}/api/v1/payment-callbacks`, {
      method: "POST",
      headers: { "content-type": "application/json", ...signed, "webhook-signature": signature, ...headers },
      body: text,
    });
  };
  const enquiries = async () =>
    (await world.pool.query("select from commands where type = 'payout.enquire'")).rowCount;

  it("PAY-1 PAY-2: what is answered at once is settled at once", async () => {
    const payout = await in_("settled", await payDay({}));
    expect(payout).to.include({ attempts: 1, provider: "http", failure: null });
    expect(atTheBank(payout.id).map(({ account, amountMinor }) => [account, amountMinor])).to.deep.equal([
      ["company", -payout.amount],
      [IBAN, payout.amount],
    ]);
  });

  it("PAY-1: what settles late settles when the provider calls, not when its turn comes to be asked", async () => {
    const payout = await in_("settled", await payDay({ late: 1 }));
    expect(payout.attempts).to.be.above(1);
    expect(atTheBank(payout.id)).to.have.length(2);
  });

  it("PAY-1: a payment that is called back before it is answered is settled once", async () => {
    const find = await payDay({ slow: 1 });
    await until(async () => (await find())?.attempts !== 1, "it was asked again", 10_000);
    bank.order({});
    const payout = await in_("settled", find);
    expect(atTheBank(payout.id)).to.have.length(2);
  });

  it("PAY-1: money that comes back after it was paid is on the account again, once, and the steps tell it", async () => {
    const payout = await in_("returned", await payDay({ bounce: 1 }));
    expect(payout.failure).to.contain("AC04");
    expect(
      atTheBank(payout.id).reduce(
        (sum, { account, amountMinor }) => sum + (account === IBAN ? amountMinor : 0),
        0,
      ),
    ).to.equal(0);
    expect(await balance()).to.equal(payout.amount);
    const { rows } = await world.pool.query(
      "select from entries where payout_id = $1 and kind = 'payout-return'",
      [payout.id],
    );
    expect(rows).to.have.length(1);
    const { body: story } = await popug.api("GET", `/payouts/${payout.id}`);
    expect(story).to.include({ state: "returned", provider: "http" });
    const steps: string[] = story.steps.map(({ what }: { what: string }) => what);
    expect(steps.slice(0, 3)).to.deep.equal(["requested", "asked", "settled"]);
    expect(steps.slice(-2)).to.deep.equal(["failed", "returned"]);
    expect((await people.manager.api("GET", `/payouts/${payout.id}`)).status).to.equal(404);
    const again = await people.accountant.api("POST", `/payouts/${payout.id}/retry`);
    expect([again.status, again.body.code]).to.deep.equal([409, "payout_returned"]);
  });

  it("PAY-1: money that comes back without a call is found by the next day's look, and is on the account again", async () => {
    const { id, amount } = await in_("settled", await payDay({ bounce: 1, lost: 1 }));
    await until(
      async () => atTheBank(id).length === 4 && bank.books.callbacksWaiting === 0,
      "the bank has brought it back, and nobody has heard",
    );
    expect(await stateOf(id)).to.equal("settled");
    bank.order({});
    await worker.stop();
    const { rowCount } = await world.pool.query(
      `update later set due_at = now() where envelope::jsonb ->> 'type' = 'payment.enquire'
          and envelope::jsonb -> 'data' ->> 'payoutId' = $1 and due_at > now() + interval '23 hours'`,
      [id],
    );
    expect(rowCount, "a look is due a day later").to.equal(1);
    worker = await world.worker({ payment });
    await until(async () => (await stateOf(id)) === "returned", "it is returned", 20_000);
    expect(await balance()).to.equal(amount);
  });

  it("PAY-1 EDGE-3: with the bank down the day is closed all the same, and paid when it is back", async () => {
    const closed = date;
    const find = await payDay({ error: 1 });
    await until(
      async () => (await people.admin.api("GET", `/days/${closed}`)).body.state === "closed",
      "the day is closed",
    );
    const waiting = await until(
      async () => ((await find())?.attempts ?? 0) > 2 && find(),
      "it was asked",
      60_000,
    );
    expect(waiting).to.include({ state: "submitted" });
    expect(waiting?.failure).to.contain("503");
    bank.order({});
    const retried = await people.accountant.api("POST", `/payouts/${waiting?.id}/retry`);
    expect(retried.status, JSON.stringify(retried.body)).to.equal(202);
    expect(retried.body).to.deep.equal({ payoutId: waiting?.id });
    const payout = await in_("settled", find);
    expect(atTheBank(payout.id)).to.have.length(2);
  });

  it("AUTH-2 PAY-1: only accountants and admins have a payout asked for; of an unknown one there is none", async () => {
    const { rows } = await world.pool.query<{ id: string }>("select id from payouts limit 1");
    for (const role of ["manager", "employee"] as const)
      expect((await people[role].api("POST", `/payouts/${rows[0]?.id}/retry`)).status).to.equal(403);
    expect((await people.admin.api("POST", `/payouts/${newUuid()}/retry`)).status).to.equal(404);
  });

  it("PAY-1 PAY-2: a call that is forged, old, of another body or about nobody's payout asks nothing", async () => {
    const { rows } = await world.pool.query<{ id: string }>(
      "select id from payouts where state = 'settled' limit 1",
    );
    const said = { type: "payment.returned", data: { reference: rows[0]?.id, state: "returned" } };
    const before = await enquiries();
    const old = new Date(Date.now() - 600_000);
    const oldTime = String(Math.floor(old.getTime() / 1_000));
    const signedOld = new Webhook(SECRET).sign("call_old", old, JSON.stringify(said));
    const attempts: [Record<string, string>, number][] = [
      [{ "webhook-signature": "v1,Zm9yZ2Vk" }, 401],
      [{ "webhook-signature": "" }, 401],
      [{ "webhook-id": "call_other" }, 401],
      [{ "webhook-id": "call_old", "webhook-timestamp": oldTime, "webhook-signature": signedOld }, 401],
    ];
    for (const [headers, status] of attempts) expect((await call(said, headers)).status).to.equal(status);
    expect((await call({ data: { reference: newUuid(), state: "paid" } })).status).to.equal(404);
    for (const body of [{}, { data: 1 }, { data: { reference: "x" } }, { data: { reference: rows[0]?.id } }])
      expect((await call(body)).status, JSON.stringify(body)).to.equal(400);
    expect(await enquiries()).to.equal(before);
  });

  it("PAY-1: what a call says is not believed: the bank is asked, once for each call", async () => {
    const { rows } = await world.pool.query<Paid>("select * from payouts where state = 'settled' limit 1");
    const [paid] = rows as [Paid];
    const before = (await enquiries()) ?? 0;
    const said = { type: "payment.returned", data: { reference: paid.id, state: "returned" } };
    const same = { "webhook-id": "call_same" };
    const signature = new Webhook(SECRET).sign("call_same", new Date(), JSON.stringify(said));
    for (let time = 0; time < 3; time++)
      expect((await call(said, { ...same, "webhook-signature": signature })).status).to.equal(204);
    expect((await call({ ...said, data: { ...said.data, state: "paid" } })).status).to.equal(204);
    expect(await enquiries()).to.equal(before + 1);
    const asked = await until(async () => {
      const { rows: now } = await world.pool.query("select * from payouts where id = $1 and attempts > $2", [
        paid.id,
        paid.attempts,
      ]);
      return now[0];
    }, "the bank is asked");
    expect(asked).to.include({ state: "settled" });
  });

  it("PAY-2: the bank's own books add up to nothing", () => {
    expect(bank.books.movements().reduce((sum, { amountMinor }) => sum + amountMinor, 0)).to.equal(0);
  });
});
