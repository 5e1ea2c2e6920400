import type { Query } from "../api/get.ts";
import { BOARD_STATUSES, type BoardStatus, type Task } from "../api/resources.ts";
import { minorOf, typedAmount } from "../format/minor-of.ts";

/** What of the board is shown. Lives in the URL, so a filter can be sent to a colleague, kept, and gone back to. */
export interface BoardFilter {
  readonly q: string;
  /** `me`, a person's id, or nobody in particular. */
  readonly assignee: string;
  readonly jiraId: string;
  /** Amounts as typed, in the company's currency; empty is no bound. */
  readonly rewardFrom: string;
  readonly rewardTo: string;
  /** Business dates of creation, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** Of the list: one status. The board shows all three beside one another. */
  readonly status: BoardStatus | "";
}

export const NO_FILTER: BoardFilter = {
  q: "",
  assignee: "",
  jiraId: "",
  rewardFrom: "",
  rewardTo: "",
  from: "",
  to: "",
  status: "",
};

/** A whole id, or the letters of its project; what is typed half-way is not asked for yet. */
const JIRA_ID = /^[A-Za-z]+(-\d+)?$/;
const FIELDS = Object.keys(NO_FILTER) as (keyof BoardFilter)[];

/** Reads a filter from the URL; `mine=1` is the short way to say `assignee=me`. */
export function filterOf(query: URLSearchParams): BoardFilter {
  const text = Object.fromEntries(FIELDS.map((field) => [field, query.get(field) ?? ""]));
  const status = BOARD_STATUSES.find((known) => known === text.status) ?? "";
  const assignee = query.get("mine") === "1" ? "me" : (text.assignee ?? "");
  return { ...NO_FILTER, ...text, status, assignee };
}

/** The changes of the URL's query that make it say this filter. */
export function inUrl(filter: Partial<BoardFilter>): Record<string, string | null> {
  const changes: Record<string, string | null> = {};
  for (const [field, value] of Object.entries(filter)) changes[field] = value === "" ? null : value;
  if (filter.assignee !== undefined) {
    changes.mine = filter.assignee === "me" ? "1" : null;
    if (filter.assignee === "me") changes.assignee = null;
  }
  return changes;
}

/** What GET /tasks and /tasks/summary are asked. */
export function inApi(filter: BoardFilter): Query {
  const { q, assignee, jiraId, rewardFrom, rewardTo, from, to } = filter;
  return {
    q: q.trim(),
    assignee,
    jiraId: JIRA_ID.exec(jiraId.trim())?.[0],
    rewardFromMinor: minorOf(rewardFrom),
    rewardToMinor: minorOf(rewardTo),
    createdFrom: from,
    createdTo: to,
  };
}

/** The filter that was asked of the API: the other way round. */
export function fromApi(query: Query): BoardFilter {
  const text = (name: string): string => String(query[name] ?? "");
  const amount = (name: string): string => (typeof query[name] === "number" ? typedAmount(query[name]) : "");
  return {
    q: text("q"),
    assignee: text("assignee"),
    jiraId: text("jiraId"),
    rewardFrom: amount("rewardFromMinor"),
    rewardTo: amount("rewardToMinor"),
    from: text("createdFrom"),
    to: text("createdTo"),
    status: BOARD_STATUSES.find((known) => known === query.status) ?? "",
  };
}

/** How many conditions are set beside the text and whose tasks: they are folded away. */
export function conditionsOf(filter: BoardFilter): number {
  const { jiraId, rewardFrom, rewardTo, from, to, assignee } = filter;
  const person = assignee === "me" ? "" : assignee;
  return [jiraId, rewardFrom || rewardTo, from || to, person].filter((value) => value !== "").length;
}

export function isFiltered(filter: BoardFilter): boolean {
  return FIELDS.some((field) => filter[field] !== "");
}

/** What of a filter is surely known here; how the server searches text and dates it alone knows. */
export function surelyWants(filter: BoardFilter, me: string): (task: Task) => boolean {
  const assignee = filter.assignee === "me" ? me : filter.assignee;
  const from = minorOf(filter.rewardFrom) ?? Number.NEGATIVE_INFINITY;
  const to = minorOf(filter.rewardTo) ?? Number.POSITIVE_INFINITY;
  return (task) =>
    (assignee === "" || task.assignee.id === assignee) &&
    (filter.status === "" || task.status === filter.status) &&
    task.rewardMinor >= from &&
    task.rewardMinor <= to;
}

/** The best guess for a task the server has not been asked about: shown until its answer. */
export function likelyWants(filter: BoardFilter, me: string): (task: Task) => boolean {
  const isSure = surelyWants(filter, me);
  const jiraId = filter.jiraId.trim().toLowerCase();
  const wanted = filter.q.trim().toLowerCase();
  const words = wanted.split(/\s+/);
  const number = wanted.replace(/^#/, "");
  return (task) => {
    if (!isSure(task)) return false;
    const jira = (task.jiraId ?? "").toLowerCase();
    if (!jira.includes(jiraId)) return false;
    const day = task.createdAt.slice(0, 10);
    if ((filter.from !== "" && day < filter.from) || (filter.to !== "" && day > filter.to)) return false;
    if (wanted === "" || number === String(task.number)) return true;
    const text = textOf(task);
    return words.every((word) => text.includes(word));
  };
}

const texts = new WeakMap<Task, string>();

/** What is searched of a task; the same for every letter that is typed. */
function textOf(task: Task): string {
  let text = texts.get(task);
  if (text === undefined) {
    text = `${task.title} ${task.description ?? ""} ${task.jiraId ?? ""}`.toLowerCase();
    texts.set(task, text);
  }
  return text;
}
