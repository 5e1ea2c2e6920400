import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import type pg from "pg";
import { postgresPool } from "../../actors/runtime/postgres.ts";
import { Load } from "../../http/load.ts";
import type { Earnings } from "../../http/queries/earnings.ts";
import type { RouteRequest } from "../../http/route.ts";
import { isUnavailable } from "../../http/unavailable.ts";
import { AnalyticsFollower } from "../../ops/analytics/follow.ts";
import { rebuildAnalytics } from "../../ops/analytics/rebuild.ts";
import { awaitSettled } from "../../ops/lag.ts";
import { openReads } from "../../ops/roles/reads.ts";
import { verifyLedger } from "../../ops/verify/verify-ledger.ts";
import { newUuid } from "../../schemas/ids.ts";
import { testServers } from "../support/servers.ts";
import { newWorld, until, type World } from "../support/world.ts";
import { runAtes } from "./cli/run-ates.ts";
import { copyOf } from "./forger.ts";
import { checkout } from "./scratch.ts";
import { makeTraffic, type Traffic, workADay } from "./traffic.ts";

const text = (path: string) => readFileSync(join(checkout, path), "utf8");
const TABLES = ["people", "income", "balances", "below", "completions"];

describe("the analytics read side and its facts", function () {
  this.timeout(120_000);
  let world: World;
  let traffic: Traffic;

  before(async () => {
    world = await newWorld();
    traffic = await makeTraffic(world);
  });
  after(() => world.end());

  async function inCopy(work: (pool: pg.Pool) => Promise<void>): Promise<void> {
    const copy = await copyOf(world);
    await work(copy.pool).finally(() => copy.end());
  }

  const rebuilt = (pool: pg.Pool, isCheck: boolean) =>
    rebuildAnalytics({ pool, partitions: world.company.partitions, isCheck, onProgress: () => {} });
  const differing = async (pool: pg.Pool) =>
    (await rebuilt(pool, true)).filter(({ wrong, missing }) => wrong + missing > 0).map(({ table }) => table);
  const rowsOf = async (pool: pg.Pool) =>
    Promise.all(
      TABLES.map(async (table) => (await pool.query(`select * from analytics.${table} order by 1, 2`)).rows),
    );

  it("AN-3 INV-7: rebuilt from its facts it is the live one, row by row, with nothing of ledger, board and directory to look at", () =>
    inCopy(async (pool) => {
      const live = await rowsOf(pool);
      await pool.query(
        "drop table entries, accounts, house_accounts, books, tasks, task_history, users, outbox cascade",
      );
      const found = await rebuilt(pool, true);
      expect(found.map(({ table, wrong, missing }) => [table, wrong, missing])).to.deep.equal(
        TABLES.map((table) => [table, 0, 0]),
      );
      expect(found.map(({ rows }) => rows)).to.deep.equal(live.map(({ length }) => length));
      for (const { rows, table } of found) expect(rows, table).to.be.greaterThan(0);
    }));

  it("AN-3: what was spoilt is found, named, and mended to the last row", () =>
    inCopy(async (pool) => {
      const live = await rowsOf(pool);
      await pool.query("update analytics.income set fees = fees + 1");
      await pool.query("delete from analytics.completions");
      await pool.query("update analytics.people set name = 'Somebody'");
      await pool.query("insert into analytics.below values (gen_random_uuid(), '2026-01-01', null)");
      await pool.query("update analytics.balances set balance = -balance where balance <> 0");
      expect(await differing(pool)).to.deep.equal(TABLES);
      expect(await differing(pool), "a check mends nothing").to.deep.equal(TABLES);
      await rebuilt(pool, false);
      expect(await differing(pool)).to.deep.equal([]);
      expect(await rowsOf(pool)).to.deep.equal(live);
    }));

  it("AN-3: an installation from before facts were kept gets them from its books, once, when it is upgraded", () =>
    inCopy(async (pool) => {
      const { rows } = await pool.query("select schema, count(*) from analytics.facts group by 1 order by 1");
      await pool.query("truncate analytics.facts");
      const [migration] = globSync("ops/migrations/*-analytics-in-a-schema-of-its-own.sql", {
        cwd: checkout,
      });
      const [, before] = /^(with mark as [^;]*;)/m.exec(text(migration ?? "")) ?? [];
      await pool.query(before ?? "");
      expect(await differing(pool)).to.deep.equal([]);
      const made = await pool.query("select schema, count(*) from analytics.facts group by 1 order by 1");
      expect(made.rows.slice(0, 2)).to.deep.equal(rows.slice(0, 2));
    }));

  it("AN-3 OPS-3: `ates rebuild analytics` mends while people work, with progress, and the projection goes on from there", async () => {
    const host = await world.worker();
    await world.pool.query("update analytics.income set rewards = 0");
    const working = workADay(world, traffic.debtor, traffic.earners, false);
    const ran = await runAtes(["rebuild", "analytics"], { world });
    expect([ran.code, ran.err]).to.deep.equal([0, ""]);
    expect(ran.out)
      .to.match(/^1 of 4 partitions replayed, \d+ facts\n/)
      .and.include("mended");
    await working;
    await workADay(world, traffic.debtor, traffic.earners, false);
    await awaitSettled(world.pool, 60_000);
    await until(async () => (await differing(world.pool)).length === 0, "they are equal");
    const found = await verifyLedger(world.pool, world.company);
    expect(found.filter(({ verdict, check }) => verdict !== "ok" && check.startsWith("5"))).to.deep.equal([]);
    await host.stop();
    const again = await runAtes(["rebuild", "analytics", "--check"], { world });
    expect([again.code, again.err]).to.deep.equal([0, ""]);
    expect(again.out).to.include("the live one is equal");
    expect((await runAtes(["rebuild", "ledger"], { world })).code).to.equal(2);
  });

  it("AN-3 EDGE-3: in a database of its own it is the same, whoever follows; it is rebuilt there, and missed by its reports alone", async () => {
    const own = await emptyDatabase();
    const env = { ANALYTICS_DATABASE_URL: own.url };
    const migrated = await runAtes(["migrate"], { world, env });
    expect(migrated.out).to.include("for analytics");
    const host = await world.worker();
    const { partitions } = world.company;
    const pools = [1, 2].map(() => postgresPool(own.url, 2, () => {}));
    const followers = pools.map((pool) => new AnalyticsFollower({ ...world, own: pool, partitions }));
    const [first, second] = followers as [AnalyticsFollower, AnalyticsFollower];
    first.start();
    const working = workADay(world, traffic.debtor, traffic.earners, false);
    second.start();
    await working;
    await first.stop();
    await awaitSettled(world.pool, 60_000);
    const [pool] = pools as [pg.Pool];
    const isEqual = async () => isDeepStrictEqual(await rowsOf(pool), await rowsOf(world.pool));
    await until(isEqual, "the two are equal");
    await pool.query("update analytics.income set fees = 0");
    const ran = await runAtes(["rebuild", "analytics"], { world, env });
    expect([ran.code, ran.err]).to.deep.equal([0, ""]);
    expect(await isEqual(), "mended").to.equal(true);
    await second.stop();
    await host.stop();
    await own.isMissedByReportsAlone(world, pools);
  });

  it("AN-3: every view for reports and every column of it says what it is", async () => {
    const { rows } = await world.pool.query<{ name: string; about: string | null }>(
      `select c.relname || coalesce('.' || a.attname, '') as name, col_description(c.oid, coalesce(a.attnum, 0)) as about
         from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'reports'::regnamespace
        union all select relname, obj_description(oid, 'pg_class') from pg_class where relnamespace = 'reports'::regnamespace`,
    );
    expect(rows.length).to.be.greaterThan(30);
    expect(rows.filter(({ about }) => (about ?? "").length < 4)).to.deep.equal([]);
  });

  it("AN-3: the dashboard asks nothing but reports, as a role that may read nothing else, and is answered", () =>
    inCopy(async (pool) => {
      const dashboard = JSON.parse(text("ops/grafana/dashboards/business.json")) as Dashboard;
      const sources = [...text("ops/grafana/dashboards/business.json").matchAll(/"uid": "([^"]+)"/g)];
      expect(new Set(sources.map(([, uid]) => uid))).to.deep.equal(new Set(["reports", "ates-business"]));
      expect(text("ops/observability/grafana/datasources/datasources.yaml")).to.include("uid: reports");
      const [, grants] = /```sql\n(create role[^`]*)```/.exec(text("ops/grafana/README.md")) ?? [];
      await pool.query("drop role if exists reports_reader");
      const client = await pool.connect();
      try {
        await client.query("begin"); // the role is of the whole server, and goes with this
        await client.query(grants ?? "");
        await client.query("set local role reports_reader");
        for (const { title, targets } of dashboard.panels) {
          const sql = (targets[0]?.rawSql ?? "")
            .replaceAll("$__timeFrom()", "timestamptz '2026-01-01'")
            .replaceAll("$__timeTo()", "(now() + interval '9 days')");
          expect((await client.query(sql)).rows, title).to.not.deep.equal([]);
        }
        const refused = await client.query("select from entries").catch(({ code }: { code: string }) => code);
        expect(refused).to.equal("42501");
      } finally {
        client.release(true);
      }
    }));
});

/** Of the run's server, and empty. */
async function emptyDatabase() {
  const { postgresUrl } = await testServers();
  const name = `test_${newUuid().replaceAll("-", "")}`;
  const url = Object.assign(new URL(postgresUrl), { pathname: `/${name}` }).href;
  const admin = postgresPool(postgresUrl, 1, () => {});
  await admin.query(`create database ${name}`);
  return {
    url,
    async isMissedByReportsAlone(world: World, pools: readonly pg.Pool[]): Promise<void> {
      const { databaseUrl, logger } = world;
      const load = new Load({ min: 10, max: 10, waitMsMax: 0 });
      const reads = openReads({ databaseUrl, replicaUrl: undefined, analyticsUrl: url, load, logger });
      for (const heartbeat of reads.heartbeats) await heartbeat.start(5_000);
      const ask = (path: string) =>
        reads.routes.find((route) => route.path === path)?.handle({ query: {} } as RouteRequest);
      const income = await ask("/analytics/income");
      expect((income?.body as Earnings | undefined)?.total.feesMinor).to.be.greaterThan(0);
      await Promise.all(pools.map((pool) => pool.end()));
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      const isRefused = async () => isUnavailable(await ask("/analytics/income")?.catch((error) => error));
      await until(isRefused, "its reports are refused");
      expect((await ask("/company"))?.status).to.equal(200);
      for (const heartbeat of reads.heartbeats) heartbeat.stop();
      await reads.close();
    },
  };
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly rawSql: string }[];
  }[];
}
