import { ENTRY_KINDS } from "../api/resources.ts";

/** Which entries of a log are shown; in the URL as in the API. Empty: no condition. */
export interface EntryFilter {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly q: string;
}

export function entryFilterOf(query: URLSearchParams): EntryFilter {
  const kind = ENTRY_KINDS.find((known) => known === query.get("kind")) ?? "";
  return { from: query.get("from") ?? "", to: query.get("to") ?? "", kind, q: query.get("q") ?? "" };
}
