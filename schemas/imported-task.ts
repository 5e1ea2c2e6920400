/**
 * What a row of a file is, for the edge that previews an import and the board that does it (TT-12). A row is told from
 * others by its Jira id, or without one by its words. Its task's id is made of that alone: whoever imports it, and how
 * often, it is the same task.
 */
import { derivedUuid, type TaskId } from "./ids.ts";

/** What a row says of its task; checked and trimmed. */
export interface ImportedWords {
  readonly title: string;
  readonly jiraId?: string;
  readonly description?: string;
}

/** A row as it waits in a piece of its import. */
export interface ImportRow extends ImportedWords {
  readonly taskId: TaskId;
}

const IMPORTED_TIME_MS = 0;

export function importedTaskId({ title, jiraId, description = "" }: ImportedWords): TaskId {
  const identity = jiraId === undefined ? ["words", title, description] : ["jira", jiraId];
  return derivedUuid(IMPORTED_TIME_MS, "imported task", ...identity) as TaskId;
}
