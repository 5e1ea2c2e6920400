import { expect } from "chai";
import { SmtpGateway, type SmtpOptions } from "../../../actors/mailer/smtp-gateway.ts";
import { SmtpThreadGateway } from "../../../actors/mailer/smtp-thread-gateway.ts";
import type { Gateway } from "../../../actors/runtime/gateway.ts";
import type { MailAnsweredV2, MailDeliverV2 } from "../../../schemas/generated/messages.ts";
import { newUuid } from "../../../schemas/ids.ts";
import { message } from "../payment/one-partition.ts";
import { type Behaviour, type MailServer, startMailServer } from "./mail-server.ts";

const FROM = "UberPopug payroll <payroll@ates.test>";

function mail(change: Partial<MailDeliverV2> = {}) {
  const mailId = newUuid();
  return message("mail.deliver", {
    mailId,
    to: "kea@test.local",
    subject: "Ваша выплата за 5 октября: 310,00 ₽",
    text: "Здравствуйте!\n\n  Выплачено  310,00 ₽\n.\nFrom the parrots\n",
    html: `<p>Здравствуйте! ${"длинно ".repeat(300)}</p>`,
    messageId: `<${mailId}@ates.local>`,
    ...change,
  });
}

/** In the caller's thread, and as workers call it. */
for (const Smtp of [SmtpGateway, SmtpThreadGateway])
  describe(`the SMTP gateway (${Smtp.name})`, () => {
    const endings: (() => unknown)[] = [];

    async function given(behaviour: Behaviour = {}, options: Partial<SmtpOptions> = {}) {
      const server = await startMailServer(behaviour);
      const gateway = new Smtp({ url: server.url, from: FROM, ...options });
      endings.push(() => gateway.close(), server.stop);
      return { server, gateway };
    }

    async function outcomeOf(
      gateway: Gateway,
      request: ReturnType<typeof mail> = mail(),
      deadline: AbortSignal = AbortSignal.timeout(8_000),
    ): Promise<MailAnsweredV2> {
      const { type, data } = await gateway.call(request, deadline);
      expect(type).to.equal("mail.answered");
      return data as MailAnsweredV2;
    }

    afterEach(async () => {
      for (const end of endings.splice(0)) await end();
    });

    it("PAY-3: delivers subject, text and HTML whole, from us to one address", async () => {
      const { server, gateway } = await given();
      const request = mail();
      const answer = await outcomeOf(gateway, request);
      const { mailId, ...words } = request.data;
      expect(answer).to.deep.include({ mailId, outcome: "sent", mail: words });
      const [{ email, from, recipients }] = server.received as [MailServer["received"][0]];
      expect(from).to.equal("payroll@ates.test");
      expect(recipients).to.deep.equal(["kea@test.local"]);
      expect(email.from).to.deep.include({ name: "UberPopug payroll", address: "payroll@ates.test" });
      expect(email.to?.map(({ address }) => address)).to.deep.equal(["kea@test.local"]);
      expect(email.subject).to.equal(words.subject);
      expect(email.text?.trimEnd()).to.equal(words.text.trimEnd());
      expect(email.html?.trimEnd()).to.equal(words.html);
      expect(email.messageId).to.equal(words.messageId);
    });

    it("OPS-1: the mail carries the trace, and the time at which it was decided", async () => {
      const { server, gateway } = await given();
      const request = mail();
      await outcomeOf(gateway, request);
      const { email, raw } = server.received[0] as MailServer["received"][0];
      const header = (name: string) => email.headers.find(({ key }) => key === name)?.value;
      expect(header("traceparent")).to.equal(request.traceparent);
      expect(header("auto-submitted")).to.equal("auto-generated");
      expect(request.time).to.equal("2026-10-06T00:00:01.000Z");
      expect(raw).to.contain("\r\nDate: Tue, 06 Oct 2026 00:00:01 +0000\r\n");
    });

    it("PAY-3: a mail whose answer was lost goes again under the same Message-ID", async () => {
      const { server, gateway } = await given({ hangUps: 1 });
      const request = mail();
      expect((await outcomeOf(gateway, request)).outcome).to.equal("unknown");
      expect((await outcomeOf(gateway, request)).outcome).to.equal("sent");
      const ids = server.received.map(({ email }) => email.messageId);
      expect(ids).to.deep.equal([request.data.messageId, request.data.messageId]);
    });

    const answers: readonly [string, Behaviour, MailAnsweredV2["outcome"]][] = [
      ["the recipient does not exist (550)", { rcptTo: 550 }, "refused"],
      ["the recipient's box is busy (450)", { rcptTo: 450 }, "unknown"],
      ["the mail is spam (554)", { data: 554 }, "refused"],
      ["the disk is full (452)", { data: 452 }, "unknown"],
      ["our own address is not welcome (550)", { mailFrom: 550 }, "unknown"],
      ["too many mails today (451)", { mailFrom: 451 }, "unknown"],
      ["the server wants a log-in", { requireLogin: true }, "unknown"],
    ];
    for (const [what, behaviour, outcome] of answers) {
      it(`PAY-5: ${what}: ${outcome}`, async () => {
        const { gateway } = await given(behaviour);
        const answer = await outcomeOf(gateway);
        expect(answer.outcome).to.equal(outcome);
        expect(answer.detail).to.be.a("string").and.not.equal("");
      });
    }

    it("PAY-5: a wrong password is unknown: the mail waits for somebody to mend it", async () => {
      const server = await startMailServer({ requireLogin: true });
      const gateway = new Smtp({ url: server.url.replace("//", "//popug:wrong@"), from: FROM });
      endings.push(() => gateway.close(), server.stop);
      expect((await outcomeOf(gateway)).outcome).to.equal("unknown");
    });

    it("PAY-5: a server that is not there is unknown", async () => {
      const { server, gateway } = await given();
      await server.stop();
      expect(await outcomeOf(gateway)).to.include({ outcome: "unknown" });
    });

    it("PAY-5: a server that never answers is unknown at the deadline, and the next mail is not stuck behind it", async () => {
      const behaviour: Behaviour = { stall: true };
      const { gateway } = await given(behaviour, { connectionsMax: 1 });
      const startedMs = performance.now();
      const answer = await outcomeOf(gateway, mail(), AbortSignal.timeout(300));
      expect(answer.outcome).to.equal("unknown");
      expect(performance.now() - startedMs).to.be.lessThan(2_000);
      behaviour.stall = false;
      expect((await outcomeOf(gateway)).outcome).to.equal("sent");
    });

    it("PAY-5: a deadline that has passed already is unknown, and nothing is sent", async () => {
      const { server, gateway } = await given();
      expect((await outcomeOf(gateway, mail(), AbortSignal.abort())).outcome).to.equal("unknown");
      expect(server.received).to.deep.equal([]);
    });

    it("PAY-3: no line break in a subject or an address becomes a header or a recipient", async () => {
      const { server, gateway } = await given();
      const outcomes: string[] = [];
      for (const change of [
        { subject: "Payout\r\nBcc: all@test.local\r\n\r\nbody" },
        { to: "kea@test.local, all@test.local" },
        { to: "kea@test.local>\r\nRCPT TO:<all@test.local" },
        { to: "kea@test.local\r\nBcc: all@test.local" },
      ]) {
        outcomes.push((await outcomeOf(gateway, mail(change))).outcome);
      }
      expect(outcomes).to.deep.equal(["sent", "refused", "refused", "refused"]);
      expect(server.received).to.have.length(1);
      const [{ email, recipients }] = server.received as [MailServer["received"][0]];
      expect(recipients).to.deep.equal(["kea@test.local"]);
      expect(email.subject).to.match(/^Payout\s+Bcc: all@test.local\s+body$/);
      expect(email.headers.map(({ key }) => key)).not.to.include("bcc");
      expect(email.text).to.contain("Здравствуйте!");
    });

    it("PAY-3: many mails at once share the pool's connections", async () => {
      const { server, gateway } = await given({}, { connectionsMax: 3 });
      const outcomes = await Promise.all(Array.from({ length: 60 }, () => outcomeOf(gateway)));
      expect(new Set(outcomes.map(({ outcome }) => outcome))).to.deep.equal(new Set(["sent"]));
      expect(new Set(server.received.map(({ email }) => email.messageId)).size).to.equal(60);
      expect(server.clientsMost).to.be.within(1, 3);
    });
  });
