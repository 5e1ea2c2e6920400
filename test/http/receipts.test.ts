/** A receipt is sent again, from the request to the mail server. */
import { expect } from "chai";
import { SmtpGateway } from "../../actors/mailer/smtp-gateway.ts";
import { SandboxGateway } from "../../actors/payment/sandbox-gateway.ts";
import type { Role } from "../../schemas/envelope.ts";
import { newUuid } from "../../schemas/ids.ts";
import { type MailServer, startMailServer } from "../actors/mailer/mail-server.ts";
import { type SignedIn, signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";

describe("POST /payouts/{id}/receipt/resend", function () {
  this.timeout(120_000);
  let world: World;
  let mails: MailServer;
  let gateway: SmtpGateway;
  let people: Readonly<Record<Role, SignedIn>>;
  let payout: { readonly id: string; readonly userId: string };

  before(async () => {
    world = await newWorld();
    mails = await startMailServer();
    gateway = new SmtpGateway({ url: mails.url, from: "payroll@ates.test" });
    await world.worker({ mail: gateway, payment: new SandboxGateway() });
    people = await signInAll(world, await world.edge());
    const byId = new Map(Object.values(people).map((person) => [person.id, person]));
    const { body: task } = await people.manager.api("POST", "/tasks", { title: "Feed the parrots" });
    await byId.get(task.assignee.id)?.api("POST", `/tasks/${task.id}/complete`);
    await people.admin.api("POST", `/days/${world.company.firstDate}/close`);
    payout = await until(async () => {
      const { body } = await people.accountant.api("GET", "/payouts?state=settled");
      return body.items[0]?.receipt?.state === "sent" && body.items[0];
    }, "the receipt is sent");
  });
  after(async () => {
    await world.end();
    gateway.close();
    await mails.stop();
  });

  const resend = (by: Role, key = newUuid(), id = payout.id) =>
    people[by].api("POST", `/payouts/${id}/receipt/resend`, undefined, { "idempotency-key": key });
  const receipt = async () => (await people.accountant.api("GET", "/payouts")).body.items[0].receipt;
  const sentAgain = (count: number) =>
    until(
      async () => mails.receipts.length === count && (await receipt()).state === "sent",
      "it is sent again",
    );

  it("PAY-5: the same words go to the same address once more, and once per asking", async () => {
    expect(await receipt()).to.include({ state: "sent", canResend: true, attempts: 1 });
    const key = newUuid();
    const asked = await resend("accountant", key);
    expect(asked.status, JSON.stringify(asked.body)).to.equal(202);
    expect(asked.body).to.deep.equal({ payoutId: payout.id, mailId: (await receipt()).id });
    await sentAgain(2);
    const again = await resend("accountant", key);
    expect([again.status, again.headers.get("idempotency-replayed")]).to.deep.equal([202, "true"]);
    await resend("admin");
    await sentAgain(3);
    const [first, ...others] = mails.receipts.map(({ email, recipients }) => ({
      recipients,
      subject: email.subject,
      text: email.text,
      html: email.html,
    }));
    for (const other of others) expect(other).to.deep.equal(first);
    expect(new Set(mails.receipts.map(({ email }) => email.messageId)).size).to.equal(3);
  });

  it("AUTH-2 PAY-5: is for accountants and admins, of payouts that are there and have one", async () => {
    for (const role of ["manager", "employee"] as const)
      expect((await resend(role)).status, role).to.equal(403);
    expect((await resend("admin", newUuid(), newUuid())).status).to.equal(404);
    await world.pool.query("update mails set state = 'pending'");
    expect((await resend("admin")).body.code).to.equal("receipt_on_its_way");
    await world.pool.query("delete from mails");
    expect((await resend("admin")).body.code).to.equal("no_receipt");
    expect((await resend("admin", "")).body.code).to.equal("idempotency_key_required");
  });
});
