/** What each actor kind's store keeps of entities: what is always hot, what is found by key and by page, what is refused. */
import { expect } from "chai";
import { newAccount } from "../../../actors/account/state.ts";
import { ALL_MAILS } from "../../../actors/directory/state.ts";
import type { StatedFact } from "../../../actors/runtime/actor.ts";
import type { Entity } from "../../../actors/runtime/entities.ts";
import { fact } from "../../../actors/runtime/fact.ts";
import { DataRefused } from "../../../actors/runtime/store.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { LedgerEntryPostedV2 } from "../../../schemas/generated/messages.ts";
import type { PayoutId, TaskId, UserId, Uuid } from "../../../schemas/ids.ts";
import { type Minor, minor } from "../../../schemas/money.ts";
import type { Kind } from "../../../streams/topology.ts";
import { failure, newId, type StoreUnderTest, taken, writes } from "./under-test.ts";

const D1 = "2026-06-01" as BusinessDate;
const D2 = "2026-06-02" as BusinessDate;
const AT = "2026-06-01T10:00:00.123Z";
const TOTALS = { fees: 1, feesMinor: minor(12), rewards: 0, rewardsMinor: minor(0) };

const user = (email: string, changes: object = {}) => {
  const id = newId() as UserId;
  const person = { name: "Popug", role: "employee", active: true, locale: "en", notifications: ALL_MAILS };
  return { key: `user/${id}`, id, email, ...person, createdAt: AT, changedAt: AT, ...changes };
};
const task = (number: number, changes: object = {}) => {
  const id = newId() as TaskId;
  const words = { title: "Water the palm", jiraId: undefined, description: undefined, status: "open" };
  const prices = { feeMinor: minor(12), rewardMinor: minor(30), assignments: 1, version: 1 };
  const people = { assigneeId: newId(), formerIds: [newId(), newId()], createdBy: newId() };
  const times = { createdAt: AT, assignedAt: AT, completedAt: undefined };
  const dates = { createdDate: D1, completedDate: undefined };
  return { key: `task/${id}`, id, number, ...words, ...people, ...prices, ...times, ...dates, ...changes };
};
const account = (id: string, balance: number, lastDate: BusinessDate | undefined) => {
  return {
    ...newAccount(id as UserId),
    balanceMinor: minor(balance),
    entries: 2,
    headHash: "head",
    lastDate,
  };
};
const payout = (changes: object = {}) => {
  const id = newId() as PayoutId;
  const breakdown = {
    carriedMinor: minor(0),
    fees: 0,
    feesMinor: minor(0),
    rewards: 1,
    rewardsMinor: minor(30),
    otherMinor: minor(0),
  };
  const due = { accountId: newId() as UserId, businessDate: D1, amountMinor: minor(30), breakdown };
  return {
    key: `payout/${id}`,
    id,
    ...due,
    payee: undefined,
    state: "submitted",
    attempts: 1,
    failure: undefined,
    provider: undefined,
    settledAt: undefined,
    steps: [{ at: AT, what: "requested" }],
    updatedAt: AT,
    ...changes,
  };
};
const mail = (changes: object = {}) => {
  const id = newId();
  const words = {
    template: "receipt",
    recipient: undefined,
    subject: "",
    state: "pending",
    attempts: 0,
    failure: undefined,
  };
  return {
    key: `mail/${id}`,
    id,
    userId: newId(),
    ...words,
    businessDate: D1,
    createdAt: AT,
    updatedAt: AT,
    ...changes,
  };
};
const day = (businessDate: BusinessDate, state: "closing" | "closed", changes: object = {}) => {
  const open = {
    sent: undefined,
    endedAt: undefined,
    partitions: [],
    sealHash: undefined,
    closedAt: undefined,
  };
  return { key: `day/${businessDate}`, businessDate, state, ...open, ...changes };
};
const entry = (accountId: Uuid, number: number): StatedFact => {
  const data = {
    ...{ transferId: newId(), accountId, number, kind: "fee", amountMinor: -12, balanceAfterMinor: -12 },
    ...{ counterAccount: "house/fees", businessDate: D1, occurredAt: AT, traceId: "trace", hash: "hash" },
  } as unknown as LedgerEntryPostedV2;
  return {
    fact: fact("ledger.entry-posted", `account/${accountId}`, accountId, data),
    id: newId(),
    traceId: "trace",
  };
};

/** Rows have no order of their own, and JSON columns know no `undefined`. */
const rows = (entities: readonly unknown[]): unknown[] =>
  (JSON.parse(JSON.stringify(entities)) as Entity[]).sort((a, b) => (a.key < b.key ? -1 : 1));

type Kept = ReturnType<typeof keeper>;

export function entityContract(under: () => StoreUnderTest): void {
  const kept = keeper(under);
  directoryKeeps(kept);
  boardKeeps(kept);
  accountKeeps(kept);
  dayCloseKeeps(kept);
  paymentKeeps(kept);
  mailerKeeps(kept);
  analyticsKeeps(kept);
}

