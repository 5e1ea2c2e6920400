/** GET /accounts/{userId}/entries, the same as a file, and statements by month (ACC-6, ACC-7, ACC-8). */
import { openingOf } from "../../documents/statement.ts";
import { statementPdf } from "../../documents/statement-pdf.ts";
import { datesOfMonth } from "../../schemas/business-date.ts";
import type { UserId } from "../../schemas/ids.ts";
import { ZERO } from "../../schemas/money.ts";
import { readCompany } from "../queries/company.ts";
import type { CsvLine } from "../queries/csv.ts";
import { checkRange } from "../queries/date-range.ts";
import {
  ENTRY_KINDS,
  type EntryFilter,
  type EntryKind,
  type EntryResource,
  lastBalanceBefore,
  listEntries,
} from "../queries/entries.ts";
import { allPages } from "../queries/page.ts";
import { findUser } from "../queries/users.ts";
import { forbidden, notFound } from "../refusal.ts";
import type { JsonSchema, Route, RouteReply, RouteRequest } from "../route.ts";
import { PAGE_QUERY, pageOf, queryOf } from "./list-schemas.ts";
import { callerOf, nowMsOf, type ReadDeps } from "./read-deps.ts";
import { answers, csvAnswers, csvFile, file as fileOf, ok } from "./reply.ts";
import { ENTRY } from "./resource-schemas.ts";
import { BUSINESS_DATE, oneOf, SEARCH, UUID } from "./value-schemas.ts";

const SEES_ALL: readonly string[] = ["accountant", "admin"];

const ANY_KIND = `(${ENTRY_KINDS.join("|")})`;
const FILTER_QUERY = {
  from: BUSINESS_DATE,
  to: BUSINESS_DATE,
  kind: {
    type: "string",
    pattern: `^${ANY_KIND}(,${ANY_KIND}){0,${ENTRY_KINDS.length - 1}}$`,
    description: `One or several of ${ENTRY_KINDS.join(", ")}, with commas between; all of them unless told.`,
  },
  q: { ...SEARCH, description: "As the search of GET /tasks: entries of the tasks that it finds." },
} as const satisfies Record<string, JsonSchema>;

/** What `visibleOwner` refuses. */
export const FOREIGN = { 403: { description: "Another person's account." } };

const BASIS = { method: "GET", tag: "accounts", access: "signed-in", params: { userId: UUID } } as const;

export function entryReadRoutes(deps: ReadDeps): Route[] {
  return [list(deps), file(deps), statement(deps)];
}

function list({ database }: ReadDeps): Route {
  return {
    ...BASIS,
    path: "/accounts/{userId}/entries",
    summary: "The audit log of an account, newest first; `from` and `to` are business dates, both included",
    query: { ...FILTER_QUERY, ...PAGE_QUERY },
    responses: { ...answers("A page of entries", pageOf(ENTRY)), ...FOREIGN },
    async handle(request) {
      const { limit, cursor } = queryOf(request);
      const page = { ...(limit && { limit }), ...(cursor && { cursor }) };
      const entries = await listEntries(database, { ...filterOf(request), ...page });
      if (entries.items.length === 0) await refuseUnknown(database, request);
      return ok(entries);
    },
  };
}

function file({ database }: ReadDeps): Route {
  return {
    ...BASIS,
    path: "/accounts/{userId}/entries.csv",
    summary: "The audit log of an account as CSV, newest first, all that the filters leave",
    query: FILTER_QUERY,
    responses: { ...csvAnswers("The entries"), ...FOREIGN },
    async handle(request) {
      const filter = filterOf(request);
      await refuseUnknown(database, request);
      return entriesFile(database, "entries.csv", filter);
    },
  };
}

