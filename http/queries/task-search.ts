/**
 * Full-text search over tasks by Postgres. What is typed is cut at white space, and a task is found when it has each of
 * the parts: as the beginning of a word as it is written, or of a word with the same stem, Russian or English; so a word
 * finds before it is typed to its end. A Jira id is `~uber-42`, and its project and number are words, too; numbers are `#42`.
 */
import type { Values } from "./statement.ts";

/**
 * A condition on tasks. White space alone finds everything, what holds no word nothing. The numbers are found first, as
 * an array: Postgres cannot tell how many words begin like this, and joins whole tables or walks them for a single task.
 */
export function searchCondition(text: string, place: Values["place"]): string {
  const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (parts.length === 0) return "true";
  const found = [...new Set(parts)].map((part) => queryOf(part, place));
  return `number = any(array(select number from task_words where words @@ (${found.join(" && ")})))`;
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