/** Saved by one owner, and read by it. */
function keeper(under: () => StoreUnderTest) {
  return async (
    kind: Kind,
    partition: number,
    changed: readonly object[],
    facts: readonly StatedFact[] = [],
  ) => {
    const lease = await taken(under(), kind, partition);
    const store = under().store(newId());
    await store.commit(lease, writes({ changed: changed as Entity[], facts }));
    return {
      save: (more: readonly object[], said: readonly StatedFact[] = []) =>
        store.commit(lease, writes({ changed: more as Entity[], facts: said })),
      hot: async () => rows((await store.open(lease)).entities),
      load: async (...keys: string[]) => rows(await store.load(lease, keys)),
      page: async (after: string | undefined, limit: number) =>
        await store.page(lease, { name: "positive", businessDate: D1, after, limit }),
      other: async (other: number) => rows((await store.open(await taken(under(), kind, other))).entities),
      refuses: async (work: Promise<unknown>) => expect(await failure(work)).to.be.instanceOf(DataRefused),
    };
  };
}

function directoryKeeps(kept: Kept): void {
  it("directory: admins are hot; people are found by id and by address, and keep both", async () => {
    const admin = user("root@x.y", { role: "admin", active: false });
    const popug = user("popug@x.y");
    const address = (of: typeof popug) => ({ key: `email/${of.email}`, userId: of.id });
    const credential = { key: `credential/${popug.id}`, userId: popug.id, passwordHash: "hash" };
    const { hot, load, save, refuses } = await kept("directory", 0, [
      admin,
      popug,
      address(popug),
      credential,
    ]);
    expect(await hot()).to.deep.equal(rows([admin]));
    expect(await load(popug.key)).to.deep.equal(rows([popug, address(popug)]));
    expect(await load(`email/${popug.email}`, `user/${newId()}`)).to.deep.equal(
      rows([popug, address(popug)]),
    );
    await save([{ ...popug, name: "Other", email: "other@x.y", createdAt: "2027-01-01T00:00:00.000Z" }]);
    expect(await load(popug.key)).to.deep.equal(rows([{ ...popug, name: "Other" }, address(popug)]));
    await refuses(save([user("popug@x.y")]));
    await refuses(load("user/nobody"));
  });
}

function boardKeeps(kept: Kept): void {
  it("task-board: the board, people and living tasks are hot; a task keeps its number and prices", async () => {
    const board = {
      key: "board",
      businessDate: D2,
      lastNumber: 3,
      totals: [TOTALS, TOTALS],
      weights: [3, 0],
      shuffles: [],
      imports: [],
    };
    const id = newId();
    const person = { key: `person/${id}`, id, name: "Popug", role: "employee", active: true };
    const [open, begun, done] = [
      task(1),
      task(2, { status: "in-progress", jiraId: "BEAK-7" }),
      task(3, { status: "done", completedAt: AT }),
    ];
    const { hot, load, save, refuses } = await kept("task-board", 0, [board, person, begun, open, done]);
    expect(await hot()).to.deep.equal(rows([board, person, open, begun]));
    expect(await load(done.key, open.key, person.key, `task/${newId()}`)).to.deep.equal(rows([open, done]));
    await save([
      { ...board, lastNumber: 4 },
      { ...open, status: "cancelled", number: 9, feeMinor: minor(1), rewardMinor: minor(1), version: 2 },
    ]);
    expect(await hot()).to.deep.equal(rows([{ ...board, lastNumber: 4 }, person, begun]));
    expect(await load(open.key)).to.deep.equal(rows([{ ...open, status: "cancelled", version: 2 }]));
    await refuses(save([task(2)]));
    await refuses(save([task(8), task(8)]));
  });
}

function accountKeeps(kept: Kept): void {
  it("account: the book and the house accounts of a partition are hot; accounts come by key, or positive in pages", async () => {
    const closing = {
      businessDate: D1,
      posted: TOTALS,
      mismatch: false,
      after: newId(),
      payouts: 1,
      payoutsMinor: minor(5),
      held: [],
    };
    const book = {
      key: "book",
      businessDate: D2,
      posted: TOTALS,
      weight: 7,
      late: TOTALS,
      waiting: { fees: 1, rewards: 2 },
      closings: [closing],
    };
    const house = { key: "house/fees", name: "house/fees", balanceMinor: minor(-7) };
    const [a, b, c, d, e] = Array.from({ length: 5 }, newId).sort() as [Uuid, Uuid, Uuid, Uuid, Uuid];
    const accounts = [
      account(c, 30, D1),
      account(a, 10, D1),
      account(b, 0, D1),
      account(d, 40, D2),
      account(e, 50, D1),
    ];
    const { hot, load, page, other, save, refuses } = await kept(
      "account",
      1,
      [book, house, ...accounts],
      [entry(a, 1)],
    );
    expect(await hot()).to.deep.equal(rows([book, house]));
    expect(await other(0)).to.deep.equal([]);
    expect(await load(`account/${d}`, `account/${newId()}`)).to.deep.equal(rows([accounts[3]]));
    const keys = async (after: string | undefined, limit: number) =>
      (await page(after, limit)).map(({ key }) => key);
    expect(await keys(undefined, 2)).to.deep.equal([`account/${a}`, `account/${c}`]);
    expect(await keys(c, 9)).to.deep.equal([`account/${e}`]);
    expect(rows(await page(c, 1))).to.deep.equal(rows([accounts[4]]));
    await save([{ ...house, balanceMinor: minor(-9) }, account(a, 0, D2)], [entry(a, 2)]);
    expect(await hot()).to.deep.equal(rows([book, { ...house, balanceMinor: minor(-9) }]));
    expect(await keys(undefined, 1)).to.deep.equal([`account/${c}`]);
    await refuses(save([account(a, 99, D2)], [entry(a, 2)]));
    await refuses(save([], [entry(b, 1), entry(b, 1)]));
    expect(await keys(undefined, 1)).to.deep.equal([`account/${c}`]);
    await refuses(load("account/nobody"));
  });
}

