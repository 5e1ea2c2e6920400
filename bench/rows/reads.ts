/** reads: pages as people open them, beside the same statements in bare koa. */
import { freePort } from "../../ops/embedded/free-port.ts";
import { newUuid, type UserId } from "../../schemas/ids.ts";
import { seedAccounts } from "../account-seed.ts";
import { seedBoard, seedPool, Tokens } from "../board-seed.ts";
import { callAll } from "../callers.ts";
import type { BareKoaTask } from "../ceilings/bare-koa.ts";
import { type Figures, shown } from "../figures.ts";
import { httpRequest } from "../http-connection.ts";
import { LaneProcess } from "../lane-process.ts";
import { inTurns, type Lane, medianOf } from "../lanes.ts";
import { OurSystem } from "../our-system.ts";
import { type Bench, type Row, type RowResult, ratio } from "../row.ts";

const OURS = "aTES";
const BARE_KOA = "koa and the same statement";
const CONNECTIONS = 16;
const PEOPLE = 500;

/** What our edge asks of Postgres for each page, as one statement with plain parameters. */
const STATEMENTS = {
  tasks: `select t.*, (select count(*) from entries where task_id = t.id and kind = 'fee') = t.assignments as fee_charged,
                 exists (select from entries where task_id = t.id and kind = 'reward') as reward_paid,
                 a.name as assignee_name, c.name as creator_name
            from (select * from tasks order by number desc limit 51) t
            left join users a on a.id = t.assignee_id left join users c on c.id = t.created_by`,
  entries: "select * from entries where account_id = $1 order by number desc limit 51",
  account: `with today as (select coalesce((select business_date from board), (select first_date from installation)) as on_date)
            select users.id, users.name, coalesce((select balance from accounts where id = users.id), 0)::bigint as balance, on_date,
                   coalesce((select sum(amount) from entries where account_id = users.id and business_date = on_date
                                and kind in ('fee', 'reward')), 0)::bigint as earned
              from users, today where users.id = $1`,
  income: `select business_date, sum(fees)::bigint as fees, sum(rewards)::bigint as rewards from analytics_income
            where business_date between current_date - 30 and current_date group by business_date
           having sum(fees) <> 0 or sum(rewards) <> 0 order by business_date`,
} as const;

type PageName = keyof typeof STATEMENTS;
const PAGES = Object.keys(STATEMENTS) as PageName[];

export const reads: Row = {
  name: "reads",
  measured:
    `Pages a second over HTTP by ${CONNECTIONS} connections, each page by itself: the newest tasks, an account's entries, an ` +
    "account, a month's income; with log-in, authorization and rate limit, in a book of the size below. Beside: bare koa " +
    "with the same statement, whose rows it answers as they are.",
  notMeasured: "Databases larger than memory; pages deep in a list (they are found by key, like the first).",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const { servers } = bench;
  const size = { accounts: bench.isQuick ? 10_000 : 100_000, entriesEach: 10, balanceMinor: 150 };
  const databaseUrl = await servers.installedDatabase();
  await seedBoard(databaseUrl, PEOPLE, 10_000);
  const people = (await seedAccounts(databaseUrl, size)).slice(0, PEOPLE);
  await seedIncome(databaseUrl);
  const calls = bench.isQuick ? 400 : 1_500;
  const lanes = [
    await ourLane(bench, databaseUrl, people, calls),
    await bareKoaLane(databaseUrl, people, calls),
  ];
  const results = await inTurns(lanes, bench.rounds, bench.tell);
  const ratios = PAGES.map((page) => {
    const value = ratio(medianOf(results, OURS, figure(page)), medianOf(results, BARE_KOA, figure(page)));
    return { name: `reads: ${page} / bare koa + pg`, value, reach: 0.8, aim: 0.9, better: "higher" as const };
  });
  return {
    lanes: results,
    ratios,
    notes: [
      `${shown(size.accounts)} accounts, ${shown(size.accounts * size.entriesEach)} entries, 10,000 tasks.`,
    ],
    lastLine: `reads: ${ratios.map(({ value }, index) => `${PAGES[index]} ${shown(value ?? 0)}`).join(", ")} of bare koa`,
  };
}

async function ourLane(
  { servers }: Bench,
  databaseUrl: string,
  people: UserId[],
  calls: number,
): Promise<Lane> {
  const { port } = await OurSystem.start(servers, { databaseUrl });
  const tokens = new Tokens(databaseUrl);
  return {
    name: OURS,
    kind: "ours",
    setup: "the defaults; an edge and a worker that is idle",
    async round() {
      const own = await Promise.all(people.map((id) => tokens.of(id)));
      // One admin has one rate limit: many of them ask for the income.
      const admins = await Promise.all(people.map(() => tokens.of(newUuid() as UserId, "admin")));
      const month = `from=${daysAgo(30)}&to=${daysAgo(0)}`;
      const path = {
        tasks: () => "/api/v1/tasks",
        entries: (person: number) => `/api/v1/accounts/${people[person]}/entries`,
        account: () => "/api/v1/accounts/me",
        income: () => `/api/v1/analytics/income?${month}`,
      };
      return measured(port, calls, (page, call) => {
        const person = call % people.length;
        const token = page === "income" ? admins[person] : own[person];
        return httpRequest("GET", path[page](person), { authorization: `Bearer ${token}` });
      });
    },
  };
}

async function bareKoaLane(databaseUrl: string, people: UserId[], calls: number): Promise<Lane> {
  const port = await freePort();
  const koa = new LaneProcess<BareKoaTask>("ceilings/bare-koa.ts");
  await koa.round({ databaseUrl, port, statements: STATEMENTS }, async () => {});
  return {
    name: BARE_KOA,
    kind: "ceiling",
    setup: "one process, 12 connections, prepared statements",
    round: () =>
      measured(port, calls, (page, call) => {
        const person = people[call % people.length];
        return httpRequest(
          "GET",
          page === "entries" || page === "account" ? `/${page}/${person}` : `/${page}`,
          {},
        );
      }),
  };
}

async function measured(
  port: number,
  calls: number,
  request: (page: PageName, call: number) => string,
): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const page of PAGES) {
    const requests = Array.from({ length: calls }, (_, call) => request(page, call));
    figures[figure(page)] = (await callAll(port, CONNECTIONS, requests)).perSecond;
  }
  return figures;
}

function figure(page: PageName): string {
  return `${page}/s`;
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

async function seedIncome(databaseUrl: string): Promise<void> {
  const pool = seedPool(databaseUrl);
  await pool.query(
    `insert into analytics_income (business_date, partition, fees, rewards)
     select current_date - d, p, 1000, 500 from generate_series(1, 365) as d, generate_series(0, 15) as p`,
  );
  await pool.query("analyze");
  await pool.end();
}
