/** What the installation fixed once, in Postgres: every host works by the same values. */
import type { BusinessDate, Calendar } from "./business-date.ts";
import type { Minor } from "./money.ts";

/** Whole steps from `fromMinor` to `toMinor`, both included (ACC-1). */
export interface PriceRange {
  readonly fromMinor: Minor;
  readonly toMinor: Minor;
  readonly stepMinor: Minor;
}

export interface Company extends Calendar {
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Partitions of everything keyed by account: fixed at install. */
  readonly partitions: number;
  /** Key of every draw and derived id (G7). */
  readonly secret: string;
  /** The business date the board starts with. */
  readonly firstDate: BusinessDate;
  readonly fee: PriceRange;
  readonly reward: PriceRange;
  /** Roles that get no tasks (TT-3). */
  readonly excludedRoles: readonly string[];
}
