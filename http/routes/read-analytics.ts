/** GET /analytics/… for admins (AN-1, AN-2), each list also as CSV (AN-3). */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";
import { readAnalyticsIncome } from "../queries/analytics-income.ts";
import { countNegative, type NegativeBalance, readNegative } from "../queries/analytics-negative.ts";
import { readTopTasks, type TopTaskOfPeriod } from "../queries/analytics-top-task.ts";
import { readBusinessDate } from "../queries/company.ts";
import type { CsvLine } from "../queries/csv.ts";
import { type AskedRange, checkRange, type DateRange, dateRange } from "../queries/date-range.ts";
import type { Earnings } from "../queries/earnings.ts";
import { PERIOD_LENGTHS, PERIODS_MAX, type PeriodLength, periods } from "../queries/periods.ts";
import { badRequest } from "../refusal.ts";
import type { JsonSchema, Route, RouteRequest } from "../route.ts";
import type { ReadDeps } from "./read-deps.ts";
import { RANGE_QUERY } from "./read-earnings.ts";
import { answers, csvAnswers, csvFile, ok } from "./reply.ts";
import { EARNINGS, NEGATIVE, TODAY, TOP_TASKS } from "./resource-schemas.ts";
import { BUSINESS_DATE, oneOf } from "./value-schemas.ts";

/** A report: how it is read, and how it is written as JSON and as CSV. */
interface Report<T> {
  readonly name: string;
  readonly summary: string;
  readonly query: Readonly<Record<string, JsonSchema>>;
  readonly schema: JsonSchema;
  read(request: RouteRequest): Promise<T>;
  readonly header: readonly string[];
  linesOf(report: T): readonly CsvLine[];
}

/** The business date is the board's; everything else comes from the analytics read side, wherever that is (AN-3). */
export function analyticsReadRoutes(deps: ReadDeps): Route[] {
  const guard: NonNullable<ReadDeps["guard"]> = deps.analytics?.guard ?? ((read) => read());
  return reportRoutes(deps).map((route) => ({
    ...route,
    handle: (request) => guard(() => route.handle(request)),
  }));
}

function reportRoutes(deps: ReadDeps): Route[] {
  return [
    ...routesOf(today(deps)),
    ...routesOf(income(deps)),
    ...routesOf(negative(deps)),
    ...routesOf(topTask(deps)),
  ];
}

function routesOf<T>(report: Report<T>): Route[] {
  const { name, summary, query, schema } = report;
  const common = { method: "GET", tag: "analytics", access: ["admin"], query } as const;
  return [
    {
      ...common,
      path: `/analytics/${name}`,
      summary,
      responses: answers("The report", schema),
      handle: async (request) => ok(await report.read(request)),
    },
    {
      ...common,
      path: `/analytics/${name}.csv`,
      summary: `${summary}; as CSV`,
      responses: csvAnswers("The report"),
      handle: (request) => csvFile(`${name}.csv`, report.header, pageOf(report, request)),
    },
  ];
}

/** A report is small: it is one page. */
async function* pageOf<T>(report: Report<T>, request: RouteRequest): AsyncGenerator<readonly CsvLine[]> {
  yield report.linesOf(await report.read(request));
}

type Today = Earnings["total"] & { readonly businessDate: BusinessDate; readonly negativeCount: number };

function today({ database, analytics }: ReadDeps): Report<Today> {
  return {
    name: "today",
    summary: "Management income of the current business date, and how many people are below zero now",
    query: {},
    schema: TODAY,
    async read() {
      const businessDate = await readBusinessDate(database);
      const [{ total }, negativeCount] = await Promise.all([
        readAnalyticsIncome(analytics?.database ?? database, { from: businessDate, to: businessDate }),
        countNegative(analytics?.database ?? database, businessDate),
      ]);
      return { businessDate, ...total, negativeCount };
    },
    header: ["businessDate", "feesMinor", "rewardsMinor", "incomeMinor", "negativeCount"],
    linesOf: (day) => [
      [day.businessDate, day.feesMinor, day.rewardsMinor, day.incomeMinor, day.negativeCount],
    ],
  };
}

function income({ database, analytics }: ReadDeps): Report<Earnings> {
  return {
    name: "income",
    summary: "Management income of each business date with a fee or a reward",
    query: RANGE_QUERY,
    schema: EARNINGS,
    read: async ({ query }) =>
      readAnalyticsIncome(analytics?.database ?? database, await rangeOf(database, query)),
    header: ["businessDate", "feesMinor", "rewardsMinor", "incomeMinor"],
    linesOf: ({ items }) =>
      items.map((item) => [item.businessDate, item.feesMinor, item.rewardsMinor, item.incomeMinor]),
  };
}

/** The board is asked for its date only when the range leaves an end open. */
async function rangeOf(database: Knex, asked: AskedRange): Promise<DateRange> {
  const { from, to } = asked;
  if (from === undefined || to === undefined) return dateRange(asked, await readBusinessDate(database));
  checkRange(asked);
  return { from, to };
}

interface Negative {
  readonly date: BusinessDate;
  readonly count: number;
  readonly items: readonly NegativeBalance[];
}

function negative({ database, analytics }: ReadDeps): Report<Negative> {
  return {
    name: "negative",
    summary: "Who is below zero now, or was at the close of a past business date; deepest first",
    query: {
      date: { ...BUSINESS_DATE, description: "A business date up to the current one, which means now." },
    },
    schema: NEGATIVE,
    async read(request) {
      const businessDate = await readBusinessDate(database);
      const { date = businessDate } = request.query as { date?: BusinessDate };
      if (date > businessDate) {
        throw badRequest([
          { pointer: "/query/date", detail: `expected a date up to ${businessDate}, got ${date}` },
        ]);
      }
      const items = await readNegative(analytics?.database ?? database, date);
      return { date, count: items.length, items };
    },
    header: ["date", "userId", "name", "balanceMinor"],
    linesOf: ({ date, items }) => items.map((item) => [date, item.userId, item.name, item.balanceMinor]),
  };
}

interface TopTasks {
  readonly by: PeriodLength;
  readonly items: readonly TopTaskOfPeriod[];
}

function topTask({ database, analytics }: ReadDeps): Report<TopTasks> {
  return {
    name: "top-task",
    summary: `The task with the highest reward among those completed in each period the range touches (at most ${PERIODS_MAX})`,
    query: {
      ...RANGE_QUERY,
      by: oneOf(
        PERIOD_LENGTHS,
        "`day` unless told. ISO weeks begin on Monday. A week or month that the range only cuts is reported whole.",
      ),
    },
    schema: TOP_TASKS,
    async read(request) {
      const { by = "day", ...asked } = request.query as AskedRange & { by?: PeriodLength };
      return {
        by,
        items: await readTopTasks(
          analytics?.database ?? database,
          periods(by, await rangeOf(database, asked)),
        ),
      };
    },
    header: TOP_TASK_HEADER,
    linesOf: ({ items }) => items.map(topTaskRow),
  };
}

const TOP_TASK_HEADER = [
  "from",
  "to",
  "rewardMinor",
  "ties",
  "taskId",
  "number",
  "title",
  "jiraId",
  "completedAt",
  "assigneeId",
  "assignee",
];

function topTaskRow(item: TopTaskOfPeriod) {
  const { from, to, task } = item;
  if (task === null) return [from, to, null, null, null, null, null, null, null, null, null];
  const { id, number, title, jiraId, completedAt, assignee } = task;
  return [
    from,
    to,
    item.rewardMinor,
    item.ties,
    id,
    number,
    title,
    jiraId,
    completedAt,
    assignee.id,
    assignee.name,
  ];
}
