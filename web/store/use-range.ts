import type { BusinessDate } from "../api/resources.ts";
import { date } from "../format/date.ts";
import { router } from "../router.ts";
import { company } from "./company.ts";

const DAYS_BY_DEFAULT = 30;

/** The business dates a page reports on: from the URL, else the last thirty to today. */
export function useRange(): { readonly from: BusinessDate; readonly to: BusinessDate } {
  const query = router.query.value;
  const to = query.get("to") ?? company.value.businessDate;
  return { from: query.get("from") ?? date.shift(to, 1 - DAYS_BY_DEFAULT), to };
}
