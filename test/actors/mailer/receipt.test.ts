import { expect } from "chai";
import fc from "fast-check";
import { mailer } from "../../../actors/mailer/actor.ts";
import { ATTEMPTS_MAX, BACK_OFF_FIRST_MS, BACK_OFF_MAX_MS } from "../../../actors/mailer/delivery.ts";
import { LOOK_MAX_MS } from "../../../actors/mailer/new-mail.ts";
import { type Mail, mailKey } from "../../../actors/mailer/state.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import type { MailAnsweredV2, MailDeliverV2 } from "../../../schemas/generated/messages.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { receiptId } from "../../../schemas/receipt-id.ts";
import { type Kept, message, OnePartition } from "../payment/one-partition.ts";
import { changed, registered, settled } from "./people.ts";

const deliveries = (later: readonly Kept[]) =>
  later.flatMap(({ gateway, envelope }) => (gateway === "mail" ? [envelope.data as MailDeliverV2] : []));

const newMailer = () => new OnePartition(mailer);
type Mailer = ReturnType<typeof newMailer>;

const mailOf = (partition: Mailer, { data }: Envelope<"payout.settled">) =>
  partition.rows.get(mailKey(receiptId(data.payoutId))) as Mail | undefined;

function answered(outcome: MailAnsweredV2["outcome"], request: MailDeliverV2, detail?: string) {
  const { mailId, ...mail } = request;
  return message("mail.answered", { mailId, outcome, mail, ...(detail === undefined ? {} : { detail }) });
}

function handedOver() {
  const partition = newMailer();
  const person = registered();
  const payout = settled(person.data.userId);
  partition.take(person);
  const first = partition.take(payout);
  const [request] = deliveries(first.later) as [MailDeliverV2];
  const mail = () => mailOf(partition, payout) as Mail;
  return { partition, person, payout, first, request, mail };
}

describe("receipts", () => {
  it("PAY-3: a settled payout makes one mail, handed over after the commit", () => {
    const { payout, first, request, mail } = handedOver();
    expect(first.later).to.have.length(1);
    expect(request).to.include({ to: "kea@test.local", mailId: mail().id });
    expect(request.subject).to.equal("Your payout for October 5, 2026: $28.00");
    expect(request.messageId).to.equal(`<${mail().id}@ates.local>`);
    expect(mail()).to.include({
      userId: payout.data.accountId,
      recipient: "kea@test.local",
      subject: request.subject,
      state: "pending",
      attempts: 1,
      businessDate: "2026-10-05",
    });
  });

  it("PAY-3 DAY-5: the same payout settled again mails nothing, before and after the mail is sent", () => {
    const { partition, payout, request } = handedOver();
    expect(partition.take(payout, payout)).to.deep.include({ facts: [], later: [], changed: [] });
    partition.take(answered("sent", request));
    expect(partition.take(payout)).to.deep.include({ facts: [], later: [], changed: [] });
  });

  it("PAY-3: two payouts of a person make two mails", () => {
    const partition = newMailer();
    const person = registered();
    partition.take(person);
    const { later } = partition.take(settled(person.data.userId), settled(person.data.userId, "2026-10-06"));
    expect(new Set(deliveries(later).map(({ mailId }) => mailId)).size).to.equal(2);
  });

  it("PAY-3: the mail is in the language that the person has chosen", () => {
    const partition = newMailer();
    const person = registered();
    partition.take(person, changed(person, { locale: "ru", name: "Жако" }));
    const [request] = deliveries(partition.take(settled(person.data.userId)).later) as [MailDeliverV2];
    expect(request.subject).to.match(/^Ваша выплата за 5 октября 2026/);
    expect(request.text).to.contain("Здравствуйте, Жако!");
  });

  it("NOT-2: who wants no receipts gets no mail and no row", () => {
    const partition = newMailer();
    const person = registered();
    partition.take(person, changed(person, { receipt: false }));
    const payout = settled(person.data.userId);
    expect(partition.take(payout)).to.deep.include({ facts: [], later: [], changed: [] });
    partition.take(changed(person, { receipt: true }));
    expect(deliveries(partition.take(settled(person.data.userId, "2026-10-06")).later)).to.have.length(1);
  });

  it("AUTH-3 PAY-3: a disabled person was paid and gets the receipt", () => {
    const partition = newMailer();
    const person = registered();
    const { userId, occurredAt } = person.data;
    partition.take(person, message("user.disabled", { userId, occurredAt }));
    expect(partition.rows.get(`person/${userId}`)).to.include({ active: false });
    expect(deliveries(partition.take(settled(userId)).later)).to.have.length(1);
    partition.take(message("user.enabled", { userId, occurredAt }));
    expect(partition.rows.get(`person/${userId}`)).to.include({ active: true });
  });

  it("AUTH-4: nobody is made of a change to somebody unknown", () => {
    const partition = newMailer();
    const { userId, occurredAt } = registered().data;
    const changes = [message("user.disabled", { userId, occurredAt }), changed(registered({ userId }), {})];
    expect(partition.take(...changes).changed).to.deep.equal([]);
  });
});

