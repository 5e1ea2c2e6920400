import { expect } from "chai";
import fc from "fast-check";
import type { Envelope } from "../../../schemas/envelope.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { popug, totalsOf } from "./book.ts";
import { PARKED, ParkedBook } from "./parked-book.ts";

const PEOPLE = 4;

/** What the board says, and what befalls the partition meanwhile. */
type Step =
  | { readonly say: "fee" | "reward"; readonly who: number; readonly minor: number; readonly fails: boolean }
  | { readonly say: "barrier"; readonly fails: boolean }
  | { readonly meanwhile: "wait" | "settle" | "restart" | "cure one" | "replay one" | "batch ends" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      say: fc.constantFrom("fee" as const, "reward" as const),
      who: fc.nat(PEOPLE - 1),
      minor: fc.integer({ min: 10, max: 40 }),
      fails: fc.oneof(
        { weight: 5, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      say: fc.constant("barrier" as const),
      fails: fc.oneof(
        { weight: 7, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      meanwhile: fc.constantFrom(
        ...(["wait", "settle", "restart", "cure one", "replay one", "batch ends"] as const),
      ),
    }),
  },
);

class Telling {
  readonly book: ParkedBook;
  readonly #people: readonly UserId[];
  #batch: Envelope[] = [];

  constructor(people: readonly UserId[], lettersMax: number) {
    this.book = new ParkedBook({ lettersMax });
    this.#people = people;
  }

  async follow(steps: readonly Step[], isPoisoned: boolean): Promise<void> {
    for (const each of steps) {
      if ("say" in each) this.#say(each, isPoisoned);
      else await this.#meanwhile(each.meanwhile);
    }
    await this.#endBatch();
    this.book.poison.clear();
    for (const { id, state } of this.book.waiting()) if (state === "held") await this.book.ask(id, "replay");
    // A pause may be over before the one of the mailbox it depends on.
    for (let round = 0; round < 12; round++) await this.book.wait();
    for (const { id, state } of this.book.waiting()) if (state === "held") await this.book.ask(id, "replay");
    await this.book.wait();
  }

  /** The dates end until everything that is owed is paid. */
  async close(): Promise<void> {
    await this.book.tell(this.book.barrier());
    await this.book.settle();
  }

  #say(each: Extract<Step, { say: string }>, isPoisoned: boolean): void {
    const message =
      each.say === "barrier"
        ? this.book.barrier()
        : this.book[each.say](this.#people[each.who] as UserId, each.minor);
    if (isPoisoned && each.fails) this.book.poison.add(message.id);
    this.#batch.push(message);
  }

  async #meanwhile(what: Extract<Step, { meanwhile: string }>["meanwhile"]): Promise<void> {
    await this.#endBatch();
    const [first] = this.book.poison;
    switch (what) {
      case "wait":
        return this.book.wait();
      case "settle":
        return this.book.settle();
      case "restart":
        return this.book.restart();
      case "cure one":
        if (first !== undefined) this.book.poison.delete(first);
        return;
      case "replay one":
        return this.book.ask(this.book.waiting().at(-1)?.id ?? "", "replay");
      case "batch ends":
        return;
    }
  }

  async #endBatch(): Promise<void> {
    const batch = this.#batch.splice(0);
    if (batch.length > 0) await this.book.tell(...batch);
  }
}

const moves = (book: ParkedBook, id: UserId) =>
  book
    .entriesOf(id)
    .filter(({ kind }) => kind !== "payout")
    .map(({ kind, amountMinor, taskId }) => [kind, amountMinor, taskId]);
const net = (book: ParkedBook, id: UserId) =>
  book
    .entriesOf(id)
    .filter(({ kind }) => kind !== "payout")
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);

/** Whatever is said, and whatever befalls the partition. */
async function expectExact(steps: readonly Step[], lettersMax: number): Promise<void> {
  const people = Array.from({ length: PEOPLE }, popug);
  const telling = new Telling(people, lettersMax);
  const { book } = telling;
  await telling.follow(steps, true);
  expect(book.waiting(), "everything is level").to.deep.equal([]);
  const said = steps.flatMap((each) => ("say" in each && each.say !== "barrier" ? [each] : []));
  for (const [who, id] of people.entries()) {
    const own = said.filter((each) => each.who === who);
    const expected = own.map(({ say, minor }) => [say, say === "fee" ? -minor : minor]);
    expect(moves(book, id).map(([kind, amount]) => [kind, amount])).to.deep.equal(expected);
  }
  await telling.close();
  await telling.close();
  for (const id of people) {
    const paid = book
      .entriesOf(id)
      .reduce((sum, { kind, amountMinor }) => sum - (kind === "payout" ? amountMinor : 0), 0);
    expect(paid + book.balanceOf(id), "paid and owed").to.equal(net(book, id));
    expect(book.balanceOf(id), "nothing is left unpaid").to.be.at.most(0);
  }
  expect(book.sum).to.equal(0);
  expectCloses(book);
}

function expectCloses(book: ParkedBook): void {
  const dates = book.closes.map(({ businessDate }) => businessDate);
  expect(dates, "in order, each once").to.deep.equal([...new Set(dates)].sort());
  for (const { businessDate, posted, payouts, payoutsMinor, heldAccounts } of book.closes) {
    const paid = book.entries.filter(
      (entry) => entry.kind === "payout" && entry.businessDate === businessDate,
    );
    expect(posted, businessDate).to.deep.equal(totalsOf(book.entries, businessDate));
    expect(payouts, businessDate).to.equal(paid.length);
    expect(payoutsMinor, businessDate).to.equal(paid.reduce((sum, { amountMinor }) => sum - amountMinor, 0));
    expect(
      heldAccounts.filter(({ reason }) => reason !== PARKED),
      "no mismatch",
    ).to.deep.equal([]);
    const held = new Set(heldAccounts.map(({ userId }) => userId as string));
    expect(held.size, "each listed once").to.equal(heldAccounts.length);
    expect(
      paid.filter(({ accountId }) => held.has(accountId)),
      "who is held is not paid",
    ).to.deep.equal([]);
  }
}

describe("a parked account in any order of events", function () {
  this.timeout(120_000);

  it("G8 DAY-3 DAY-4 ACC-4: every entry once, in order; every close proved; everything paid in the end; nobody both held and paid", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        expectExact,
      ),
      { numRuns: Number(process.env.PARKED_RUNS ?? 400), seed: 20_260_601 },
    );
  });
});
