/** A range of business dates as a query asks for it, both ends included. */
import type { BusinessDate } from "../../schemas/business-date.ts";
import { badRequest } from "../refusal.ts";

export interface DateRange {
  readonly from: BusinessDate;
  readonly to: BusinessDate;
}

export interface AskedRange {
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
}

/** Nothing asked: the month of the business date so far. One end asked: the other is the month's first, or today. */
export function dateRange(asked: AskedRange, businessDate: BusinessDate): DateRange {
  const to = asked.to ?? later(asked.from, businessDate);
  const from = asked.from ?? firstOfMonth(to);
  checkRange({ from, to });
  return { from, to };
}

/** Refuses a range that ends before it begins. */
export function checkRange({ from, to }: AskedRange): void {
  if (from !== undefined && to !== undefined && from > to) {
    throw badRequest([{ pointer: "/query/to", detail: `expected a date from ${from} on, got ${to}` }]);
  }
}

export function firstOfMonth(date: BusinessDate): BusinessDate {
  return `${date.slice(0, 8)}01` as BusinessDate;
}

function later(from: BusinessDate | undefined, businessDate: BusinessDate): BusinessDate {
  return from !== undefined && from > businessDate ? from : businessDate;
}