describe("a receipt whose person has not arrived", () => {
  function waiting() {
    const partition = newMailer();
    const person = registered();
    const payout = settled(person.data.userId);
    const { later } = partition.take(payout);
    return { partition, person, payout, look: later[0] as Kept };
  }

  it("PAY-3: waits without a recipient, looks again, and is sent when the person is there", () => {
    const { partition, person, payout, look } = waiting();
    expect(mailOf(partition, payout)).to.include({ state: "pending", recipient: undefined, attempts: 0 });
    expect(look).to.include({ gateway: undefined, dueAtMs: partition.nowMs + 1_000 });
    expect(partition.take(person).later).to.deep.equal([]);
    const { later } = partition.take(look.envelope);
    expect(deliveries(later).map(({ to }) => to)).to.deep.equal(["kea@test.local"]);
    expect(mailOf(partition, payout)).to.include({
      recipient: "kea@test.local",
      state: "pending",
      attempts: 1,
    });
    const [request] = deliveries(later) as [MailDeliverV2];
    const now = newMailer();
    now.take(person);
    expect(deliveries(now.take(payout).later)).to.deep.equal([request]);
  });

  it("PAY-3: looks ever less often, but at least once a minute, for as long as it takes", () => {
    const { partition, payout, look } = waiting();
    let next = look;
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      partition.nowMs = next.dueAtMs;
      const { later, changed: rows } = partition.take(next.envelope);
      expect(later).to.have.length(1);
      expect(rows).to.deep.equal([]);
      next = later[0] as Kept;
      waits.push(next.dueAtMs - partition.nowMs);
    }
    expect(waits.slice(0, 6)).to.deep.equal([2_000, 4_000, 8_000, 16_000, 32_000, LOOK_MAX_MS]);
    expect(new Set(waits.slice(5))).to.deep.equal(new Set([LOOK_MAX_MS]));
    expect(mailOf(partition, payout)).to.include({ state: "pending", recipient: undefined });
  });

  it("DAY-5: the same payout settled again while it waits does not make it look twice", () => {
    const { partition, payout } = waiting();
    expect(partition.take(payout)).to.deep.include({ facts: [], later: [], changed: [] });
  });

  it("NOT-2: a mail that waited for somebody who wants none ends, and says why", () => {
    const { partition, person, payout, look } = waiting();
    partition.take(person, changed(person, { receipt: false }));
    const { facts, later } = partition.take(look.envelope);
    expect(later).to.deep.equal([]);
    expect(facts.map(({ type }) => type)).to.deep.equal(["mail.failed"]);
    expect(mailOf(partition, payout)).to.include({
      state: "failed",
      failure: "The recipient asks for no receipts.",
    });
  });

  it("PAY-3: a look for a mail that is on its way already changes nothing", () => {
    const { partition, person, look } = waiting();
    partition.take(person);
    partition.take(look.envelope);
    expect(partition.take(look.envelope)).to.deep.include({ facts: [], later: [], changed: [] });
  });

  it("PAY-3: people and payouts in any interleaving make one mail for each payout", () => {
    const people = Array.from({ length: 3 }, () => registered());
    const facts = people.flatMap((person) => [
      [person] as Envelope[],
      [settled(person.data.userId), settled(person.data.userId, "2026-10-06")] as Envelope[],
    ]);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 5 }), (choices, size) => {
        const partition = newMailer();
        const queue = interleaved(facts, choices);
        const mailed: string[] = [];
        const looks: Kept[] = [];
        const run = (...batch: Envelope[]) => {
          const { later, deadLetters } = partition.take(...batch);
          expect(deadLetters).to.deep.equal([]);
          mailed.push(...deliveries(later).map(({ mailId }) => mailId));
          looks.push(...later.filter(({ gateway }) => gateway === undefined));
        };
        while (queue.length > 0) {
          run(...queue.splice(0, size));
          if (looks.length > 1) run((looks.shift() as Kept).envelope);
        }
        for (let look = looks.shift(); look !== undefined; look = looks.shift()) run(look.envelope);
        expect(mailed).to.have.length(6);
        expect(new Set(mailed).size).to.equal(6);
      }),
    );
  });
});

