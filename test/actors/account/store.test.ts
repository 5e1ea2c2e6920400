import { expect } from "chai";
import { account } from "../../../actors/account/actor.ts";
import { type Account, type AccountEntity, type Book, newAccount } from "../../../actors/account/state.ts";
import { accountStore } from "../../../actors/account/store.ts";
import { chainHash, type Entry } from "../../../actors/ledger/entry.ts";
import type { StatedFact } from "../../../actors/runtime/actor.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { nextId, registered } from "../../support/said.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, type World } from "../../support/world.ts";
import {
  assigned,
  type BookOutcome,
  type BookScene,
  bookOf,
  completed,
  D1,
  D2,
  end,
  entriesOf,
  failed,
  isAccount,
  payoutsOf,
  popug,
  positives,
} from "./book.ts";

/** A partition with every kind of entry, accounts that never moved, two closes under way and held accounts. */
function lived(): { scene: BookScene; ids: UserId[]; outcomes: BookOutcome[] } {
  const ids = Array.from({ length: 7 }, popug).sort();
  const [a, b, c, d] = ids as [UserId, UserId, UserId, UserId];
  const scene = bookOf(2);
  scene.tell(registered({ id: popug(), role: "admin" }));
  const outcomes = ids.flatMap((id) => [scene.tell(assigned(id, 11)), scene.tell(completed(id, 31))]);
  end(scene);
  outcomes.push(...scene.settle());
  outcomes.push(scene.tell(failed(payoutsOf(...outcomes)[0] as never)), scene.tell(completed(b, 5, D2)));
  outcomes.push(scene.tell(completed(c, 7, D2)), scene.tell(assigned(d, 9, D2)));
  end(scene, 7);
  end(scene);
  outcomes.push(scene.tellDue() as BookOutcome);
  expect(a).to.not.equal(undefined);
  return { scene, ids, outcomes };
}

const stated = (outcomes: readonly BookOutcome[]): StatedFact[] =>
  outcomes.flatMap(({ facts }) => facts.map((fact) => ({ fact, id: nextId(), traceId: "" })));

const inOrder = (entities: readonly AccountEntity[]): AccountEntity[] =>
  [...entities].sort((a, b) => (a.key < b.key ? -1 : 1));
/** JSON has no undefined: a closing without its first piece has no `after` when it comes back. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the ledger's tables", function () {
  this.timeout(120_000);
  let world: World;
  const { scene, ids, outcomes } = lived();
  const rows = [...scene.saved.rows.values()];

  before(async () => {
    world = await newWorld();
    await saveBy(accountStore, world.pool, 1, rows, stated(outcomes));
  });
  after(() => world.end());

  it("G6: opening gives back the book, its closes and the house accounts, as they were saved, of this partition alone", async () => {
    const opened = await accountStore.open(world.pool, 1);
    expect(asJson(inOrder(opened))).to.deep.equal(asJson(inOrder(rows.filter((row) => !isAccount(row)))));
    expect((opened.find(({ key }) => key === "book") as Book).closings).to.have.length(2);
    expect(await accountStore.open(world.pool, 0)).to.deep.equal([]);
  });

  it("G6: loading gives back accounts as they were saved, one that never moved too; unknown ones give nothing", async () => {
    const accounts = rows.filter(isAccount);
    const keys = [...accounts.map(({ key }) => key), `account/${nextId()}`];
    expect(inOrder(await accountStore.load(world.pool, 1, keys))).to.deep.equal(inOrder(accounts));
    expect(accounts.some(({ lastDate }) => lastDate === undefined)).to.equal(true);
  });

  it("DAY-3: pages are those of the rule: positive, of the date or before, by id, beyond the last", async () => {
    for (const businessDate of [D1, D2]) {
      for (const after of [undefined, ...ids]) {
        for (const limit of [1, 2, 100]) {
          const request = { name: "positive", businessDate, after, limit };
          expect(await accountStore.page?.(world.pool, 1, request)).to.deep.equal(positives(rows, request));
          expect(await accountStore.page?.(world.pool, 0, request)).to.deep.equal([]);
        }
      }
    }
  });

  it("ACC-6 ACC-9: entries come back so that their chain can be computed again", async () => {
    const { rows: read } = await world.pool.query(
      `select account_id as "accountId", number, transfer_id as "transferId", kind, amount as "amountMinor",
              balance_after as "balanceAfterMinor", counter_account as "counterAccount", task_id as "taskId", title,
              jira_id as "jiraId", payout_id as "payoutId", business_date as "businessDate",
              occurred_at as "occurredAt", trace_id as "traceId", hash
         from entries order by account_id, number`,
    );
    const present = read.map(
      (row) =>
        Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Entry,
    );
    const byAccount = (a: Entry, b: Entry) =>
      a.accountId === b.accountId ? a.number - b.number : a.accountId < b.accountId ? -1 : 1;
    expect(present).to.deep.equal(entriesOf(...outcomes).sort(byAccount));
    let previous: Entry | undefined;
    for (const entry of present) {
      const { hash, ...said } = entry;
      expect(hash).to.equal(chainHash(previous?.accountId === entry.accountId ? previous.hash : "", said));
      previous = entry;
    }
  });

  it("ACC-5: an entry is never changed, deleted or booked twice", async () => {
    const failing = async (work: Promise<unknown>) =>
      work.then(
        () => "done",
        (error: Error) => error.message,
      );
    expect(await failing(world.pool.query("update entries set amount = 0"))).to.include("never changed");
    expect(await failing(world.pool.query("delete from entries"))).to.include("never changed");
    const again = await failing(saveBy(accountStore, world.pool, 1, [], stated(outcomes)));
    expect(again).to.include("duplicate key");
  });

  it("ACC-5: what is saved sums up to zero over all ledger accounts", async () => {
    const { rows: sums } = await world.pool.query<{ sum: string }>(
      "select ((select sum(balance) from accounts) + (select sum(balance) from house_accounts))::bigint as sum",
    );
    expect(Number(sums[0]?.sum)).to.equal(0);
  });

  it("G6: saving again replaces: balances, books and house accounts are as of the last commit", async () => {
    const [first] = rows.filter(isAccount) as [Account];
    const house: AccountEntity = { key: "house/fees", name: "house/fees", balanceMinor: minor(1) };
    const book = { ...(scene.saved.rows.get("book") as Book), closings: [] };
    const moved = { ...first, entries: 99, headHash: "f", lastDate: D2 } as Account;
    const other = await newWorld();
    try {
      await saveBy(accountStore, other.pool, 1, rows, []);
      await saveBy(accountStore, other.pool, 1, [moved, house, book], []);
      expect(await accountStore.load(other.pool, 1, [first.key])).to.deep.equal([moved]);
      expect(await accountStore.open(other.pool, 1)).to.deep.include.members([house, book]);
    } finally {
      await other.end();
    }
  });

  it("ACC-3: an account that was just opened is saved before its first entry", async () => {
    const opened = newAccount(popug());
    await saveBy(accountStore, world.pool, 0, [opened], []);
    expect(await accountStore.load(world.pool, 0, [opened.key])).to.deep.equal([opened]);
    expect(account.needs(registered({ id: opened.id, role: "employee" }))).to.deep.equal([opened.key]);
  });
});