function dayCloseKeeps(kept: Kept): void {
  it("day-close: the newest seal is hot; days come by their date", async () => {
    const sealed = { sent: TOTALS, endedAt: AT, closedAt: AT };
    const [first, second, third] = [
      day(D1, "closed", { ...sealed, sealHash: "one" }),
      day(D2, "closed", { ...sealed, sealHash: "two" }),
      day("2026-06-03" as BusinessDate, "closing"),
    ];
    const { hot, load, refuses } = await kept("day-close", 0, [
      second,
      first,
      third,
      { key: "last-seal", sealHash: "two" },
    ]);
    expect(await hot()).to.deep.equal([{ key: "last-seal", sealHash: "two" }]);
    expect(await load(first.key, third.key, "day/2026-06-09")).to.deep.equal(rows([first, third]));
    await refuses(load("day/someday"));
  });
}

function paymentKeeps(kept: Kept): void {
  it("payment: a payout keeps whom, when and how much; there is one per person and date (PAY-1)", async () => {
    const first = payout();
    const { hot, load, save, refuses } = await kept("payment", 0, [first]);
    expect(await hot()).to.deep.equal([]);
    const ended = { provider: "http", settledAt: AT, steps: [...first.steps, { at: AT, what: "settled" }] };
    const settled = { ...first, state: "settled", attempts: 2, failure: "late", ...ended };
    const bank = { iban: "DE89370400440532013000", holder: "Popug" };
    await save([{ ...settled, amountMinor: minor(31), businessDate: D2, payee: bank }]);
    expect(await load(first.key, `payout/${newId()}`)).to.deep.equal(rows([settled]));
    await refuses(save([payout({ accountId: first.accountId })]));
    await refuses(save([payout({ amountMinor: minor(0) })]));
    await save([payout({ accountId: first.accountId, businessDate: D2, payee: bank })]);
    const payee = { key: `payee/${first.accountId}`, accountId: first.accountId, ...bank, changedAt: AT };
    await save([payee]);
    await save([{ ...payee, holder: "Popug Popugov" }]);
    expect(await load(payee.key)).to.deep.equal(rows([{ ...payee, holder: "Popug Popugov" }]));
  });
}

function mailerKeeps(kept: Kept): void {
  it("mailer: people and mails come by key; a mail keeps whose it is", async () => {
    const id = newId();
    const person = {
      key: `person/${id}`,
      id,
      email: "p@x.y",
      name: "Popug",
      locale: "ru",
      active: true,
      notifications: ALL_MAILS,
    };
    const waiting = mail();
    const { hot, load, save } = await kept("mailer", 0, [person, waiting]);
    expect(await hot()).to.deep.equal([]);
    expect(await load(person.key, waiting.key)).to.deep.equal(rows([person, waiting]));
    const sent = { ...waiting, recipient: "p@x.y", subject: "Receipt", state: "sent", attempts: 1 };
    await save([
      { ...sent, userId: newId(), businessDate: D2 },
      { ...person, active: false },
    ]);
    expect(await load(waiting.key, person.key)).to.deep.equal(rows([sent, { ...person, active: false }]));
  });
}

function analyticsKeeps(kept: Kept): void {
  it("analytics: each partition has its income by date; nothing else is read back", async () => {
    const income = (fees: number) => ({
      key: `income/${D1}`,
      incomeDate: D1,
      feesMinor: minor(fees),
      rewardsMinor: 0 as Minor,
    });
    const accountId = newId() as UserId;
    const balance = {
      key: `balance/${accountId}/${D1}`,
      accountId,
      businessDate: D1,
      balanceMinor: minor(3),
    };
    const person = { key: `person/${accountId}`, id: accountId, name: "Popug" };
    const first = await kept("analytics", 0, [income(1), balance, person]);
    const second = await kept("analytics", 1, [income(2)]);
    expect(await first.load(`income/${D1}`, balance.key, person.key)).to.deep.equal(rows([income(1)]));
    expect(await second.load(`income/${D1}`)).to.deep.equal(rows([income(2)]));
    await second.save([income(3)]);
    expect(await second.load(`income/${D1}`, `income/${D2}`)).to.deep.equal(rows([income(3)]));
    expect(await second.hot()).to.deep.equal([]);
  });
}
