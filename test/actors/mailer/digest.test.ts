import { expect } from "chai";
import { mailer } from "../../../actors/mailer/actor.ts";
import { GATHERED_MAX_MS, LISTED_MAX, NEWS_MAX_MS } from "../../../actors/mailer/digest.ts";
import { type Mail, type MailerEntity, MailerState } from "../../../actors/mailer/state.ts";
import type { MailAnsweredV2, MailDeliverV2, TaskAssignedV2 } from "../../../schemas/generated/messages.ts";
import type { TaskId, UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { Scene } from "../../support/given.ts";
import { FIRST_DATE, heard, nextId } from "../../support/said.ts";
import { changed, registered } from "./people.ts";

const QUIET_MS = new MailerState().quietMs;

class Story {
  readonly scene = new Scene<MailerEntity, MailerState>(mailer);
  readonly person = registered();
  #number = 0;

  constructor() {
    this.scene.tell(this.person);
  }

  assign(change: Partial<TaskAssignedV2> = {}): void {
    this.#number += 1;
    const occurredAt = new Date(this.scene.nowMs).toISOString();
    const data: TaskAssignedV2 = {
      taskId: nextId() as TaskId,
      number: this.#number,
      title: `Task ${this.#number}`,
      assigneeId: this.person.data.userId,
      feeMinor: minor(12),
      rewardMinor: minor(34),
      by: nextId() as UserId,
      businessDate: FIRST_DATE,
      occurredAt,
      assignment: 1,
      ...change,
    };
    this.scene.tell(heard("task.assigned", data));
  }

  pass(ms: number): void {
    this.scene.nowMs += ms;
    this.scene.settle();
  }

  get mails(): MailDeliverV2[] {
    const rows = [...this.scene.saved.later.values()].filter(({ gateway }) => gateway === "mail");
    return rows.map(({ envelope }) => JSON.parse(envelope).data);
  }

  get stored(): Mail[] {
    return [...this.scene.saved.rows.values()].filter((each): each is Mail => "recipient" in each);
  }

  answer(outcome: MailAnsweredV2["outcome"]): void {
    const [{ mailId, ...mail } = undefined as never] = this.mails;
    this.scene.saved.later.clear();
    this.scene.tell(heard("mail.answered", { mailId, outcome, detail: "said so", mail }));
  }
}

describe("what people are newly assigned", () => {
  it("NOT-2: is one mail however much a shuffle assigns, with each task and its prices; the next begins anew", () => {
    const story = new Story();
    for (let at = 0; at < 3; at++) story.assign({ jiraId: "UBERPOP-7" });
    story.assign({ title: "Feed <b>the\nparrots</b>" });
    story.pass(QUIET_MS - 1);
    expect(story.mails).to.deep.equal([]);
    story.pass(1);
    const [mail] = story.mails;
    expect(story.mails).to.have.length(1);
    expect(mail).to.include({ subject: "4 tasks assigned to you", to: "kea@test.local" });
    expect(mail?.text).to.contain("#1 UBERPOP-7 Task 1\n  fee −$0.12, reward +$0.34");
    expect(mail?.text).to.contain("#4 Feed <b>the parrots</b>");
    expect(mail?.html).to.contain("#4 Feed &lt;b&gt;the parrots&lt;/b&gt;");
    story.answer("sent");
    expect(story.stored.map(({ state, template }) => [state, template])).to.deep.equal([
      ["sent", "assigned"],
    ]);
    story.pass(1_000);
    story.assign();
    story.pass(QUIET_MS);
    expect(story.mails.map(({ subject }) => subject)).to.deep.equal(["1 task assigned to you"]);
  });

  it("NOT-2: goes on gathering while more comes, but not for ever; of many the last are listed, all are counted", () => {
    const story = new Story();
    const begunMs = story.scene.nowMs;
    let count = 0;
    while (story.mails.length === 0) {
      story.assign();
      count += 1;
      story.pass(1_000);
    }
    expect(story.scene.nowMs - begunMs).to.equal(GATHERED_MAX_MS);
    expect(count).to.be.above(LISTED_MAX);
    const [mail] = story.mails;
    expect(mail?.subject).to.equal(`${count} tasks assigned to you`);
    expect(mail?.text)
      .to.contain(`and ${count - LISTED_MAX} more`)
      .and.to.contain(`#${count} `);
    expect(mail?.text).to.not.contain("#1 Task");
  });

  it("NOT-2: nobody is told of what is older than five minutes, however late it arrives or is sent", () => {
    const story = new Story();
    const before = new Date(story.scene.nowMs - NEWS_MAX_MS - 1).toISOString();
    story.assign({ occurredAt: before });
    expect(story.scene.saved.later.size).to.equal(0);
    story.assign();
    story.pass(NEWS_MAX_MS + 1); // the mailer was away
    expect(story.mails).to.deep.equal([]);
    expect(story.stored).to.deep.equal([]);
    const just = new Date(story.scene.nowMs - NEWS_MAX_MS + QUIET_MS + 1_000).toISOString();
    story.assign({ title: "Nearly old", occurredAt: just });
    story.assign({ title: "New" });
    story.pass(QUIET_MS);
    const [mail] = story.mails;
    expect(mail?.notAfter).to.equal(new Date(Date.parse(just) + NEWS_MAX_MS).toISOString());
    expect(Date.parse(mail?.notAfter ?? "") - story.scene.nowMs).to.equal(1_000);
  });

  it("NOT-2: a mail server that is away is asked again only while it is news; then the mail has failed, and says so", () => {
    const story = new Story();
    story.assign();
    story.pass(QUIET_MS);
    const asked: number[] = [];
    while (story.mails.length > 0) {
      asked.push(story.scene.nowMs);
      const [next] = [...story.scene.saved.later.values()].filter(({ gateway }) => gateway === "mail");
      story.scene.nowMs = Math.max(story.scene.nowMs, next?.dueAtMs ?? 0);
      story.answer("unknown");
    }
    expect(asked.length).to.be.above(3);
    expect(story.stored[0]).to.include({ state: "failed", failure: "said so" });
    const late = new Story();
    late.assign();
    late.pass(QUIET_MS);
    late.answer("late");
    expect(late.stored[0]).to.include({ state: "failed" });
  });

  it("NOT-2: who wants none, is disabled, or unknown is sent none, also when they say so meanwhile", () => {
    const unwanted = changed(new Story().person, {});
    const none = { ...unwanted.data, notifications: { ...unwanted.data.notifications, assigned: false } };
    for (const when of ["before", "meanwhile"]) {
      const story = new Story();
      const change = heard("user.profile-changed", { ...none, userId: story.person.data.userId });
      if (when === "before") story.scene.tell(change);
      story.assign();
      if (when === "meanwhile") story.scene.tell(change);
      story.pass(QUIET_MS);
      expect(story.mails, when).to.deep.equal([]);
    }
    const gone = new Story();
    gone.assign({ assigneeId: nextId() as UserId });
    gone.assign();
    const { userId } = gone.person.data;
    gone.scene.tell(heard("user.disabled", { userId, occurredAt: new Date(gone.scene.nowMs).toISOString() }));
    gone.pass(QUIET_MS);
    expect(gone.mails).to.deep.equal([]);
  });

  it("NOT-2: is written in the person's language, and its plurals are right", () => {
    const subjects = [1, 2, 5, 21].map((count) => {
      const story = new Story();
      story.scene.tell(changed(story.person, { locale: "ru" }));
      for (let at = 0; at < count; at++) story.assign();
      story.pass(QUIET_MS);
      return story.mails[0]?.subject;
    });
    expect(subjects).to.deep.equal([
      "Вам назначено: 1 задача",
      "Вам назначено: 2 задачи",
      "Вам назначено: 5 задач",
      "Вам назначено: 21 задача",
    ]);
  });

  it("NOT-2 G7: the same facts again, after a crash too, are not told twice", () => {
    const story = new Story();
    story.assign();
    story.scene.crash();
    story.scene.nowMs += QUIET_MS;
    const [due] = story.scene.due();
    if (due === undefined) throw new Error("nothing is due");
    const rehearsed = story.scene.rehearseLater(due);
    story.scene.settle();
    expect(rehearsed.later.map(({ id }) => id)).to.deep.equal([...story.scene.saved.later.keys()]);
    expect(story.mails).to.have.length(1);
  });

  it("NOT-1: the maker of a webhook that was disabled is told where, since when and why", () => {
    const story = new Story();
    story.scene.tell(
      heard("webhook.disabled", {
        webhookId: nextId(),
        url: "https://hooks.example/in?x=<1>",
        ownerId: story.person.data.userId,
        failingSince: "2026-05-27T08:00:00.000Z",
        failure: "500: <no>",
        occurredAt: "2026-06-01T08:00:00.000Z",
      }),
    );
    const [mail] = story.mails;
    expect(mail?.subject).to.equal("A webhook was disabled: hooks.example");
    expect(mail?.text).to.contain("since May 27, 2026").and.to.contain("https://hooks.example/in?x=<1>");
    expect(mail?.html).to.contain("500: &lt;no&gt;");
  });
});
