import { expect } from "chai";
import { runCheck } from "../../ops/verify/check.ts";
import { hashesChain } from "../../ops/verify/entries.ts";
import { type Finding, lineOf } from "../../ops/verify/finding.ts";
import { Reader } from "../../ops/verify/reader.ts";
import { CHECKS, verifyLedger } from "../../ops/verify/verify-ledger.ts";
import { newUuid } from "../../schemas/ids.ts";
import { ADMIN } from "../support/client.ts";
import { newWorld, type World } from "../support/world.ts";
import { copyOf, Forger, type Row, takenBack } from "./forger.ts";
import { makeTraffic, type Traffic } from "./traffic.ts";

/** One byte of an entry, whichever kind it is. */
const BYTES = [
  "hash = overlay(hash placing case when right(hash, 1) = '0' then '1' else '0' end from 64)",
  "amount = amount + 1",
  "balance_after = balance_after # 1",
  "trace_id = overlay(trace_id placing case when left(trace_id, 1) = '0' then '1' else '0' end from 1 for 1)",
  "occurred_at = occurred_at + interval '1 millisecond'",
  "business_date = business_date + 1",
  "counter_account = left(counter_account, -1)",
  "title = coalesce(title, '') || '.'",
  "transfer_id = overlay(transfer_id::text placing case when right(transfer_id::text, 1) = '0' then '1' else '0' end from 36)::uuid",
];

const brokenOf = (found: readonly Finding[]) => found.filter(({ verdict }) => verdict !== "ok");

