/** reads: pages as people open them, beside the same statements in bare koa. */
import { accountStatement } from "../../http/queries/accounts.ts";
import { incomeStatement } from "../../http/queries/analytics-income.ts";
import { entriesStatement } from "../../http/queries/entries.ts";
import { PAGE_SIZE_DEFAULT } from "../../http/queries/page.ts";
import { tasksStatement } from "../../http/queries/tasks.ts";
import { freePort } from "../../ops/embedded/free-port.ts";
import type { BusinessDate } from "../../schemas/business-date.ts";
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

const TO = daysAgo(0);
const FROM = daysAgo(30);

/** What our edge asks of Postgres for each page, with the same columns; a page's parameters come by its path. */
const STATEMENTS = {
  tasks: tasksStatement({}, "-number", PAGE_SIZE_DEFAULT).text,
  entries: entriesStatement({ userId: newUuid() as UserId }, PAGE_SIZE_DEFAULT).text,
  account: accountStatement(newUuid() as UserId).text,
  income: incomeStatement({ from: FROM, to: TO }).text,
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
  limits:
    "The edge's one thread. Beyond what bare koa does it knows the caller by the token, counts their rate, checks path and " +
    "query by schemas, bounds what is in progress, sends the headers of security and observes the request; each is one or " +
    "two percent. A third of all is writing to sockets, which bare koa does as well. Tried, and not kept: answers as Latin-1 " +
    "or buffers in place of text, a statement's messages in one buffer (2 µs of some 250).",
  run,
};

async function run(bench: Bench): Promise<RowResult> {
  const { servers } = bench;
  const accounts = { quick: 10_000, report: 20_000, full: 1_000_000 }[bench.size];
  const size = { accounts, entriesEach: 10, balanceMinor: 150 };
  const databaseUrl = await servers.installedDatabase();
  await seedBoard(databaseUrl, PEOPLE, 10_000);
  const people = (await seedAccounts(databaseUrl, size)).slice(0, PEOPLE);
  await seedIncome(databaseUrl);
  const calls = { quick: 1_000, report: 1_000, full: 3_000 }[bench.size];
  const lanes = [
    await ourLane(bench, databaseUrl, people, calls),
    await bareKoaLane(databaseUrl, people, calls),
  ];
  // Not measured: a process that has just started runs code that nothing has compiled yet.
  for (const lane of lanes) await lane.round(0);
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
  // Signed once, as people keep a token for five minutes. One admin has one rate limit: many ask for the income.
  const own = await Promise.all(people.map((id) => tokens.of(id)));
  const admins = await Promise.all(people.map(() => tokens.of(newUuid() as UserId, "admin")));
  const path = {
    tasks: () => "/api/v1/tasks",
    entries: (person: number) => `/api/v1/accounts/${people[person]}/entries`,
    account: () => "/api/v1/accounts/me",
    income: () => `/api/v1/analytics/income?from=${FROM}&to=${TO}`,
  };
  return {
    name: OURS,
    kind: "ours",
    setup: "the defaults; an edge and a worker that is idle",
    round: () =>
      measured(port, calls, (page, call) => {
        const person = call % people.length;
        const token = page === "income" ? admins[person] : own[person];
        return httpRequest("GET", path[page](person), { authorization: `Bearer ${token}` });
      }),
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
        const path = {
          tasks: "/tasks",
          entries: `/entries/${person}`,
          account: `/account/${person}`,
          income: `/income/${FROM}/${TO}`,
        };
        return httpRequest("GET", path[page], {});
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

function daysAgo(days: number): BusinessDate {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10) as BusinessDate;
}

async function seedIncome(databaseUrl: string): Promise<void> {
  const pool = seedPool(databaseUrl);
  await pool.query(
    `insert into analytics.income (business_date, partition, fees, rewards)
     select current_date - d, p, 1000, 500 from generate_series(1, 365) as d, generate_series(0, 15) as p`,
  );
  await pool.query("analyze");
  await pool.end();
}
