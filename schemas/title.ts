/**
 * Titles of two generations (EVT-2): version 1 holds the Jira id inside the title in free form,
 * version 2 holds it beside the title, bare and in upper case.
 */

/** What version 2 says of a version 1 title. */
export interface SplitTitle {
  readonly title: string;
  readonly jiraId?: string;
}

/** Longer ones are no ids: they stay in the title (common.json, jiraId). */
const JIRA_ID_MAX = 40;
/** What a title of nothing but white space becomes: version 2 has no empty titles, and its money must move (EVT-3). */
const UNTITLED = "(untitled)";
/**
 * `[UBERPOP-42] - Title` and `[UBERPOP-42] Title`; inside brackets any case is meant as an id. A dash before a digit
 * belongs to the title: `[OPS-7] -5 degrees in the server room`.
 */
const BRACKETED = /^\s*\[\s*([A-Za-z]+-\d+)\s*\]\s*(?:[-–—](?!\d)\s*)?(.*)$/su;
/** `UBERPOP-42 — Title` and `UBERPOP-42 - Title`; bare words count only in upper case: `covid-19 - plan` has no id. */
const BARE = /^\s*([A-Z]+-\d+)\s+[-–—]\s+(.*)$/su;

export function splitTitle(titleV1: string): SplitTitle {
  const match = BRACKETED.exec(titleV1) ?? BARE.exec(titleV1);
  const jiraId = (match?.[1] ?? "").toUpperCase();
  if (match === null || jiraId.length > JIRA_ID_MAX) return { title: withoutBrackets(titleV1) || UNTITLED };
  const title = withoutBrackets(match[2] ?? "");
  return { title: title === "" ? jiraId : title, jiraId };
}

/** A bracket cannot stand in a version 2 title: it becomes a parenthesis, so that no word is lost. */
function withoutBrackets(text: string): string {
  return text.replaceAll("[", "(").replaceAll("]", ")").trim();
}
