import { expect } from "chai";
import fc from "fast-check";
import type { Board } from "../../../actors/task-board/state.ts";
import { type BusinessDate, endOfDateMs, plusDays } from "../../../schemas/business-date.ts";
import type { LedgerEntryPostedV2, PayoutRequestedV1 } from "../../../schemas/generated/messages.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { partitionOf } from "../../../streams/partition.ts";
import type { Sender } from "../../support/client.ts";
import { COMPANY, command, FIRST_DATE, person } from "../../support/said.ts";
import { bookIn, failed, sumOf } from "../account/book.ts";
import { people } from "../task-board/board.ts";
import { Auditor, sealsFrom } from "./auditor.ts";
import { type Happened, type Lies, Town } from "./town.ts";

const manager = person("manager");
const accountant = person("accountant");

const WHAT = [
  ...[
    "create",
    "create",
    "create",
    "complete",
    "complete",
    "complete",
    "press",
    "close",
    "cut-off",
    "payout fails",
  ],
  ...[
    "deliver",
    "deliver",
    "deliver",
    "deliver",
    "redeliver",
    "early",
    "lost",
    "due",
    "due",
    "crash",
    "lost due",
  ],
] as const;

const step = fc.record({ what: fc.constantFrom(...WHAT), a: fc.nat(1_000), b: fc.nat(6) });
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Which of the first dates' barriers lie, per partition. */
const liesOf =
  (mask: readonly boolean[]): Lies =>
  (date, partition) => {
    const days = Temporal.PlainDate.from(FIRST_DATE).until(Temporal.PlainDate.from(date)).days;
    return mask[days * COMPANY.partitions + partition] ?? false;
  };

class Run {
  readonly town: Town;
  readonly auditor: Auditor;
  readonly #people: readonly Sender[] = people(5);
  #heard = 0;
  #returned = new Set<string>();

  constructor(lies: Lies) {
    this.town = new Town(this.#people, lies);
    this.auditor = new Auditor(lies);
  }

  take(steps: readonly Step[]): void {
    for (const each of steps) {
      this.#do(each);
      this.#listen();
      for (const book of this.town.books) expect(sumOf(book)).to.equal(0);
    }
  }

  /** Everything delivered, every date closed, the open one too. */
  end(): { dates: BusinessDate[]; open: BusinessDate } {
    this.#close();
    this.town.drain();
    this.#listen();
    const open = this.#boardDate();
    const dates: BusinessDate[] = [];
    for (let date = FIRST_DATE; date < open; date = plusDays(date, 1)) dates.push(date);
    return { dates, open };
  }

  #listen(): void {
    for (; this.#heard < this.town.log.length; this.#heard++)
      this.auditor.hear(this.town.log[this.#heard] as Happened);
  }

  #boardDate(): BusinessDate {
    return (this.town.board.saved.rows.get("board") as Board | undefined)?.businessDate ?? FIRST_DATE;
  }

  /** Closes and cut-offs are rare, so that dates have something in them. */
  #do({ what, a, b }: Step): void {
    const { town } = this;
    const worker = town.workers[a % town.workers.length] as string;
    const actions: Record<Step["what"], () => unknown> = {
      create: () => town.tell("board", command("task.create", { title: "Feed the parrots" }, manager)),
      complete: () => this.#complete(a),
      press: () => town.tell("board", command("tasks.shuffle", {}, manager)),
      close: () => b === 0 && this.#close(),
      "cut-off": () => b === 0 && this.#passCutOff(),
      "payout fails": () => this.#failPayout(a),
      deliver: () => town.deliver(a, 1 + b),
      redeliver: () => town.deliver(a, b % 2, 1 + b),
      early: () => town.deliverEarly(a),
      lost: () => town.deliver(a, 1 + b, 0, true),
      due: () => town.tellDue(worker),
      crash: () => town.crash(worker),
      "lost due": () => town.loseDue(worker),
    };
    actions[what]();
  }

  #complete(a: number): void {
    const task = this.town.board.state.openTasks(a % 12, 1_000, 1)[0];
    if (task === undefined) return;
    this.town.tell(
      "board",
      command("task.complete", { taskId: task.id }, { id: task.assigneeId, role: "employee" }),
    );
  }

