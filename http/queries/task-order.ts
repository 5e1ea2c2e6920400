/**
 * The orders of the task list, each by one column and then by number in the same direction. A cursor holds the last
 * row's own values, exact to the microsecond: what a task changes to while somebody pages moves that task alone.
 */
import { decodeCursor, type KeyKind } from "./cursor.ts";
import type { Values } from "./statement.ts";

interface Column {
  readonly sql: string;
  /** Where it is found; among the tasks unless told. */
  readonly from?: string;
  /** Where tasks without a value stand: last, whatever the direction. */
  readonly sqlDescending?: string;
  readonly kind: KeyKind;
  readonly type: string;
}

const COLUMNS = {
  number: { sql: "number", kind: "int4", type: "int4" },
  /** No Jira id is the smallest one. */
  jiraId: { sql: "coalesce(jira_id, '')", kind: "text", type: "text" },
  title: { sql: "title", kind: "text", type: "text" },
  /** In the order of a task's life. */
  status: {
    sql: "array_position(array['open', 'in-progress', 'done', 'cancelled'], status)",
    kind: "int4",
    type: "int4",
  },
  assignee: {
    sql: "coalesce(assignee_name, '')",
    from: "tasks left join (select id as user_id, name as assignee_name from users) as people on user_id = assignee_id",
    kind: "text",
    type: "text",
  },
  fee: { sql: "fee", kind: "int8", type: "int8" },
  reward: { sql: "reward", kind: "int8", type: "int8" },
  created: { sql: "created_at", kind: "instant", type: "timestamptz" },
  completed: {
    sql: "coalesce(completed_at, 'infinity')",
    sqlDescending: "coalesce(completed_at, '-infinity')",
    kind: "instant",
    type: "timestamptz",
  },
} as const satisfies Record<string, Column>;

type ColumnName = keyof typeof COLUMNS;
export type TaskSort = ColumnName | `-${ColumnName}`;

/** `-` is descending. */
export const TASK_SORTS: readonly TaskSort[] = (Object.keys(COLUMNS) as ColumnName[]).flatMap(
  (name): TaskSort[] => [name, `-${name}`],
);

export class TaskOrder {
  /** The name of this list in cursors and statements. */
  readonly list: string;
  /** What the order goes by beside the number; undefined when it is the number. */
  readonly key: string | undefined;
  readonly #column: Column;
  readonly #direction: "asc" | "desc";

  constructor(sort: TaskSort) {
    this.list = `tasks:${sort}`;
    this.#direction = sort.startsWith("-") ? "desc" : "asc";
    this.#column = COLUMNS[sort.replace("-", "") as ColumnName];
    const { sql, sqlDescending = sql } = this.#column;
    this.key = sql === "number" ? undefined : this.#direction === "desc" ? sqlDescending : sql;
  }

  get from(): string {
    return this.#column.from ?? "tasks";
  }

  /** The key, among the columns that are selected. */
  get selected(): string {
    return this.key === undefined ? "" : `, ${this.key} as sort_key`;
  }

  /** The same as a cursor takes it: a time as text, which a double would round. Of a page's rows alone, for it takes time. */
  get told(): string {
    if (this.key === undefined) return "";
    return `, sort_key${this.#column.kind === "instant" ? "::text" : ""} as "sortKey"`;
  }

  /** Of tasks. */
  get within(): string {
    return this.of(this.key ?? "");
  }

  /** Of rows that have their key under this name. */
  of(key: string): string {
    const number = `number ${this.#direction}`;
    return this.key === undefined ? number : `${key} ${this.#direction}, ${number}`;
  }

  /** Those behind the row that the cursor names. */
  after(cursor: string, place: Values["place"]): string {
    const beyond = this.#direction === "desc" ? "<" : ">";
    if (this.key === undefined) {
      const [number] = decodeCursor(this.list, cursor, ["int4"]);
      return `number ${beyond} ${place(number)}`;
    }
    const { kind, type } = this.#column;
    const [value, number] = decodeCursor(this.list, cursor, [kind, "int4"]);
    return `(${this.key}, number) ${beyond} (${place(value)}::${type}, ${place(number)})`;
  }
}
