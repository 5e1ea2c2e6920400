/** A month's statements from the word that it has ended to the mail server, through a real worker, books and papers. */
import { expect } from "chai";
import { SmtpThreadGateway } from "../../actors/mailer/smtp-thread-gateway.ts";
import { SandboxGateway } from "../../actors/payment/sandbox-gateway.ts";
import type { Host } from "../../actors/runtime/host.ts";
import { StatementBooks } from "../../ops/roles/statement-books.ts";
import { dataschema, type Role } from "../../schemas/envelope.ts";
import { newUuid, type Uuid } from "../../schemas/ids.ts";
import { type MailServer, startMailServer } from "../actors/mailer/mail-server.ts";
import { append } from "../actors/runtime/said-by.ts";
import { textOf } from "../support/pdf.ts";
import { type SignedIn, signInAll } from "../support/people.ts";
import { newWorld, until, type World } from "../support/world.ts";

const PAPERS = new URL("../../ops/roles/statement-books.ts", import.meta.url).href;

describe("a month's statements by mail", function () {
  this.timeout(120_000);
  let world: World;
  let mails: MailServer;
  let mail: SmtpThreadGateway;
  let books: StatementBooks;
  let worker: Host;
  let people: Readonly<Record<Role, SignedIn>>;
  let month: string;
  let told = 0;

  before(async () => {
    world = await newWorld();
    mails = await startMailServer();
    books = new StatementBooks(world.databaseUrl);
    const papers = { module: PAPERS, databaseUrl: world.databaseUrl };
    mail = new SmtpThreadGateway({ url: mails.url, from: "payroll@ates.test", papers });
    worker = await start();
    people = await signInAll(world, await world.edge());
    month = world.company.firstDate.slice(0, 7);
    const byId = new Map(Object.values(people).map((person) => [person.id, person]));
    for (const title of ["Feed the parrots", "Спеть попугаям"]) {
      const { body: task } = await people.manager.api("POST", "/tasks", { title });
      await byId.get(task.assignee.id)?.api("POST", `/tasks/${task.id}/complete`);
    }
    await until(
      async () => (await world.pool.query("select from entries where kind = 'reward'")).rowCount === 2,
      "both are rewarded",
    );
  });
  after(async () => {
    await world.end();
    mail.close();
    await books.close();
    await mails.stop();
  });

  const start = () => world.worker({ mail, statements: books, payment: new SandboxGateway() });
  const moved = async () =>
    (await world.pool.query<{ id: string }>("select distinct account_id as id from entries")).rows;
  const statements = () => mails.received.filter(({ email }) => email.subject?.startsWith("Your statement"));
  const listed = async () => (await people.accountant.api("GET", "/mails?kind=statement")).body.items;

  /** As the scheduler says it: the next fact of a channel of its own, to every partition. */
  async function endMonth(): Promise<void> {
    told += 1;
    for (let partition = 0; partition < world.company.partitions; partition++) {
      const id: Uuid = newUuid();
      const fact = {
        ...{
          specversion: "1.0",
          id,
          source: "/ates/calendar/0",
          type: "month.ended",
          subject: `month/${month}`,
        },
        ...{ time: new Date().toISOString(), datacontenttype: "application/json" },
        ...{ dataschema: dataschema("month.ended", 1), partitionkey: month, sequence: String(told) },
        ...{ causationid: id, correlationid: id },
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data: { month, occurredAt: new Date().toISOString() },
      };
      await append(world, "schedules", JSON.stringify(fact), partition);
    }
  }

  it("PAY-4: everybody with an entry in the month, and nobody else, is mailed one, with their paper as PDF", async () => {
    await endMonth();
    const due = await moved();
    expect(due.length).to.be.within(1, 2);
    await until(async () => statements().length === due.length, "everybody has one", 20_000);
    for (const { id } of due) {
      const person = Object.values(people).find((each) => each.id === id);
      const [own] = statements().filter(({ recipients }) =>
        recipients.includes(`${person?.role}@test.local`),
      );
      const [paper] = own?.email.attachments ?? [];
      expect(paper).to.include({ filename: `statement-${month}.pdf`, mimeType: "application/pdf" });
      const text = await textOf(new Uint8Array(paper?.content as ArrayBuffer));
      const { rows } = await world.pool.query<{ title: string; balance: number }>(
        "select title, balance_after as balance from entries where account_id = $1 order by number",
        [id],
      );
      expect(text)
        .to.contain(id)
        .and.to.contain(`¥${rows.at(-1)?.balance}`);
      for (const { title } of rows) expect(text).to.contain(title);
    }
  });

  it("PAY-4 DAY-5 G3: the month ended again, Redis wiped and another worker mail nobody twice", async () => {
    const before = statements().length;
    await endMonth();
    await worker.stop();
    await world.redis.flushdb();
    worker = await start();
    await until(
      async () =>
        (await world.pool.query("select from later where envelope::text like '%statement%'")).rowCount ===
          0 &&
        (await world.pool.query("select from mails where template = 'statement' and state <> 'sent'"))
          .rowCount === 0,
      "nothing of it is under way",
    );
    const { body } = await people.accountant.api("GET", "/mails?kind=statement&state=sent");
    expect(body.items).to.have.length(before);
    expect(statements()).to.have.length(before);
  });

  it("PAY-5: one that bounced is seen with its reason, and sent again with the same paper on request", async () => {
    const [{ id }] = await listed();
    await world.pool.query("update mails set state = 'failed', failure = '550 no such box' where id = $1", [
      id,
    ]);
    const [failed] = (await people.accountant.api("GET", "/mails?state=failed")).body.items;
    expect(failed).to.include({ id, failure: "550 no such box", canResend: true, kind: "statement" });
    const before = statements();
    await worker.stop();
    worker = await start(); // which knows what stands in the table
    const asked = await people.accountant.api("POST", `/mails/${id}/resend`);
    expect([asked.status, asked.body], JSON.stringify(asked.body)).to.deep.equal([202, { mailId: id }]);
    await until(async () => statements().length === before.length + 1, "it comes again");
    const again = statements().at(-1);
    const first = before.find(({ recipients }) => recipients[0] === again?.recipients[0]);
    const bytes = (each: typeof again) => Buffer.from(each?.email.attachments[0]?.content as ArrayBuffer);
    expect(bytes(again).equals(bytes(first))).to.equal(true);
    expect(again?.email.messageId).to.not.equal(first?.email.messageId);
    await until(
      async () => (await listed()).every(({ state }: { state: string }) => state === "sent"),
      "all are",
    );
  });
});