function statement(deps: ReadDeps): Route {
  return {
    ...BASIS,
    path: "/accounts/{userId}/statement",
    summary: "The entries of a month as a file, oldest first (ACC-8)",
    query: {
      month: {
        type: "string",
        pattern: "^[1-9]\\d{3}-(0[1-9]|1[0-2])$",
        description: "`YYYY-MM`, of business dates.",
      },
      format: oneOf(["csv", "pdf"], "`csv` unless told; `pdf` is in the language of the account's person."),
    },
    queryRequired: ["month"],
    responses: {
      200: { description: "The statement", type: ["text/csv", "application/pdf"] },
      ...FOREIGN,
    },
    async handle(request) {
      const { month, format } = request.query as { month: string; format?: "csv" | "pdf" };
      if (format === "pdf") return statementAsPdf(deps, request, month);
      await refuseUnknown(deps.database, request);
      return entriesFile(deps.database, `statement-${month}.csv`, monthOf(request, month));
    },
  };
}

/** The opening balance is told by the first line: what is posted between the two reads cannot part them. */
async function statementAsPdf(deps: ReadDeps, request: RouteRequest, month: string): Promise<RouteReply> {
  const { database } = deps;
  const person = await findUser(database, visibleOwner(request));
  if (person === undefined) throw notFound("There is no such account.");
  const filter = monthOf(request, month);
  const lines: EntryResource[] = [];
  for await (const page of allPages((asked) => listEntries(database, { ...filter, ...asked }))) {
    lines.push(...page);
  }
  const before = lines.length > 0 ? ZERO : await lastBalanceBefore(database, person.id, filter.from);
  const pdf = await statementPdf({
    company: await readCompany(database),
    person,
    month,
    lines,
    openingMinor: openingOf(lines, before),
    asOf: new Date(nowMsOf(deps)).toISOString(),
  });
  return fileOf(`statement-${month}.pdf`, "application/pdf", pdf);
}

function monthOf(request: RouteRequest, month: string) {
  return { userId: visibleOwner(request), ...datesOfMonth(month), isOldestFirst: true };
}

type EntryQuery = Omit<EntryFilter, "kind"> & { readonly kind?: string };

function filterOf(request: RouteRequest): EntryFilter {
  const { from, to, kind, q } = request.query as EntryQuery;
  checkRange({ ...(from && { from }), ...(to && { to }) });
  return {
    userId: visibleOwner(request),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(kind === undefined ? {} : { kind: [...new Set(kind.split(","))] as EntryKind[] }),
    ...(q === undefined ? {} : { q }),
  };
}

/** Accounts are opened by what the directory says: who is no person has none. */
async function refuseUnknown(database: ReadDeps["database"], request: RouteRequest): Promise<void> {
  if ((await findUser(database, visibleOwner(request))) === undefined)
    throw notFound("There is no such account.");
}

const HEADER = [
  "number",
  "businessDate",
  "occurredAt",
  "kind",
  "taskNumber",
  "jiraId",
  "title",
  "amountMinor",
  "balanceAfterMinor",
  "id",
  "taskId",
  "traceId",
] as const satisfies readonly (keyof EntryResource)[];

function entriesFile(database: ReadDeps["database"], name: string, filter: EntryFilter): Promise<RouteReply> {
  return csvFile(name, HEADER, lines(database, filter));
}

async function* lines(
  database: ReadDeps["database"],
  filter: EntryFilter,
): AsyncGenerator<readonly CsvLine[]> {
  for await (const page of allPages((asked) => listEntries(database, { ...filter, ...asked }))) {
    yield page.map((entry) => HEADER.map((column) => entry[column]));
  }
}

/** Whose account the path names, if the caller may see it (ACC-7). Ids are compared as Postgres does, in any case. */
export function visibleOwner(request: RouteRequest): UserId {
  const caller = callerOf(request);
  const userId = String(request.params.userId).toLowerCase() as UserId;
  if (userId !== caller.id && !SEES_ALL.includes(caller.role)) {
    throw forbidden("Only accountants and admins see other people's accounts.");
  }
  return userId;
}
