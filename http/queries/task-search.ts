/**
 * Full-text search over tasks by Postgres. What is typed is cut at white space, and a task is found when it has each of
 * the parts: as the beginning of a word as it is written, or of a word with the same stem, Russian or English; so a word
 * finds before it is typed to its end. A Jira id is `~uber-42`, and its project and number are words, too; numbers are `#42`.
 */
import type { Values } from "./statement.ts";

/** Tasks that are looked at to tell a word of many from one of few, evenly from the first to the last. */
const SAMPLE = 500;
/** More than one of so many is many. */
const MANY = 4;

/**
 * A condition on tasks. White space alone finds everything, what holds no word nothing. The numbers are found first, as
 * an array: Postgres cannot tell how many words begin like this, and joins whole tables or walks them for a single task.
 */
export function searchCondition(text: string, place: Values["place"]): string {
  const query = searchQuery(text, place);
  return query === undefined ? "true" : isAmongFound(query);
}

/** What is searched for, as Postgres understands it; undefined finds everything. */
export function searchQuery(text: string, place: Values["place"]): string | undefined {
  const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (parts.length === 0) return undefined;
  return `(${[...new Set(parts)].map((part) => queryOf(part, place)).join(" && ")})`;
}

export function isAmongFound(query: string): string {
  return `number = any(array(select number from task_words where words @@ ${query}))`;
}

/** The same of one task, looked at by itself. */
export function isFound(query: string, task: string): string {
  return `(select words from task_words where task_words.number = ${task}.number) @@ ${query}`;
}

/** Whether so many tasks are found that looking at one after another fills a page sooner than finding all of them. */
export function findsMany(query: string): string {
  const sample = `select generate_series(1, last, 1 + last / ${SAMPLE}) from (select max(number) as last from task_words) as board`;
  return `(select ${MANY} * count(*) filter (where words @@ ${query}) > count(*) from task_words where number = any(array(${sample})))`;
}

function queryOf(part: string, place: Values["place"]): string {
  if (/^#\d+$/.test(part)) return exactly(part, place);
  // One letter begins too many words to be of use; most people are still typing.
  if (part.length === 1 && !isDigit(part)) return exactly(part, place);
  const prefix = place(`${quoted(part)}:*`);
  const parsed = `words_begun(${prefix})`;
  const written = /[^\p{L}\p{N}]/u.test(part) ? `${parsed} || to_tsquery('simple', ${prefix})` : parsed;
  const begun = /.-./.test(part)
    ? `${written} || ${place(`${quoted(`~${part}`)}:*`)}::text::tsquery`
    : written;
  return isDigit(part) ? `(${exactly(`#${part}`, place)} || ${begun})` : `(${begun})`;
}

function exactly(word: string, place: Values["place"]): string {
  return `${place(quoted(word))}::text::tsquery`;
}

function isDigit(part: string): boolean {
  return /^\d+$/.test(part);
}

/** One lexeme of a tsquery, whatever it holds. */
function quoted(word: string): string {
  return `'${word.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
