import { expect } from "chai";
import { nextDate } from "../../../schemas/business-date.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { D1, D2, D3, D4, popug } from "./book.ts";
import { PARKED, ParkedBook } from "./parked-book.ts";

const DIFFER = "control_totals_differ";
const amounts = (book: ParkedBook, id: UserId) => book.entriesOf(id).map(({ amountMinor }) => amountMinor);
const heldOn = (book: ParkedBook, date: string) =>
  book.closes.find(({ businessDate }) => businessDate === date)?.heldAccounts ?? [];
const paidOn = (book: ParkedBook, date: string) =>
  book.entries
    .filter(({ kind, businessDate }) => kind === "payout" && businessDate === date)
    .map(({ accountId, amountMinor }) => [accountId, -amountMinor]);

describe("a parked account and its day", () => {
  const hold = (userId: UserId, reason = PARKED) => ({ userId, reason });

  it("G8: what comes after the message that fails waits in order, and is booked in order after the fix, also by another owner", async () => {
    const book = new ParkedBook();
    const id = popug();
    const bad = book.poisoned(book.fee(id, 11));
    await book.tell(book.fee(id, 10), bad, book.reward(id, 30));
    await book.tell(book.fee(id, 12));
    book.restart();
    await book.tell(book.fee(id, 13));
    expect(amounts(book, id)).to.deep.equal([-10]);
    book.poison.clear();
    await book.wait();
    expect(amounts(book, id)).to.deep.equal([-10, -11, 30, -12, -13]);
    expect(book.waiting()).to.deep.equal([]);
    expect(book.sum).to.equal(0);
  });

  it("DAY-4: is held as mailbox_parked and not paid; everybody else is; the date is closed and its totals are proved", async () => {
    const book = new ParkedBook();
    const [a, b, c] = [popug(), popug(), popug()];
    await book.tell(book.reward(a, 30), book.reward(b, 20), book.reward(c, 25));
    await book.tell(book.poisoned(book.fee(a, 10)), book.reward(a, 40));
    await book.tell(book.barrier());
    await book.settle();
    expect(heldOn(book, D1)).to.deep.equal([hold(a)]);
    expect(paidOn(book, D1)).to.have.deep.members([
      [b, 20],
      [c, 25],
    ]);
    expect(book.balanceOf(a)).to.equal(30);
  });

  it("DAY-4 DAY-6: its entries are booked on the open date as late, and paid by the next close, whose totals are proved, too", async () => {
    const book = new ParkedBook();
    const [a, b] = [popug(), popug()];
    await book.tell(book.reward(a, 30), book.poisoned(book.fee(a, 10)), book.reward(a, 40));
    await book.tell(book.barrier());
    await book.settle();
    await book.tell(book.reward(b, 20), book.fee(a, 15));
    book.poison.clear();
    await book.wait();
    expect(
      book.entriesOf(a).map(({ amountMinor, businessDate, lateOf }) => [amountMinor, businessDate, lateOf]),
    ).to.deep.equal([
      [30, D1, undefined],
      [-10, D2, D1],
      [40, D2, D1],
      [-15, D2, undefined],
    ]);
    await book.tell(book.barrier());
    await book.settle();
    expect(heldOn(book, D2)).to.deep.equal([]);
    expect(paidOn(book, D2)).to.have.deep.members([
      [a, 45],
      [b, 20],
    ]);
    expect(book.sum).to.equal(0);
  });

  it("DAY-4: parked over two closes it is held by both, and both are proved; a second poison of the later date holds it again", async () => {
    const book = new ParkedBook();
    const [a, b] = [popug(), popug()];
    const first = book.poisoned(book.reward(a, 30));
    await book.tell(first, book.reward(b, 20), book.barrier());
    await book.settle();
    const second = book.poisoned(book.fee(a, 12));
    await book.tell(book.reward(b, 20), second, book.reward(a, 22));
    book.poison.delete(first.id);
    await book.wait(); // the first is booked on D2, the second fails now
    expect(amounts(book, a)).to.deep.equal([30]);
    await book.tell(book.barrier());
    await book.settle();
    expect([heldOn(book, D1), heldOn(book, D2)]).to.deep.equal([[hold(a)], [hold(a)]]);
    expect(paidOn(book, D2)).to.deep.equal([[b, 20]]);
    book.poison.clear();
    await book.wait();
    await book.tell(book.barrier());
    await book.settle();
    expect(heldOn(book, D3)).to.deep.equal([]);
    expect(paidOn(book, D3)).to.deep.equal([[a, 40]]);
  });

  it("DAY-4: tried again before the close it is nobody's case: paid with the others, and proved", async () => {
    const book = new ParkedBook();
    const [a, b] = [popug(), popug()];
    await book.tell(book.poisoned(book.reward(a, 30)), book.reward(b, 20));
    book.poison.clear();
    await book.wait();
    await book.tell(book.barrier());
    await book.settle();
    expect(heldOn(book, D1)).to.deep.equal([]);
    expect(paidOn(book, D1)).to.have.deep.members([
      [a, 30],
      [b, 20],
    ]);
  });

  for (const [lost, what] of [
    ["fee", "a fee that is lost"],
    ["reward", "a reward that is lost"],
  ] as const) {
    it(`DAY-4: ${what} is still found while something else of the same kind waits`, async () => {
      const book = new ParkedBook();
      const [a, b] = [popug(), popug()];
      await book.tell(book.reward(b, 20), book.poisoned(book[lost](a, 15)));
      book[lost](b, 13); // sent, and never here
      await book.tell(book.barrier());
      await book.settle();
      expect(heldOn(book, D1)).to.have.deep.members([hold(a), hold(b, DIFFER)]);
      expect(paidOn(book, D1)).to.deep.equal([]);
    });
  }

  it("DAY-4: a sum that is too big is found although something waits: what is missing only makes it smaller", async () => {
    const book = new ParkedBook();
    const [a, b] = [popug(), popug()];
    const wrong = book.reward(b, 20);
    const data = { ...wrong.data, rewardMinor: 90 };
    await book.tell({ ...wrong, data } as typeof wrong, book.poisoned(book.reward(a, 15)), book.barrier());
    await book.settle();
    expect(heldOn(book, D1)).to.have.deep.members([hold(a), hold(b, DIFFER)]);
  });

  it("DAY-4: what a stranger says and nobody can book makes no mismatch, whether it waits at the close or was dropped", async () => {
    for (const isDropped of [true, false]) {
      const book = new ParkedBook();
      const [a, b] = [popug(), popug()];
      await book.tell(book.reward(b, 20), book.forged(a));
      expect(book.waiting()).to.have.length(1);
      if (isDropped) await book.ask(book.waiting()[0]?.id ?? "", "drop");
      await book.tell(book.barrier());
      await book.settle();
      expect(heldOn(book, D1)).to.deep.equal(isDropped ? [] : [hold(a)]);
      expect(paidOn(book, D1)).to.deep.equal([[b, 20]]);
    }
  });

  it("DAY-4 G8: a mailbox whose name is nobody's id, parked by a stranger, does not stop the close", async () => {
    const book = new ParkedBook();
    const b = popug();
    await book.tell(book.reward(b, 20), book.forged(b, "nobody"));
    expect(book.waiting().map(({ actor }) => actor)).to.deep.equal(["account/nobody"]);
    await book.tell(book.barrier());
    await book.settle();
    expect(heldOn(book, D1)).to.deep.equal([]);
    expect(paidOn(book, D1)).to.deep.equal([[b, 20]]);
  });

  it("G8 DAY-2: a barrier that waits: the facts of the next date wait, too, and afterwards both dates close and are proved", async () => {
    const book = new ParkedBook();
    const [a, b, c] = [popug(), popug(), popug()];
    await book.tell(book.reward(a, 30), book.reward(b, 20));
    const barrier = book.poisoned(book.barrier());
    await book.tell(barrier);
    await book.tell(book.reward(a, 25), book.fee(c, 12));
    await book.tell(book.reward(b, 21));
    expect(book.entries).to.have.length(2);
    book.poison.clear();
    await book.wait();
    await book.wait();
    expect(book.waiting()).to.deep.equal([]);
    await book.tell(book.fee(a, 10), book.barrier());
    await book.settle();
    const closes = book.closes.map(({ businessDate, heldAccounts }) => [businessDate, heldAccounts]);
    const names = (heldOn(book, D1) as { userId: string; reason: string }[]).map(({ reason }) => reason);
    expect(
      names.every((reason) => reason === PARKED),
      JSON.stringify(closes),
    ).to.equal(true);
    expect(heldOn(book, D2)).to.deep.equal([]);
    expect([a, b, c].map((id) => book.balanceOf(id))).to.deep.equal([0, 0, -12]);
    expect(book.sum).to.equal(0);
  });

  it("DAY-5: a close that fails half-way goes on where it was, and pays once, while the next date is ended", async () => {
    const book = new ParkedBook({ pieceAccounts: 1 });
    const ids = [popug(), popug(), popug(), popug()];
    await book.tell(...ids.map((id) => book.reward(id, 30)));
    await book.tell(book.barrier());
    const [piece] = book.due();
    book.poison.add(JSON.parse(piece?.envelope ?? "{}").id);
    await book.settle();
    expect(book.waiting().map(({ actor }) => actor)).to.deep.equal(["book"]);
    await book.tell(book.reward(ids[0] as UserId, 5));
    await book.tell(book.barrier());
    book.poison.clear();
    await book.wait();
    expect(book.closes.map(({ businessDate, payouts }) => [businessDate, payouts])).to.deep.equal([
      [D1, 4],
      [D2, 1],
    ]);
    expect(book.sum).to.equal(0);
    expect(ids.map((id) => book.balanceOf(id))).to.deep.equal([0, 0, 0, 0]);
  });

  it("DAY-4: an account that is parked, tried and parked again around the barriers of a week is paid all of it in the end", async () => {
    const book = new ParkedBook();
    const [a, b] = [popug(), popug()];
    let poison = book.poisoned(book.reward(a, 7));
    await book.tell(poison);
    for (let day = 0; day < 7; day++) {
      await book.tell(book.reward(b, 20), book.barrier());
      await book.settle();
      const next = book.poisoned(book.reward(a, 7));
      await book.tell(next);
      book.poison.delete(poison.id);
      await book.wait();
      poison = next;
    }
    book.poison.clear();
    await book.wait();
    await book.tell(book.barrier());
    await book.settle();
    expect(
      book.closes.flatMap(({ heldAccounts }) => heldAccounts).every(({ reason }) => reason === PARKED),
    ).to.equal(true);
    expect(paidOn(book, nextDate(nextDate(nextDate(nextDate(D4)))))).to.deep.equal([[a, 56]]);
  });
});