describe("verification of the ledger", function () {
  this.timeout(120_000);
  let world: World;
  let traffic: Traffic;
  /** Checks that some forgery below has broken: in the end all of them. */
  const seenBroken = new Set<string>();

  before(async () => {
    world = await newWorld();
    traffic = await makeTraffic(world);
  });
  after(() => world.end());

  /** Forges, and expects exactly these checks to break, each naming what it is given. Then nothing has been. */
  async function forge(work: (forger: Forger) => Promise<Record<string, string>>): Promise<Finding[]> {
    let found: Finding[] = [];
    await takenBack(world, async (pool) => {
      const expected = await work(new Forger(pool));
      found = brokenOf(await verifyLedger(pool, world.company));
      expect(
        found.map(({ check }) => check),
        found.map(lineOf).join("\n"),
      ).to.deep.equal(Object.keys(expected));
      for (const { check, first } of found) expect(first, check).to.include(expected[check]);
      for (const { check } of found) seenBroken.add(check);
    });
    return found;
  }

  /** An entry in the middle of its account and of its date: nothing but the chain knows its balance. */
  const middle = (kind: string) => `
    select e.* from entries e where kind = '${kind}' and number > 1 and exists (
      select from entries later where later.account_id = e.account_id and later.number = e.number + 1 and later.business_date = e.business_date)
     order by account_id, number`;
  const nameOf = ({ number, account_id }: Row) => `entry ${number} of account ${account_id}`;
  const payoutOfLastDay = `select e.* from entries e join days d using (business_date)
    where e.kind = 'payout' and d.business_date = (select max(business_date) from days) order by account_id`;

  it("OPS-3: after two closed days with moves, debts and a payout that came back, every check holds", async () => {
    const found = await verifyLedger(world.pool, world.company);
    expect(brokenOf(found).map(lineOf)).to.deep.equal([]);
    expect(found.map(({ check }) => check)).to.deep.equal(CHECKS.map(({ id }) => id));
    const empty = found.filter(({ size, check }) => size === 0 && check !== "6a").map(lineOf);
    expect(empty, "checks that looked at nothing").to.deep.equal([]);
    expect(lineOf(found[0] as Finding)).to.match(
      /^ok 1a the sum of all ledger accounts is zero \(\d+ ledger accounts\)$/,
    );
  });

  describe("invariant 1, the book", () => {
    it("ACC-5 INV-1: money made on a house account breaks the zero sum of its partition", async () => {
      await forge(async (forger) => {
        const { partition } = await forger.one(
          "update house_accounts set balance = balance + 1 where name = 'house/fees' and partition = (select min(partition) from house_accounts) returning partition",
        );
        return { "1a": `partition ${partition} sum to 1`, "1c": `house/fees of partition ${partition}` };
      });
    });

    it("ACC-5 INV-1: an account that does not count its entries is named", async () => {
      await forge(async (forger) => {
        const id = traffic.debtor.id;
        await forger.run("update accounts set entries = entries + 1 where id = $1", [id]);
        return { "1b": `account ${id} counts` };
      });
    });

    it("ACC-5 ACC-9 INV-1: entries cut off at the end of a chain are missed by their account", async () => {
      await forge(async (forger) => {
        const id = traffic.debtor.id;
        await forger.entries(
          "delete from entries e using accounts a where a.id = $1 and e.account_id = a.id and e.number = a.entries",
          [id],
        );
        await forger.launder();
        const { entries } = await forger.one(
          "update accounts set entries = entries + 1 where id = $1 returning entries - 1 as entries",
          [id],
        );
        const found = brokenOf(await verifyAgain(forger));
        expect(found.map(({ check }) => check)).to.include.members(["1b", "2a", "2b", "3g"]);
        return {
          "1b": `account ${id} counts ${Number(entries) + 1} entries and has ${entries}`,
          ...firsts(found, "2a", "2b", "3g"),
        };
      });
    });

    it("ACC-5 INV-1: money moved between two house accounts is named, though the sum stays zero", async () => {
      await forge(async (forger) => {
        const { partition } = await forger.one(
          "select partition from house_accounts where name in ('house/fees', 'house/rewards') group by partition having count(*) = 2 order by 1 limit 1",
        );
        await forger.run(
          "update house_accounts set balance = balance + case name when 'house/fees' then 5 else -5 end where partition = $1 and name in ('house/fees', 'house/rewards')",
          [partition],
        );
        return { "1c": `house/fees of partition ${partition}` };
      });
    });

    it("ACC-6 INV-1: a balance that does not follow from the one before is named, although its hash was made anew", async () => {
      await forge(async (forger) => {
        const entry = await forger.one(middle("fee"));
        await forger.entries(
          "update entries set balance_after = balance_after + 1 where account_id = $1 and number = $2",
          [entry.account_id, entry.number],
        );
        await forger.rehash();
        return { "1d": `${nameOf(entry)} goes from` };
      });
    });

    it("ACC-9 INV-1: one changed word in an entry's title breaks the chain there", async () => {
      const found = await forge(async (forger) => {
        const entry = await forger.one(middle("reward"));
        await forger.entries(
          "update entries set title = title || '!' where account_id = $1 and number = $2",
          [entry.account_id, entry.number],
        );
        return { "1e": `${nameOf(entry)} has the hash` };
      });
      expect(found[0]?.broken, "one row, not all that follow").to.equal(1);
    });

    it("ACC-9 INV-1: of several broken rows the first one is named", async () => {
      const found = await forge(async (forger) => {
        await forger.entries(
          "update entries set trace_id = repeat('0', 32) where account_id = $1 and number in (3, 7, 11)",
          [traffic.debtor.id],
        );
        return { "1e": `entry 3 of account ${traffic.debtor.id}` };
      });
      expect(found.map(lineOf)[0]).to.match(/^BROKEN 1e .*: entry 3 of account .*, and 2 more \(/);
    });

    it("ACC-9 INV-1: one byte changed in each of 100 random entries: every one of them is named", async () => {
      await takenBack(world, async (pool) => {
        const forger = new Forger(pool);
        await forger.run("alter table entries disable trigger entries_are_final");
        const rows = await forger.run("select * from entries order by random() limit 100");
        expect(rows).to.have.length(100);
        for (const [at, { account_id, number }] of rows.entries()) {
          const change = BYTES[at % BYTES.length];
          await forger.run(`update entries set ${change} where account_id = $1 and number = $2`, [
            account_id,
            number,
          ]);
        }
        const { named = [] } = await runCheck(hashesChain, new Reader(pool), world.company);
        for (const row of rows) {
          expect(
            named.filter((each) => each.startsWith(`${nameOf(row)} has the hash`)),
            nameOf(row),
          ).to.have.length(1);
        }
        // A changed hash breaks the link after it, too.
        expect(named.length).to.be.within(100, 100 + Math.ceil(100 / BYTES.length));
      });
    });

    it("ACC-5 INV-5: an entry by hand that nobody approved is named, and an approved one that is not booked", async () => {
      await forge(async (forger) => {
        await forger.run("update corrections set state = 'proposed', decided_by = null where kind = 'bonus'");
        return { "1i": "which is proposed" };
      });
      await forge(async (forger) => {
        const { id } = await forger.one("select * from corrections where kind = 'correction'");
        await forger.run("update corrections set state = 'approved', decided_by = $1 where id = $2", [
          newUuid(),
          id,
        ]);
        return { "1i": `correction ${id} of account` };
      });
    });

    it("JOB-1 ACC-5: a bonus of a schedule that is booked otherwise than granted is named, and one that is not booked", async () => {
      await forge(async (forger) => {
        const { id } = await forger.one("update schedule_bonuses set amount = 6 returning *");
        const { account_id } = await forger.one(`select * from entries where transfer_id = '${id}'`);
        return { "1j": `of account ${account_id} is a bonus of 5, granted were 6` };
      });
      await forge(async (forger) => {
        await forger.run(
          "insert into schedule_bonuses select gen_random_uuid(), schedule_id, account_id, amount, granted_at from schedule_bonuses",
        );
        return { "1j": "is granted and not booked" };
      });
    });

    it("JOB-1 ACC-5 EVT-4: a letter that does not say of which bonus or correction it is hides none that is missing", async () => {
      await forge(async (forger) => {
        await forger.run(
          `insert into dead_letters (id, kind, partition, topic, actor, type, code, reason, state, envelope)
           select gen_random_uuid(), 'account', 0, topic, 'account/x', type, 'handler_failed', 'forged', 'dead', '{"data": {}}'
             from (values ('users', 'correction.approved'), ('schedules', 'bonus.granted')) as of (topic, type)`,
        );
        await forger.run(
          "update corrections set state = 'approved', decided_by = $1 where kind = 'correction'",
          [newUuid()],
        );
        await forger.run(
          "insert into schedule_bonuses select gen_random_uuid(), schedule_id, account_id, amount, granted_at from schedule_bonuses",
        );
        return {
          "1i": "is approved and not booked",
          "1j": "is granted and not booked",
          "6a": "of account/x in account/0",
        };
      });
    });

    it("ACC-4 INV-1: a transfer that is booked twice is named", async () => {
      await forge(async (forger) => {
        const entry = await forger.one(middle("fee"));
        const { transfer_id } = await forger.one(
          "select transfer_id from entries where account_id <> $1 order by transfer_id",
          [entry.account_id],
        );
        await forger.entries("update entries set transfer_id = $3 where account_id = $1 and number = $2", [
          entry.account_id,
          entry.number,
          transfer_id,
        ]);
        await forger.rehash();
        return { "1f": `transfer ${transfer_id} is booked 2 times` };
      });
    });

    it("ACC-5 INV-1: a fee booked against another house account than the fees' is named", async () => {
      await forge(async (forger) => {
        const entry = await forger.one(middle("fee"));
        await forger.entries(
          "update entries set counter_account = 'house/corrections' where account_id = $1 and number = $2",
          [entry.account_id, entry.number],
        );
        await forger.rehash();
        await forger.fitHouseAccounts();
        return { "1g": `${nameOf(entry)} is a fee booked against house/corrections` };
      });
    });

    it("ACC-3: a registered manager without an account is named", async () => {
      await forge(async (forger) => {
        await forger.run("delete from accounts where id = $1", [traffic.manager.id]);
        return { "1h": `user ${traffic.manager.id} has no account` };
      });
    });
  });

  describe("invariant 2, tasks", () => {
    it("ACC-4 INV-2: an assignment without its fee is named", async () => {
      await forge(async (forger) => {
        const { id } = await forger.one(
          "update tasks set assignments = assignments + 1 where number = 7 returning id",
        );
        return { "2a": `task ${id} has` };
      });
    });

    it("ACC-4 TT-10 INV-2: a fee charged to somebody else than the history's assignee is named", async () => {
      await forge(async (forger) => {
        const { task_id } = await forger.one(
          "update task_history set assignee_id = $1 where id = (select id from task_history where kind = 'assigned' and assignee_id <> $1 order by id limit 1) returning task_id",
          [traffic.manager.id],
        );
        return { "2b": `task ${task_id} was assigned to` };
      });
    });

    it("ACC-4 TT-8 INV-2: a reward that went to somebody else than who completed the task is named", async () => {
      await forge(async (forger) => {
        const { task_id } = await forger.one(
          "update task_history set assignee_id = $1 where id = (select id from task_history where kind = 'completed' order by id limit 1) returning task_id",
          [traffic.manager.id],
        );
        return { "2c": `task ${task_id}` };
      });
    });

    it("ACC-4 INV-2: a second reward for a task is named, however well it is forged", async () => {
      await forge(async (forger) => {
        const reward = await forger.one(
          "select e.* from entries e join board b using (business_date) where kind = 'reward' order by number",
        );
        await forger.append(reward);
        await forger.launder();
        return {
          "2c": `task ${reward.task_id} has 2 rewards for ${reward.account_id}`,
          "3g": `into partition ${reward.partition}`,
        };
      });
    });

    const UNASSIGNED = `insert into tasks (id, number, title, status, assignee_id, created_by, fee, reward, assignments, created_at, assigned_at, created_date, version)
      values ($1, 9999, 'Forged', 'cancelled', $2, $2, $3, $4, 0, now(), now(), now(), 1)`;

    it("ACC-1 INV-2: a price outside of the installation's range is named", async () => {
      await forge(async (forger) => {
        const id = newUuid();
        await forger.run(UNASSIGNED, [id, ADMIN.id, 21, 30]);
        return { "2d": `task ${id} has the fee 21, outside of 10..20` };
      });
    });

    it("ACC-1 INV-2: a price within the range that is not the drawn one is named", async () => {
      await forge(async (forger) => {
        const id = "00000000-0000-7000-8000-000000000001";
        for (const reward of [30, 31]) {
          await forger.run("delete from tasks where id = $1", [id]);
          await forger.run(UNASSIGNED, [id, ADMIN.id, 15, reward]);
          if (brokenOf(await verifyAgain(forger)).length > 0) break;
        }
        return { "2d": `task ${id} has the prices 15 and` };
      });
    });

    it("ACC-1 ACC-4 INV-2: a fee that is not its task's price is named", async () => {
      await forge(async (forger) => {
        const a = await forger.one(middle("fee"));
        const b = await forger.one(
          `select e.* from entries e where kind = 'fee' and account_id = $1 and amount <> $2 and task_id <> $3
            and not exists (select from entries o where o.kind = 'fee' and o.account_id = $1 and o.task_id = $3 and o.number <> $4) order by number`,
          [a.account_id, a.amount, a.task_id, a.number],
        );
        await forger.entries(
          "update entries set task_id = case number when $2 then $5::uuid else $4::uuid end where account_id = $1 and number in ($2, $3)",
          [a.account_id, a.number, b.number, a.task_id, b.task_id],
        );
        await forger.rehash();
        const first = Math.min(Number(a.number), Number(b.number));
        return { "2e": `entry ${first} of account ${a.account_id} is a fee of` };
      });
    });
  });

  describe("invariant 3, days", () => {
    it("DAY-6 INV-3: sealed totals that the entries do not give are named, although the seals were made anew", async () => {
      await forge(async (forger) => {
        const [day] = traffic.closed;
        await forger.run(
          `update days set partitions = jsonb_set(partitions, '{2,payouts}', to_jsonb((partitions #>> '{2,payouts}')::int + 1)) where business_date = $1`,
          [day],
        );
        await forger.reseal();
        return { "3a": `${day} in partition 2 was closed with` };
      });
    });

    it("DAY-6 INV-3: a seal that does not follow from the day's totals is named", async () => {
      await forge(async (forger) => {
        const [, day] = traffic.closed;
        await forger.run("update days set seal_hash = repeat('0', 64) where business_date = $1", [day]);
        return { "3b": `${day} has the seal 000000000000` };
      });
    });

    it("DAY-2 DAY-6 INV-3: a day that was left out before a sealed one is named", async () => {
      await forge(async (forger) => {
        const [day] = traffic.closed;
        await forger.run("update days set state = 'closing' where business_date = $1", [day]);
        return { "3c": `${day} is not sealed` };
      });
    });

    it("DAY-1 INV-3: an entry dated after one of a later date is named, although all sums stay as they were", async () => {
      await forge(async (forger) => {
        const [first, second] = traffic.closed;
        const pair = await forger.one(
          `with own as (${middle("fee")})
           select a.number, b.number as other from own a join own b using (amount)
            where a.account_id = $1 and b.account_id = $1 and a.business_date = $2 and b.business_date = $3 order by 1, 2`,
          [traffic.debtor.id, first, second],
        );
        await forger.entries(
          "update entries set business_date = case number when $2 then $4::date else $5::date end where account_id = $1 and number in ($2, $3)",
          [traffic.debtor.id, pair.number, pair.other, second, first],
        );
        await forger.rehash();
        await forger.fitAnalytics();
        return {
          "3d": `entry ${Number(pair.number) + 1} of account ${traffic.debtor.id} is dated ${first}, after one of ${second}`,
        };
      });
    });

    it("DAY-6 INV-3: an entry posted into a sealed day is found, although totals, seals and projections were forged to fit", async () => {
      await forge(async (forger) => {
        const [day] = traffic.closed;
        const bonus = {
          kind: "bonus",
          amount: 5,
          counter_account: "house/bonuses",
          business_date: day,
          task_id: null,
          title: null,
          jira_id: null,
        };
        const fee = await forger.one(middle("fee"));
        await forger.append(fee, bonus);
        await forger.launder();
        const { entries } = await forger.one("select entries from accounts where id = $1", [fee.account_id]);
        return {
          "1i": "is a bonus that nobody proposed",
          "3d": `entry ${entries} of account ${fee.account_id} is dated ${day}`,
        };
      });
    });

    it("DAY-3 DAY-4 INV-3: a day for which the board sent something else than was posted is named", async () => {
      await forge(async (forger) => {
        const [, day] = traffic.closed;
        await forger.run(
          `update days set sent = jsonb_set(sent, '{fees}', to_jsonb((sent ->> 'fees')::int + 1)) where business_date = $1`,
          [day],
        );
        return { "3e": `for ${day} the board sent` };
      });
    });

    it("DAY-4 INV-3: a book whose control totals are not its entries is named", async () => {
      await forge(async (forger) => {
        const { partition } = await forger.one(
          "update books set posted = jsonb_set(posted, '{feesMinor}', to_jsonb((posted ->> 'feesMinor')::int + 1)) where partition = (select max(partition) from books) returning partition",
        );
        return { "3f": `the book of partition ${partition}` };
      });
    });

    it("DAY-3 DAY-4 INV-3: a fact that the board counted and that is neither booked nor on its way is named", async () => {
      await forge(async (forger) => {
        await forger.run(
          "update board set totals = jsonb_set(totals, '{1,rewards}', to_jsonb((totals #>> '{1,rewards}')::int + 1))",
        );
        return { "3g": "into partition 1 the board has sent" };
      });
    });
  });

  describe("invariant 4, payouts", () => {
    it("DAY-2 PAY-1 INV-4: a payout that leaves something is named, although everything was forged to fit", async () => {
      await forge(async (forger) => {
        const payout = await forger.one(payoutOfLastDay);
        await forger.entries("update entries set amount = amount + 1 where account_id = $1 and number = $2", [
          payout.account_id,
          payout.number,
        ]);
        await forger.run(
          "update days set held = jsonb_build_array(jsonb_build_object('userId', $1::text, 'reason', 'forged')) where business_date = $2",
          [payout.account_id, payout.business_date],
        );
        await forger.launder();
        return { "4a": `${nameOf(payout)} pays out` };
      });
    });

    it("DAY-2 DAY-4 INV-4: a positive balance of a closed day that was neither paid nor held is named", async () => {
      await forge(async (forger) => {
        const { account_id, number, payout_id, business_date } = await forger.one(payoutOfLastDay);
        await forger.entries("delete from entries where account_id = $1 and number = $2", [
          account_id,
          number,
        ]);
        await forger.run("delete from payouts where id = $1", [payout_id]);
        await forger.run("delete from mails where user_id = $1 and business_date = $2", [
          account_id,
          business_date,
        ]);
        await forger.launder();
        return { "4b": `account ${account_id} stood at` };
      });
    });

    it("DAY-4 INV-4: a positive balance that is held is no fault", async () => {
      await forge(async (forger) => {
        const { account_id, number, payout_id, business_date } = await forger.one(payoutOfLastDay);
        await forger.entries("delete from entries where account_id = $1 and number = $2", [
          account_id,
          number,
        ]);
        await forger.run("delete from payouts where id = $1", [payout_id]);
        await forger.run("delete from mails where user_id = $1 and business_date = $2", [
          account_id,
          business_date,
        ]);
        await forger.run(
          "update days set held = jsonb_build_array(jsonb_build_object('userId', $1::text, 'reason', 'control_totals_differ')) where business_date = $2",
          [account_id, business_date],
        );
        await forger.launder();
        return {};
      });
    });

    it("PAY-1 INV-4: a payout of another amount than its entry is named", async () => {
      await forge(async (forger) => {
        const { id } = await forger.one(
          `update payouts set amount = amount + 1, breakdown = jsonb_set(breakdown, '{carriedMinor}', to_jsonb((breakdown ->> 'carriedMinor')::int + 1))
            where id = (select id from payouts where state = 'settled' order by id limit 1) returning id`,
        );
        return { "4c": `payout ${id} is` };
      });
    });

    it("PAY-3: a payout that is not what it is made of is named", async () => {
      await forge(async (forger) => {
        const { id } = await forger.one(
          `update payouts set breakdown = jsonb_set(breakdown, '{otherMinor}', to_jsonb((breakdown ->> 'otherMinor')::int + 1))
            where id = (select id from payouts order by id limit 1) returning id`,
        );
        return { "4d": `payout ${id} is` };
      });
    });

    it("PAY-1: a payout that is settled and came back all the same is named", async () => {
      await forge(async (forger) => {
        const { id } = await forger.one(
          "update payouts set state = 'settled' where state = 'returned' returning id",
        );
        return { "4e": `payout ${id} is settled and came back` };
      });
    });

    it("DAY-5 PAY-3: a second receipt for a payout is named", async () => {
      await forge(async (forger) => {
        const id = newUuid();
        await forger.run(
          `insert into mails (id, user_id, template, recipient, subject, state, attempts, business_date, created_at, updated_at)
           select $1, user_id, template, recipient, subject, state, attempts, business_date, created_at, updated_at
             from mails where template = 'receipt' order by id limit 1`,
          [id],
        );
        return { "4f": `receipt ${id}` };
      });
    });
  });

  describe("invariants 5 and 7, analytics", () => {
    it("AN-1 ACC-7 INV-5: an income that is not fees less rewards is named", async () => {
      await forge(async (forger) => {
        const [day] = traffic.closed;
        await forger.run(
          "update analytics.income set rewards = rewards - 1 where business_date = $1 and partition = (select min(partition) from analytics.income where business_date = $1)",
          [day],
        );
        return { "5a": `${day} in partition` };
      });
    });

    it("AN-1 INV-7: a debt that is shown with the wrong sign is named", async () => {
      await forge(async (forger) => {
        const { business_date } = await forger.one(
          "update analytics.balances set balance = -balance where account_id = $1 and business_date = (select max(business_date) from analytics.balances where account_id = $1) returning business_date",
          [traffic.debtor.id],
        );
        return {
          "5b": `for ${business_date}`,
          "5d": `account ${traffic.debtor.id} is shown below zero from`,
        };
      });
    });

    it("AN-1 INV-7: a debtor whom no report of debts shows is named", async () => {
      await forge(async (forger) => {
        await forger.run("delete from analytics.below where account_id = $1", [traffic.debtor.id]);
        return { "5d": `account ${traffic.debtor.id} is shown below zero from never` };
      });
    });

    it("AN-2 INV-7: an open task among the completed ones is named", async () => {
      await forge(async (forger) => {
        const { id } = await forger.one("select id from tasks where status = 'open' order by number");
        await forger.run(
          "insert into analytics.completions (task_id, business_date, reward, completed_at, number, title, assignee_id) select id, current_date, reward, now(), number, title, assignee_id from tasks where id = $1",
          [id],
        );
        return { "5c": `task ${id} is shown as completed and is not done` };
      });
    });

    it("AN-3 INV-7: a fact that the read side lacks for its next rebuild is named: of an entry, a completion, a person", async () => {
      const kept = (type: string) => `from analytics.facts where split_part(schema, ':', 3) = '${type}'`;
      await forge(async (forger) => {
        const { account, number } = await forger.one(
          `delete from analytics.facts f using (select * ${kept("ledger.entry-posted")} order by number desc limit 1) as last
            where f.number = last.number and f.partition = last.partition
            returning f.data ->> 'accountId' as account, f.data ->> 'number' as number`,
        );
        return { "7b": `the fact of entry ${number} of account ${account} is not kept` };
      });
      await forge(async (forger) => {
        const { id } = await forger.one(
          `delete ${kept("task.completed")} and number = (select min(number) ${kept("task.completed")}) returning data ->> 'taskId' as id`,
        );
        return { "7b": `the fact of the completion of task ${id} is not kept` };
      });
      await forge(async (forger) => {
        const { id } = traffic.debtor;
        await forger.one(`delete ${kept("user.registered")} and data ->> 'userId' = $1 returning number`, [
          id,
        ]);
        return { "7b": `the fact of person ${id} is not kept` };
      });
      await forge(async (forger) => {
        const { id } = await forger.one(
          `insert into analytics.facts (partition, schema, data) select partition, schema, data ${kept("task.completed")}
            order by number limit 1 returning data ->> 'taskId' as id`,
        );
        return { "7b": `the fact of the completion of task ${id} is kept 2 times` };
      });
    });

    it("AUTH-4 INV-7: a replica that gives somebody another role than the directory is named", async () => {
      await forge(async (forger) => {
        await forger.run("update board_people set role = 'employee' where id = $1", [traffic.manager.id]);
        return { "7a": `board_people has other name, role, active of user ${traffic.manager.id}` };
      });
    });
  });

  describe("the audit log of privileged actions", () => {
    it("AUTH-3 OPS-3: a deed that says something else than it did is named, and alone", async () => {
      const found = await forge(async (forger) => {
        const { id, action, subject } = await forger.one(
          "update audit_log set subject = 'user/somebody else' where id = 2 returning *",
        );
        return { "8a": `deed ${id} (${action} of ${subject}` };
      });
      expect(found[0]?.broken, "one row, not all that follow").to.equal(1);
    });

    it("AUTH-3 OPS-3: a deed that was taken out, and deeds cut off at the end, are missed", async () => {
      await forge(async (forger) => {
        await forger.run("delete from audit_log where id = 2");
        return { "8a": "deeds 2 to 2 are gone" };
      });
      await forge(async (forger) => {
        const { id } = await forger.one(
          "delete from audit_log where id = (select max(id) from audit_log) returning id",
        );
        return { "8a": `ends with deed ${Number(id) - 1}, its head knows ${id}` };
      });
    });
  });

  describe("invariant 6, channels and dead letters", () => {
    const LETTER = `insert into dead_letters (id, kind, partition, topic, actor, type, code, reason, state, envelope)
      values ($1, $2, 0, 'users', 'account/x', $3, $4, 'forged', 'dead', $5)`;

    it("EVT-4: a dead letter of an account is a broken check, one of the mailer a warning", async () => {
      const found = await forge(async (forger) => {
        await forger.run(LETTER, [newUuid(), "mailer", "user.registered", "unknown_version", "no json"]);
        return { "6a": "user.registered of account/x in mailer/0, unknown_version" };
      });
      expect(found[0]?.verdict).to.equal("warning");
      const worse = await forge(async (forger) => {
        const id = newUuid();
        await forger.run(LETTER, [newUuid(), "mailer", "user.registered", "unknown_version", "no json"]);
        await forger.run(LETTER, [id, "account", "day.ended", "unknown_version", "{}"]);
        return { "6a": `dead letter ${id}` };
      });
      expect(worse[0]).to.include({ verdict: "broken", broken: 2 });
    });

    it("EVT-4 ACC-4: a fee whose handling failed is reported once, as a dead letter, and not as a hole in every sum", async () => {
      await forge(async (forger) => {
        const { account_id, number, task_id, business_date, amount } = await forger.one(
          "select e.* from entries e join board b using (business_date) where kind = 'fee' and account_id = $1 order by number",
          [traffic.debtor.id],
        );
        await forger.entries("delete from entries where account_id = $1 and number = $2", [
          account_id,
          number,
        ]);
        await forger.launder();
        const id = newUuid();
        const data = {
          taskId: task_id,
          assigneeId: account_id,
          businessDate: business_date,
          feeMinor: -Number(amount),
        };
        await forger.run(
          `insert into dead_letters (id, kind, partition, topic, actor, type, code, reason, state, envelope)
           select $1, 'account', partition, 'tasks', 'account/' || id, 'task.assigned', 'handler_failed', 'forged', 'dead', $3 from accounts where id = $2`,
          [id, account_id, JSON.stringify({ type: "task.assigned", data })],
        );
        return { "6a": `dead letter ${id}` };
      });
    });

    it("G5 EDGE-4 INV-6: a consumer that has applied more than its source has given is named", async () => {
      await forge(async (forger) => {
        const { key } = await forger.one(
          "select key from partitions, jsonb_object_keys(inbox) as key where kind = 'account' and partition = 1 and key like 'tasks/%'",
        );
        await forger.run(
          "update partitions set inbox = jsonb_set(inbox, array[$1], '1000000') where kind = 'account' and partition = 1",
          [key],
        );
        return { "6b": `account/1 has applied number 1000000 of ${key}` };
      });
    });

    it("G6 EDGE-4 INV-6: numbers that a group lacks and the outbox does not hold are named", async () => {
      await forge(async (forger) => {
        await forger.run(
          "update partitions set outbox = jsonb_set(outbox, '{tasks/2}', to_jsonb((outbox ->> 'tasks/2')::int + 3)) where kind = 'task-board'",
        );
        return { "6c": "task-board/0 has given tasks/2 the numbers up to" };
      });
    });
  });

  it("OPS-3: a check that cannot run is broken, and the others run all the same", async () => {
    const found = await forge(async (forger) => {
      await forger.run("drop table analytics.income cascade");
      return { "5a": "the check could not run: relation" };
    });
    expect(found).to.have.length(1);
  });

  it("ACC-5: entries cannot be changed or deleted without taking the guard away", async () => {
    const copy = await copyOf(world);
    try {
      const forger = new Forger(copy.pool);
      for (const sql of ["update entries set amount = 0", "delete from entries"]) {
        const refused = await forger.run(sql).then(() => "done", String);
        expect(refused).to.include("ledger entries are never changed or deleted");
      }
    } finally {
      await copy.end();
    }
  });

  // In a block of its own: mocha runs the tests of a block before its inner blocks.
  describe("all forgeries together", () => {
    it("OPS-3: every check has been broken by some forgery: a check that cannot fail is no check", () => {
      expect([...seenBroken].sort()).to.deep.equal(CHECKS.map(({ id }) => id).sort());
    });
  });

  function verifyAgain(forger: Forger): Promise<Finding[]> {
    return verifyLedger(forger.pool, world.company);
  }

  function firsts(found: readonly Finding[], ...checks: string[]): Record<string, string> {
    return Object.fromEntries(
      checks.map((check) => [check, found.find((each) => each.check === check)?.first ?? "?"]),
    );
  }
});