  #close(): void {
    this.town.tell("board", command("day.close", { businessDate: this.#boardDate() }, accountant));
  }

  /** The board hears of it with its next message; the account partitions only by the barrier. */
  #passCutOff(): void {
    const nowMs = Math.max(this.town.board.nowMs, endOfDateMs(this.#boardDate(), COMPANY));
    for (const scene of [this.town.board, this.town.day, ...this.town.books]) scene.nowMs = nowMs;
  }

  #failPayout(a: number): void {
    const open = payoutsOf(this.town.log).filter(({ payoutId }) => !this.#returned.has(payoutId));
    const payout = open[a % Math.max(open.length, 1)];
    if (payout === undefined) return;
    this.#returned.add(payout.payoutId);
    const partition = partitionOf(payout.accountId, COMPANY.partitions);
    const book = this.town.books[partition];
    if (book === undefined) throw new Error("no such partition");
    this.auditor.hearReturn(payout.accountId, bookIn(book).businessDate, payout.amountMinor);
    const message = failed(payout);
    this.town.tell(`account/${partition}`, message);
    this.town.tell(`account/${partition}`, message);
  }
}

const entriesOf = (log: readonly Happened[]): LedgerEntryPostedV2[] =>
  log.flatMap(({ fact }) => (fact.type === "ledger.entry-posted" ? [fact.data] : []));
const payoutsOf = (log: readonly Happened[]): PayoutRequestedV1[] =>
  log.flatMap(({ fact }) => (fact.type === "payout.requested" ? [fact.data] : []));

function expectAudited(run: Run): void {
  const { dates, open } = run.end();
  const { log, books } = run.town;
  const { days, balances } = run.auditor.audit(dates);
  const entries = entriesOf(log);
  const requested = payoutsOf(log);
  const closed = log.flatMap(({ fact }) => (fact.type === "day.closed" ? [fact.data] : []));

  expect(
    closed.map(({ businessDate }) => businessDate),
    "sealed once each, in order",
  ).to.deep.equal(dates);
  expect(
    closed.map(({ sealHash }) => sealHash),
    "seals",
  ).to.deep.equal(sealsFrom(entries, dates));
  for (const [i, { date, payouts, held, fees, rewards }] of days.entries()) {
    const of = requested.filter(({ businessDate }) => businessDate === date);
    expect(Object.fromEntries(of.map((each) => [each.accountId, each.amountMinor])), date).to.deep.equal(
      payouts,
    );
    expect(of, `${date}: one payout per account`).to.have.length(Object.keys(payouts).length);
    const parts = log.flatMap(({ fact }) =>
      fact.type === "day.partition-closed" && fact.data.businessDate === date ? [fact.data] : [],
    );
    const listed = parts.flatMap(({ heldAccounts }) => heldAccounts.map(({ userId }) => userId as string));
    expect(listed.sort(), `${date}: held`).to.deep.equal(held);
    const total = Object.values(payouts).reduce((sum, amount) => sum + amount, 0);
    expect(closed[i], date).to.deep.include({ payouts: of.length, payoutsMinor: total });
    expect(closed[i]?.totals, date).to.include({ feesMinor: fees, rewardsMinor: rewards });
  }
  for (const [user, balance] of Object.entries(balances)) {
    const book = books[partitionOf(user, COMPANY.partitions)];
    expect(book?.saved.rows.get(`account/${user}`), user).to.include({ balanceMinor: balance });
  }
  for (const { breakdown, amountMinor } of requested) {
    const { carriedMinor, feesMinor, rewardsMinor, otherMinor } = breakdown;
    expect(carriedMinor - feesMinor + rewardsMinor + otherMinor).to.equal(amountMinor);
  }
  expectNothingLate(log);
  expectOneFeeEach(log);
  for (const book of books)
    expect(bookIn(book)).to.include({ businessDate: open }).and.deep.include({ closings: [] });
}

/** DAY-6: after a partition has closed a date, nothing of it is dated on it or before. */
function expectNothingLate(log: readonly Happened[]): void {
  const closedUpTo = new Map<string, string>();
  const lastOf = new Map<UserId, string>();
  for (const { where, fact } of log) {
    if (fact.type === "day.partition-closed") closedUpTo.set(where, fact.data.businessDate);
    if (fact.type !== "ledger.entry-posted") continue;
    const { accountId, businessDate } = fact.data;
    expect(businessDate > (closedUpTo.get(where) ?? ""), `${where}: an entry of ${businessDate}`).to.equal(
      true,
    );
    expect(businessDate >= (lastOf.get(accountId) ?? ""), "an account's dates only go forward").to.equal(
      true,
    );
    lastOf.set(accountId, businessDate);
  }
}

/** ACC-4: fees of a task = its assignments; at most one reward, to who completed it. */
function expectOneFeeEach(log: readonly Happened[]): void {
  const moved = (type: string) =>
    log.flatMap(({ fact }) =>
      fact.type === type ? [fact.data as { taskId: string; assigneeId: string }] : [],
    );
  const key = (entry: { taskId?: string; assigneeId?: string; accountId?: string }) =>
    `${entry.taskId} ${entry.assigneeId ?? entry.accountId}`;
  for (const [type, kind] of [
    ["task.assigned", "fee"],
    ["task.completed", "reward"],
  ] as const) {
    const booked = entriesOf(log).filter((entry) => entry.kind === kind);
    expect(booked.map(key).sort()).to.deep.equal(moved(type).map(key).sort());
  }
  const rewarded = moved("task.completed").map(({ taskId }) => taskId);
  expect(new Set(rewarded).size).to.equal(rewarded.length);
}

const steps = fc.array(step, { minLength: 60, maxLength: 160 });

describe("the close, against an auditor's own books", function () {
  this.timeout(120_000);

  it("DAY-2 DAY-3 DAY-5 DAY-6: whatever comes late, twice, too early or dies half-way, each day pays its barrier's positive balances", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const run = new Run(() => false);
        run.take(all);
        expectAudited(run);
      }),
      { numRuns: 60 },
    );
  });

  it("DAY-4 DAY-6: where totals differ, who moved is held and listed, and the rest is paid", () => {
    fc.assert(
      fc.property(steps, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (all, mask) => {
        const run = new Run(liesOf(mask));
        run.take(all);
        expectAudited(run);
      }),
      { numRuns: 60 },
    );
  });
});
