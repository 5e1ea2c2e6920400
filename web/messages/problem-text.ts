import type { Problem } from "../api/problem.ts";
import { en, type MessageKey } from "./en.ts";
import { t } from "./t.ts";

/** What a refusal says to a person: our own words for codes we know, the server's for the rest. */
export function problemText(problem: Problem): string {
  for (const { code, line } of problem.fields) {
    const key = `problem.${problem.code}.${code}`;
    if (key in en) return t(key as MessageKey, { line: line ?? 0 });
  }
  const key = `problem.${problem.code}`;
  if (key in en) return t(key as MessageKey);
  if (problem.status === 403) return t("problem.forbidden");
  if (problem.status === 404) return t("problem.not_found");
  if (problem.status === 429) return t("problem.too_many_requests");
  if (problem.status === 503) return t("problem.unavailable");
  return problem.message;
}
