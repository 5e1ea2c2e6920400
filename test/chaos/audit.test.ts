/** The chaos run's auditor finds what is wrong: each test breaks one thing of a book that is right. */
import { expect } from "chai";
import { auditAccount, type Entry, type Payout } from "./audit-account.ts";
import { Books, type Task } from "./books.ts";

const [FIRST, SECOND] = ["2027-03-26", "2027-03-27"] as const;
const entry = (
  number: number,
  kind: string,
  amountMinor: number,
  after: number,
  businessDate: string,
): Entry => ({
  ...{ number, kind, amountMinor, balanceAfterMinor: after, businessDate, taskId: null },
});

const ENTRIES: readonly Entry[] = [
  entry(1, "fee", -10, -10, FIRST),
  entry(2, "reward", 40, 30, FIRST),
  entry(3, "payout", -30, 0, FIRST),
  entry(4, "fee", -12, -12, SECOND),
];
const PAYOUTS: readonly Payout[] = [{ userId: "u", businessDate: FIRST, amountMinor: 30, state: "settled" }];
const DATES = [FIRST, SECOND];

describe("the audit of an account", () => {
  it("finds nothing in a book that is right", () => {
    expect(auditAccount(ENTRIES, -12, DATES, PAYOUTS)).to.deep.equal([]);
  });

  it("finds a lost entry, a doubled one and a wrong balance", () => {
    expect(auditAccount(ENTRIES.slice(1), -12, DATES, PAYOUTS)).to.not.deep.equal([]);
    expect(auditAccount([...ENTRIES, entry(4, "fee", -12, -24, SECOND)], -24, DATES, PAYOUTS)).to.have.length(
      1,
    );
    expect(auditAccount(ENTRIES, -11, DATES, PAYOUTS)).to.deep.equal(["the balance is -11, expected -12"]);
  });

  it("finds a payout that is missing, doubled, too small, or of a day that is not closed", () => {
    const [payout] = PAYOUTS as [Payout];
    expect(auditAccount(ENTRIES, -12, DATES, [])).to.have.length(1);
    expect(auditAccount(ENTRIES, -12, DATES, [payout, payout])).to.have.length(1);
    expect(auditAccount(ENTRIES, -12, DATES, [{ ...payout, amountMinor: 29 }])).to.have.length(1);
    expect(
      auditAccount(ENTRIES, -12, DATES, [payout, { ...payout, businessDate: "2027-03-28" }]),
    ).to.have.length(1);
  });

  it("finds a positive balance that a closed day did not pay", () => {
    const unpaid = [entry(1, "reward", 40, 40, FIRST)];
    expect(auditAccount(unpaid, 40, [FIRST], [])).to.have.length(1);
    expect(auditAccount(unpaid, 40, [], [])).to.deep.equal([]);
  });
});

describe("the client's books", () => {
  const task = (id: string, title: string, assignee: string, status = "open"): Task => ({
    ...{ id, title, status, assignee: { id: assignee }, feeMinor: 10, rewardMinor: 20 },
  });

  it("take the same answer twice, and contradict another one", () => {
    const books = new Books();
    const title = books.newTitle();
    books.created(task("1", title, "ara"));
    books.created(task("1", title, "ara"));
    expect(books.contradictions).to.deep.equal([]);
    books.created(task("2", title, "ara"));
    expect(books.contradictions).to.deep.equal([`"${title}" was created twice, the second time as 2`]);
  });

  it("contradict a second completion by somebody else", () => {
    const books = new Books();
    books.created(task("1", books.newTitle(), "ara"));
    books.completed(task("1", "Chaos 1", "ara", "done"));
    books.completed(task("1", "Chaos 1", "kea", "done"));
    expect(books.contradictions).to.deep.equal(["task 1 was completed by ara, and then by kea"]);
  });
});
