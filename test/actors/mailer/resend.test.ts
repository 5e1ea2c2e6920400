import { expect } from "chai";
import { mailer } from "../../../actors/mailer/actor.ts";
import { type Mail, mailKey, wordsKey } from "../../../actors/mailer/state.ts";
import type { MailAnsweredV2, MailDeliverV2 } from "../../../schemas/generated/messages.ts";
import { newUuid, type UserId } from "../../../schemas/ids.ts";
import { receiptId } from "../../../schemas/receipt-id.ts";
import { message, OnePartition, type Outcome } from "../payment/one-partition.ts";
import { changed, registered, settled } from "./people.ts";

const requestOf = ({ later }: Pick<Outcome<unknown>, "later">): MailDeliverV2 | undefined =>
  later.flatMap(({ gateway, envelope }) => (gateway === "mail" ? [envelope.data as MailDeliverV2] : []))[0];

function paid() {
  const partition = new OnePartition(mailer);
  const person = registered();
  const payout = settled(person.data.userId);
  partition.take(person);
  const first = requestOf(partition.take(payout)) as MailDeliverV2;
  const mail = () => partition.rows.get(mailKey(receiptId(payout.data.payoutId))) as Mail;
  const answer = (outcome: MailAnsweredV2["outcome"], { mailId, ...words }: MailDeliverV2) =>
    partition.take(message("mail.answered", { mailId, outcome, mail: words }));
  const askAgain = () =>
    message("receipt.resend-asked", {
      payoutId: payout.data.payoutId,
      accountId: payout.data.accountId,
      by: newUuid() as UserId,
      occurredAt: "2026-10-06T08:00:00.000Z",
    });
  return { partition, person, first, mail, answer, askAgain };
}

describe("a receipt that is asked for again", () => {
  it("PAY-5: is the same mail, whatever has become of its person since, under a Message-ID of its own", () => {
    const { partition, person, first, mail, answer, askAgain } = paid();
    answer("sent", first);
    partition.take(changed(person, { locale: "ru", name: "Somebody else", receipt: false }));
    const again = requestOf(partition.take(askAgain())) as MailDeliverV2;
    expect({ ...again, messageId: "" }).to.deep.equal({ ...first, messageId: "" });
    expect(again.messageId)
      .to.match(/^<[0-9a-f-]{36}@ates.local>$/)
      .and.not.equal(first.messageId);
    expect(mail()).to.include({ state: "pending", attempts: 1, recipient: first.to });
    expect(answer("sent", again).facts.map(({ type }) => type)).to.deep.equal(["mail.sent"]);
    expect(mail()).to.include({ state: "sent", failure: undefined });
  });

  it("PAY-5: one that failed for good begins anew, with all its attempts, and may fail again", () => {
    const { partition, first, mail, answer, askAgain } = paid();
    answer("refused", first);
    expect(mail()).to.include({ state: "failed", attempts: 1 });
    const again = requestOf(partition.take(askAgain())) as MailDeliverV2;
    const retried = requestOf(answer("unknown", again)) as MailDeliverV2;
    expect(retried).to.deep.equal(again);
    expect(mail()).to.include({ state: "pending", attempts: 2 });
    expect(answer("refused", retried).facts.map(({ type }) => type)).to.deep.equal(["mail.failed"]);
  });

  it("PAY-5: while it is on its way nothing is sent beside it; the same asking again sends nothing", () => {
    const { partition, first, answer, askAgain } = paid();
    expect(partition.take(askAgain())).to.deep.include({ facts: [], later: [], changed: [] });
    answer("sent", first);
    const asked = askAgain();
    const again = requestOf(partition.take(asked));
    expect(again).to.not.equal(undefined);
    expect(partition.take(asked).later).to.deep.equal([]);
  });

  it("PAY-5: without a mail, or without its words, nothing is made up", () => {
    const { partition, first, mail, answer, askAgain } = paid();
    answer("sent", first);
    partition.rows.delete(wordsKey(mail().id));
    expect(partition.take(askAgain())).to.deep.include({ facts: [], later: [], changed: [] });
    expect(new OnePartition(mailer).take(askAgain())).to.deep.include({ facts: [], later: [] });
  });
});
