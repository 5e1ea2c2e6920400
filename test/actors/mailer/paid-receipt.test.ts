import { expect } from "chai";
import { SmtpGateway } from "../../../actors/mailer/smtp-gateway.ts";
import { SandboxGateway } from "../../../actors/payment/sandbox-gateway.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import { nextDate } from "../../../schemas/business-date.ts";
import type { PaymentSubmitV1 } from "../../../schemas/generated/messages.ts";
import { ask, register, type Sender } from "../../support/client.ts";
import { newWorld, until, type World } from "../../support/world.ts";
import { type Behaviour, type MailServer, startMailServer } from "./mail-server.ts";

describe("from the close of a day to the receipt, through a real worker", function () {
  this.timeout(120_000);
  const behaviour: Behaviour = {};
  const asked: PaymentSubmitV1[] = [];
  let answers: ("unknown" | "refused")[] = [];
  let world: World;
  let server: MailServer;
  let mail: SmtpGateway;
  let popug: Sender;
  let date: BusinessDate;

  before(async () => {
    // A task whose fee is its reward leaves nothing to pay out: one of 231, if both were drawn.
    world = await newWorld({ ATES_REWARD_MINOR: "21..40" });
    server = await startMailServer(behaviour);
    mail = new SmtpGateway({ url: server.url, from: "aTES <payroll@ates.test>" });
    const fault = (request: PaymentSubmitV1) => {
      asked.push(request);
      return answers.shift();
    };
    await world.worker({ mail, payment: new SandboxGateway({ fault }) });
    popug = await register(world, "Popug");
    date = world.company.firstDate;
  });
  after(async () => {
    await world.end();
    mail.close();
    await server.stop();
  });

  async function earn(): Promise<void> {
    const { body: task } = await ask(
      world,
      "task-board",
      "task.create",
      "new",
      { title: "Feed the parrots" },
      popug,
    );
    await ask(world, "task-board", "task.complete", `task/${task.id}`, { taskId: task.id }, popug);
  }

  async function closeDay(): Promise<void> {
    await ask(world, "task-board", "day.close", "day", { businessDate: date });
    date = nextDate(date);
  }

  const one = <T extends object>(sql: string, ...values: unknown[]) =>
    until(async () => (await world.pool.query<T>(sql, values)).rows[0], sql);

  it("PAY-1 PAY-3: asks again after an unknown outcome, pays once, and mails one receipt", async () => {
    answers = ["unknown", "unknown"];
    const closed = date;
    await earn();
    await closeDay();
    const payout = await one<{ id: string; amount: number; attempts: number }>(
      "select * from payouts where business_date = $1 and state = 'settled'",
      closed,
    );
    expect(payout.attempts).to.equal(3);
    expect(asked.map(({ payoutId }) => payoutId)).to.deep.equal([payout.id, payout.id, payout.id]);
    await one(
      "select * from mails where template = 'receipt' and business_date = $1 and state = 'sent' and attempts = 1",
      closed,
    );
    expect(server.receipts).to.have.length(1);
    const { email } = server.receipts[0] as MailServer["received"][0];
    expect(email.to?.[0]?.address).to.equal("popug@test.local");
    expect(email.text).to.contain("Hello Popug,").and.to.contain(payout.id);
    const { rows } = await world.pool.query<{ type: string }>("select type from dead_letters");
    expect(rows).to.deep.equal([]);
  });

  it("PAY-1: a refused payout is owed again, and the person is told so in the place of a receipt", async () => {
    answers = ["refused"];
    const closed = date;
    await earn();
    const { balance } = await one<{ balance: number }>("select balance from accounts where balance > 0");
    await closeDay();
    const { amount } = await one<{ amount: number }>(
      "select * from payouts where business_date = $1 and state = 'returned'",
      closed,
    );
    expect(amount).to.equal(balance);
    expect(await one("select balance from accounts where id = $1", popug.id)).to.deep.equal({ balance });
    const told = "template = 'payout-failed' and state = 'sent'";
    await one(`select from mails where business_date = $1 and ${told}`, closed);
    expect(server.receipts).to.have.length(1);
    const [news] = server.received.filter(({ email }) =>
      email.subject?.startsWith("A payout did not arrive"),
    );
    expect(news?.email.text).to.contain('The sandbox was told to answer "refused"');
  });

  it("PAY-5 PAY-3: a mail server in trouble delays the receipt; the returned money is in it", async () => {
    behaviour.data = 451;
    const closed = date;
    await closeDay();
    await one("select * from payouts where business_date = $1 and state = 'settled'", closed);
    await one(
      "select * from mails where template = 'receipt' and business_date = $1 and state = 'pending' and attempts > 1",
      closed,
    );
    behaviour.data = undefined;
    await one(
      "select * from mails where template = 'receipt' and business_date = $1 and state = 'sent'",
      closed,
    );
    const [, ...tries] = server.receipts;
    expect(new Set(tries.map(({ email }) => email.messageId)).size).to.equal(1);
    expect(tries.at(-1)?.email.text).to.contain("Other entries");
  });

  it("AN-1 ACC-7: analytics knows the income, and that nobody is below zero", async () => {
    const { rows } = await world.pool.query(
      "select sum(fees)::int as fees, sum(rewards)::int as rewards from analytics.income",
    );
    const entries = await world.pool.query(
      `select -sum(amount) filter (where kind = 'fee')::int as fees, sum(amount) filter (where kind = 'reward')::int as rewards
         from entries`,
    );
    expect(rows).to.deep.equal(entries.rows);
    await one("select from analytics.balances where account_id = $1 and balance = 0", popug.id);
  });
});
