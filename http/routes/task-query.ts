/** The query parameters that choose tasks, and what they ask for. */
import type { UserId } from "../../schemas/ids.ts";
import type { TaskStatus } from "../../schemas/resources.ts";
import type { TaskFilter } from "../queries/task-filter.ts";
import { TASK_SORTS } from "../queries/task-order.ts";
import { badRequest, type InputError } from "../refusal.ts";
import type { JsonSchema, RouteRequest } from "../route.ts";
import { callerOf } from "./read-deps.ts";
import { TASK_STATUSES } from "./resource-schemas.ts";
import { BUSINESS_DATE, MINOR, oneOf, SEARCH } from "./value-schemas.ts";

const ANY_STATUS = `(${TASK_STATUSES.join("|")})`;
const LIMITS = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

const person = (whose: string): JsonSchema => ({
  type: "string",
  pattern: "^(me|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$",
  description: `${whose}: \`me\` or a person's id.`,
});
const bound = (description: string): JsonSchema => ({
  ...MINOR,
  ...LIMITS,
  description: `${description}, included.`,
});
const date = (description: string): JsonSchema => ({
  ...BUSINESS_DATE,
  description: `${description}, included.`,
});

export const TASK_SORT: JsonSchema = oneOf(
  TASK_SORTS,
  "`-` = descending; `-number`, the newest first, unless told. Ties go by number. Tasks that are not completed come last by `completed`, whatever the direction.",
);

export const TASK_FILTER_QUERY = {
  status: {
    type: "string",
    pattern: `^${ANY_STATUS}(,${ANY_STATUS}){0,3}$`,
    description: `One or several of ${TASK_STATUSES.join(", ")}, with commas between; all of them unless told.`,
  },
  assignee: person("Whose tasks"),
  createdBy: person("Who created them"),
  jiraId: {
    type: "string",
    maxLength: 40,
    pattern: "^[A-Za-z]+(-[0-9]+)?$",
    description: "A Jira id, `UBERPOP-42`, or its letters alone: all of that project's. In any case.",
  },
  q: {
    ...SEARCH,
    description:
      "Words of the title, the description or the Jira id, Russian or English, each from its beginning; or the number, `42` or `#42`. Tasks with all of them are found.",
  },
  feeFromMinor: bound("Lowest fee"),
  feeToMinor: bound("Highest fee"),
  rewardFromMinor: bound("Lowest reward"),
  rewardToMinor: bound("Highest reward"),
  createdFrom: date("First business date of the creation"),
  createdTo: date("Last business date of the creation"),
  completedFrom: date("First business date of the completion"),
  completedTo: date("Last business date of the completion"),
} as const satisfies Record<string, JsonSchema>;

type FilterQuery = Omit<TaskFilter, "status" | "assigneeId" | "createdById"> & {
  readonly status?: string;
  readonly assignee?: "me" | UserId;
  readonly createdBy?: "me" | UserId;
};

/** The filter that a checked query asks for. Refuses ranges that end before they begin. */
export function taskFilterOf(request: RouteRequest): TaskFilter {
  const { status, assignee, createdBy, jiraId, ...rest } = pick(request.query) as FilterQuery;
  refuseEmptyRanges(request.query);
  const idOf = (who: "me" | UserId) => (who === "me" ? callerOf(request).id : who);
  return {
    ...rest,
    ...(status === undefined ? {} : { status: [...new Set(status.split(","))] as TaskStatus[] }),
    ...(assignee === undefined ? {} : { assigneeId: idOf(assignee) }),
    ...(createdBy === undefined ? {} : { createdById: idOf(createdBy) }),
    ...(jiraId === undefined ? {} : { jiraId: jiraId.toUpperCase() }),
  };
}

function pick(query: RouteRequest["query"]): object {
  return Object.fromEntries(Object.entries(query).filter(([name]) => name in TASK_FILTER_QUERY));
}

const RANGES = [
  ["feeFromMinor", "feeToMinor"],
  ["rewardFromMinor", "rewardToMinor"],
  ["createdFrom", "createdTo"],
  ["completedFrom", "completedTo"],
] as const;

export function refuseEmptyRanges(query: RouteRequest["query"]): void {
  const errors: InputError[] = RANGES.flatMap(([from, to]) => {
    const [lowest, highest] = [query[from], query[to]] as [
      number | string | undefined,
      number | string | undefined,
    ];
    if (lowest === undefined || highest === undefined || lowest <= highest) return [];
    return [{ pointer: `/query/${to}`, detail: `expected ${lowest} or more, got ${highest}` }];
  });
  if (errors.length > 0) throw badRequest(errors);
}