/** Each list in its own order, else none. */
function interleaved(lists: readonly Envelope[][], choices: Iterator<number>): Envelope[] {
  const left = lists.map((list) => [...list]).filter((list) => list.length > 0);
  const all: Envelope[] = [];
  while (left.length > 0) {
    const at = Number(choices.next().value) % left.length;
    const list = left[at] as Envelope[];
    all.push(list.shift() as Envelope);
    if (list.length === 0) left.splice(at, 1);
  }
  return all;
}

describe("a mail on its way", () => {
  it("PAY-3: sent ends it", () => {
    const { partition, request, mail } = handedOver();
    const { facts, later } = partition.take(answered("sent", request, "250 OK"));
    expect(later).to.deep.equal([]);
    expect(facts.map(({ type, topic }) => ({ type, topic }))).to.deep.equal([
      { type: "mail.sent", topic: "notices" },
    ]);
    expect(mail()).to.include({ state: "sent", attempts: 1, failure: undefined });
  });

  it("PAY-5: refused ends it at once, with the reason", () => {
    const { partition, request, mail } = handedOver();
    const { facts, later } = partition.take(answered("refused", request, "550 no such\r\n\u0000mailbox"));
    expect(later).to.deep.equal([]);
    expect(facts[0]?.data).to.include({ failure: "550 no such mailbox", template: "receipt" });
    expect(mail()).to.include({ state: "failed", failure: "550 no such mailbox" });
  });

  it("PAY-5: unknown hands the same mail over again, later each time, and gives up after the last attempt", () => {
    const { partition, request, mail } = handedOver();
    for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
      const { facts, later } = partition.take(answered("unknown", request, "451 later"));
      expect(facts).to.deep.equal([]);
      expect(deliveries(later)).to.deep.equal([request]);
      const ceilingMs = Math.min(BACK_OFF_FIRST_MS * 2 ** (attempt - 1), BACK_OFF_MAX_MS);
      expect((later[0]?.dueAtMs ?? 0) - partition.nowMs).to.be.within(1, ceilingMs);
      expect(mail()).to.include({ state: "pending", attempts: attempt + 1, failure: "451 later" });
    }
    const { facts, later } = partition.take(answered("unknown", request, "451 later"));
    expect(later).to.deep.equal([]);
    expect(facts.map(({ type }) => type)).to.deep.equal(["mail.failed"]);
    expect(mail()).to.include({ state: "failed", attempts: ATTEMPTS_MAX });
  });

  it("PAY-5: a mail that is sent after trouble keeps no reason", () => {
    const { partition, request, mail } = handedOver();
    partition.take(answered("unknown", request, "451 later"));
    partition.take(answered("sent", request));
    expect(mail()).to.include({ state: "sent", attempts: 2, failure: undefined });
  });

  it("PAY-5: an answer after the end changes nothing", () => {
    for (const end of ["sent", "refused"] as const) {
      const { partition, request } = handedOver();
      partition.take(answered(end, request));
      for (const late of ["sent", "refused", "unknown"] as const) {
        expect(partition.take(answered(late, request))).to.deep.include({
          facts: [],
          later: [],
          changed: [],
        });
      }
    }
  });

  it("EVT-4: an answer about a mail that nobody handed over is kept as a dead letter", () => {
    const { request } = handedOver();
    const stray = answered("sent", { ...request, mailId: newUuid() as UserId });
    expect(
      newMailer()
        .take(stray)
        .deadLetters.map(({ code }) => code),
    ).to.deep.equal(["handler_failed"]);
  });
});
