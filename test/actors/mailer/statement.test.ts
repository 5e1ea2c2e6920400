import { expect } from "chai";
import { mailer } from "../../../actors/mailer/actor.ts";
import { type Mail, type MailerEntity, type MailerState, mailKey } from "../../../actors/mailer/state.ts";
import type { MailDeliverV2 } from "../../../schemas/generated/messages.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { statementId } from "../../../schemas/receipt-id.ts";
import { Scene } from "../../support/given.ts";
import { heard, nextId } from "../../support/said.ts";
import { changed, registered } from "./people.ts";

const MONTH = "2026-05";

class Story {
  readonly scene = new Scene<MailerEntity, MailerState>(mailer);
  readonly person = registered();
  readonly userId = this.person.data.userId;

  end(): void {
    this.scene.tell(heard("month.ended", { month: MONTH, occurredAt: "2026-06-01T00:00:05.000Z" }));
  }

  /** What the books answer to the call that waits. */
  list(userIds: UserId[], next?: UserId): void {
    const [call] = this.calls("statements");
    if (call === undefined) throw new Error("the books are not asked");
    this.scene.saved.later.delete(call.id);
    const data = { month: MONTH, userIds, ...(next === undefined ? {} : { next }) };
    this.scene.tell(heard("statement.listed", data));
    this.scene.settle();
  }

  calls(gateway: string) {
    return [...this.scene.saved.later.values()].filter((row) => row.gateway === gateway);
  }

  get mails(): MailDeliverV2[] {
    return this.calls("mail").map(({ envelope }) => JSON.parse(envelope).data);
  }

  get stored(): Mail | undefined {
    return this.scene.saved.rows.get(mailKey(statementId(this.userId, MONTH))) as Mail | undefined;
  }

  answer(outcome: "sent" | "refused"): void {
    const [{ mailId, ...mail } = undefined as never] = this.mails;
    for (const { id } of this.calls("mail")) this.scene.saved.later.delete(id);
    this.scene.tell(heard("mail.answered", { mailId, outcome, mail }));
  }
}

describe("a month's statements", () => {
  it("PAY-4: whoever the books name is sent one, with the paper that it names; page by page", () => {
    const story = new Story();
    story.scene.tell(story.person);
    story.end();
    const asked = () => JSON.parse(story.calls("statements")[0]?.envelope ?? "{}").data;
    expect(asked()).to.deep.equal({ month: MONTH, partition: 0 });
    story.list([story.userId], story.userId);
    expect(asked()).to.deep.equal({ month: MONTH, partition: 0, after: story.userId });
    story.list([]);
    expect(story.calls("statements")).to.deep.equal([]);
    const [mail] = story.mails;
    expect(mail).to.include({ subject: "Your statement for May 2026", to: "kea@test.local" });
    expect(mail?.statement).to.deep.include({
      userId: story.userId,
      month: MONTH,
      name: "Kea Parrot",
      locale: "en",
    });
    story.answer("sent");
    expect(story.stored).to.include({ state: "sent", template: "statement", businessDate: "2026-05-31" });
  });

  it("PAY-4 DAY-5: the month ended again, or the books answered again, mails nobody twice", () => {
    const story = new Story();
    story.scene.tell(story.person);
    for (const isSent of [false, true]) {
      story.end();
      story.list([story.userId, story.userId]);
      if (!isSent) expect(story.mails).to.have.length(1);
      if (!isSent) story.answer("sent");
    }
    expect(story.mails).to.deep.equal([]);
  });

  it("NOT-2 PAY-4: who wants none gets none, and no row; in the language that the person has chosen", () => {
    const story = new Story();
    story.scene.tell(story.person);
    const { notifications } = story.person.data;
    const none = changed(story.person, { locale: "ru" });
    story.scene.tell({
      ...none,
      data: { ...none.data, notifications: { ...notifications, statement: false } },
    });
    story.end();
    story.list([story.userId]);
    expect([story.mails, story.stored]).to.deep.equal([[], undefined]);
    story.scene.tell(changed(story.person, { locale: "ru" }));
    story.end();
    story.list([story.userId]);
    expect(story.mails[0]?.subject).to.equal("Ваша выписка за май 2026 г.");
  });

  it("PAY-4: a person who has not arrived yet is looked for, and sent one when they are there", () => {
    const story = new Story();
    story.end();
    story.list([story.userId]);
    expect(story.stored).to.include({ state: "pending", recipient: undefined });
    story.scene.tell(story.person);
    story.scene.nowMs += 1_000;
    story.scene.settle();
    expect(story.mails).to.have.length(1);
  });

  it("PAY-5: asked for again it is the same mail with the same paper, whatever the person is called since", () => {
    const story = new Story();
    story.scene.tell(story.person);
    story.end();
    story.list([story.userId]);
    const [first] = story.mails;
    story.answer("refused");
    expect(story.stored).to.include({ state: "failed" });
    story.scene.tell(changed(story.person, { name: "Another" }));
    const { userId } = story;
    const mailId = statementId(userId, MONTH);
    const asked = { mailId, userId, by: nextId() as UserId, occurredAt: "2026-06-02T00:00:00.000Z" };
    story.scene.tell(heard("mail.resend-asked", asked));
    const [again] = story.mails;
    expect({ ...again, messageId: "" }).to.deep.equal({ ...first, messageId: "" });
    expect(again?.messageId).to.not.equal(first?.messageId);
  });
});
