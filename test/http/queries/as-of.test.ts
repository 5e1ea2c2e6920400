/**
 * The past of accounts against a replay, on real Postgres: entries come in any order of their facts, some late, and every
 * question of the past is answered as folding them one by one answers it; so are the statements of a month.
 */
import { expect } from "chai";
import fc from "fast-check";
import { totalsOf } from "../../../documents/statement.ts";
import type { AccountResource } from "../../../http/queries/accounts.ts";
import { ENTRY_KINDS, type EntryKind } from "../../../http/queries/entries.ts";
import { rowsOf } from "../../../http/queries/statement.ts";
import type { UserId } from "../../../schemas/ids.ts";
import { caller, ReadClient } from "./client.ts";
import { useDatabase } from "./database.ts";
import { company, user } from "./rows.ts";

const PEOPLE = 8;
const ENTRIES_EACH = 60;
const QUESTIONS = 1_000;
const START_MS = Date.parse("2026-02-01T00:00:00Z");
const SPAN_MS = 60 * 86_400_000;

interface Posted {
  readonly account: UserId;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly occurredMs: number;
  readonly recordedMs: number;
}

describe("queries: the past of accounts", () => {
  const used = useDatabase();
  let people: UserId[];
  let posted: Posted[];

  beforeEach(async () => {
    await company(used.db, { firstDate: "2026-02-01", date: "2026-04-10" });
    people = [];
    for (let n = 0; n < PEOPLE; n++) people.push(await user(used.db, `Popug ${n}`));
    posted = fc.sample(fc.tuple(...people.map(historyOf)), { numRuns: 1, seed: 6 })[0]?.flat() ?? [];
    for (const account of people) await write(posted.filter((each) => each.account === account));
  });

  it("ACC-8: 1,000 random questions, effective and recorded, are answered as a replay answers them", async () => {
    const client = new ReadClient(used.db, "2026-05-01T00:00:00Z");
    const question = fc.record({
      account: fc.constantFrom(...people),
      atMs: fc.oneof(
        fc.integer({ min: START_MS - 86_400_000, max: START_MS + SPAN_MS + 86_400_000 }),
        fc.constantFrom(
          ...posted.flatMap(({ occurredMs, recordedMs }) => [occurredMs, recordedMs, recordedMs - 1]),
        ),
      ),
      basis: fc.constantFrom("effective", "recorded"),
    });
    for (const { account, atMs, basis } of fc.sample(question, { numRuns: QUESTIONS, seed: 8 })) {
      const at = new Date(atMs).toISOString();
      const path = `/accounts/${account}?at=${at}&basis=${basis}`;
      const { balanceMinor } = await client.get<AccountResource>(caller(account), path);
      const time = basis === "effective" ? "occurredMs" : "recordedMs";
      const own = posted.filter((each) => each.account === account && each[time] <= atMs);
      expect(balanceMinor, path).to.equal(own.reduce((sum, { amount }) => sum + amount, 0));
    }
  }).timeout(60_000);

  it("ACC-8: the statements of a month, of everybody, sum to what the ledger moved in it", async () => {
    const client = new ReadClient(used.db);
    let moved = 0;
    for (const account of people) {
      const { body } = await client.reply(caller(account), `/accounts/${account}/statement?month=2026-02`);
      const [, ...lines] = String(body).trim().split("\r\n");
      const amounts = lines
        .map((line) => line.split(",").slice(-5))
        .map(([amount, after]) => [Number(amount), Number(after)]);
      moved += amounts.reduce((sum, [amount = 0]) => sum + amount, 0);
      const { closingMinor } = totalsOf({
        ...({ company: {}, person: {}, asOf: "" } as never as Parameters<typeof totalsOf>[0]),
        month: "2026-02",
        openingMinor: 0 as never,
        lines: amounts.map(
          ([amountMinor, balanceAfterMinor], at) =>
            ({
              number: at + 1,
              kind: "fee",
              amountMinor,
              balanceAfterMinor,
              businessDate: "2026-02-01",
            }) as never,
        ),
      });
      expect(closingMinor).to.equal(amounts.at(-1)?.[1] ?? 0);
    }
    const text =
      "select sum(amount)::text as sum from entries where business_date between '2026-02-01' and '2026-02-28'";
    const [ledger] = await rowsOf<{ sum: string }>(used.db.reads, { text, values: [] });
    expect(String(moved)).to.equal(ledger?.sum);
  });

  /** Facts in the order they were posted: each recorded after the one before, and some happened long before that. */
  function historyOf(account: UserId): fc.Arbitrary<Posted[]> {
    const step = fc.record({
      kind: fc.constantFrom(...ENTRY_KINDS),
      amount: fc.integer({ min: -50, max: 50 }).filter((amount) => amount !== 0),
      afterMs: fc.integer({ min: 1, max: (2 * SPAN_MS) / ENTRIES_EACH }),
      lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * 86_400_000 })),
    });
    return fc.array(step, { minLength: ENTRIES_EACH, maxLength: ENTRIES_EACH }).map((steps) => {
      let recordedMs = START_MS;
      return steps.map(({ kind, amount, afterMs, lateMs }) => {
        recordedMs += afterMs;
        return { account, kind, amount, occurredMs: Math.max(START_MS, recordedMs - lateMs), recordedMs };
      });
    });
  }

  async function write(entries: readonly Posted[]): Promise<void> {
    let balance = 0;
    const after = entries.map(({ amount }) => (balance += amount));
    const times = (of: "occurredMs" | "recordedMs") =>
      entries.map((each) => new Date(each[of]).toISOString());
    await used.db.run(
      `insert into entries (account_id, number, transfer_id, kind, amount, balance_after, counter_account, partition,
                            business_date, occurred_at, recorded_at, trace_id, hash)
       select $1, number, gen_random_uuid(), kind, amount, after, 'house', 0, (recorded at time zone 'UTC')::date,
              occurred, recorded, '', ''
         from unnest($2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[])
              with ordinality as e(kind, amount, after, occurred, recorded, number)`,
      [
        entries[0]?.account,
        entries.map(({ kind }) => kind),
        entries.map(({ amount }) => amount),
        after,
        times("occurredMs"),
        times("recordedMs"),
      ],
    );
  }
});
