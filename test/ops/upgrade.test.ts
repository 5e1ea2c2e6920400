/**
 * An upgrade with traffic: the release before is stopped in the middle of its work, the database is migrated from what it
 * was then, Redis has lost everything, and this release goes on where that one stopped.
 */
import { expect } from "chai";
import pg from "pg";
import { install } from "../../ops/install.ts";
import { awaitSettled, isSettled } from "../../ops/lag.ts";
import { MIGRATIONS, migrate } from "../../ops/migrate.ts";
import { lineOf } from "../../ops/verify/finding.ts";
import { verifyLedger } from "../../ops/verify/verify-ledger.ts";
import { nextDate } from "../../schemas/business-date.ts";
import { ADMIN, ask, register, type Sender } from "../support/client.ts";
import { newWorld, until, type World } from "../support/world.ts";
import { dump, type Rows, restoreAt } from "./earlier-schema.ts";
import { closeDay, gatewaysRefusing, workADay } from "./traffic.ts";

/** Before there were chained audit rows, corrections, webhooks and schedules; and when webhooks were read from the first. */
const FROM = [16, 23] as const;

describe("an upgrade with traffic", function () {
  this.timeout(120_000);
  let world: World;
  let debtor: Sender;
  let earners: readonly Sender[];
  let rows: Rows;

  before(async () => {
    world = await newWorld();
    const host = await world.worker(gatewaysRefusing(() => false));
    debtor = await register(world, "Debtor");
    earners = [await register(world, "Kesha"), await register(world, "Gosha")];
    await workADay(world, debtor, earners, true);
    await closeDay(world, world.company.firstDate);
    await workADay(world, debtor, earners, false);
    // Told, and not done: the barriers are out, or on their way.
    await ask(
      world,
      "task-board",
      "day.close",
      "day",
      { businessDate: nextDate(world.company.firstDate) },
      ADMIN,
    );
    await host.stop();
    rows = await dump(world.pool);
  });
  after(() => world.end());

  async function upgradedFrom(number: number): Promise<string[]> {
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    try {
      await restoreAt(client, number, rows);
      // What the pool has prepared is of tables that are gone.
      await client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
    } finally {
      await client.end();
    }
    await world.redis.flushdb();
    const applied = await until(
      () => migrate(world.pool).catch(() => undefined),
      "the pool has lines that live",
    );
    await install(world.pool, world.config, Date.now(), async () => "");
    return applied;
  }

  const broken = async () =>
    (await verifyLedger(world.pool, world.company)).filter(({ verdict }) => verdict !== "ok").map(lineOf);

  it("the release before was stopped in the middle of its work", async () => {
    expect(isSettled(await awaitSettled(world.pool, 0))).to.equal(false);
  });

  for (const number of FROM) {
    it(`OPS-2 EDGE-4: from migration ${number} it goes on, closes what was begun, and every check holds`, async () => {
      const applied = await upgradedFrom(number);
      expect(applied).to.have.length(MIGRATIONS.filter((each) => each.number > number).length);
      const second = nextDate(world.company.firstDate);
      const host = await world.worker(gatewaysRefusing(() => false));
      try {
        await until(async () => {
          const { rows } = await world.pool.query(
            "select from days where business_date = $1 and state = 'closed'",
            [second],
          );
          return rows.length === 1;
        }, `${second}, which was closing, is sealed`);
        await workADay(world, debtor, earners, true);
        await closeDay(world, nextDate(second));
        const last = await awaitSettled(world.pool, 60_000);
        expect(isSettled(last), JSON.stringify(last)).to.equal(true);
      } finally {
        await host.stop();
      }
      expect(await broken()).to.deep.equal([]);
    });
  }
});
