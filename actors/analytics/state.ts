/**
 * The analytics read side (AN-1, AN-2): rows made of facts and nothing else (AN-3). Only income adds up, so only its
 * rows are read back; the others come whole out of one fact, are written, and may be let go at once.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { TaskId, UserId } from "../../schemas/ids.ts";
import { type Minor, ZERO } from "../../schemas/money.ts";
import { Entities } from "../runtime/entities.ts";

export interface PersonName {
  readonly key: `person/${string}`;
  readonly id: UserId;
  readonly name: string;
}

/** What this partition's accounts paid in fees and got in rewards on a business date. */
export interface IncomeDay {
  readonly key: `income/${string}`;
  readonly incomeDate: BusinessDate;
  readonly feesMinor: Minor;
  readonly rewardsMinor: Minor;
}

/** The balance of an account after its last entry of a business date. */
export interface Balance {
  readonly key: `balance/${string}`;
  readonly accountId: UserId;
  readonly businessDate: BusinessDate;
  readonly balanceMinor: Minor;
}

/** An entry that took an account below zero, or out of it: what the spells below zero are made of. */
export interface Crossing {
  readonly key: `crossing/${string}`;
  readonly accountId: UserId;
  readonly crossedOn: BusinessDate;
  readonly isBelow: boolean;
}

/** A task that was completed: what the most expensive task is looked for among. */
export interface Completion {
  readonly key: `completion/${string}`;
  readonly taskId: TaskId;
  readonly businessDate: BusinessDate;
  readonly rewardMinor: Minor;
  readonly completedAt: string;
  readonly number: number;
  readonly title: string;
  readonly jiraId: string | undefined;
  readonly assigneeId: UserId;
}

/** The fact itself, in the version it was read in: what everything else can be made of again. */
export interface KeptFact {
  readonly key: `fact/${string}`;
  /** `urn:ates:<type>:<version>`. */
  readonly schema: string;
  readonly data: Envelope["data"];
}

export type AnalyticsEntity = PersonName | IncomeDay | Balance | Crossing | Completion | KeptFact;

export const factKey = (id: string): `fact/${string}` => `fact/${id}`;
export const personKey = (id: string): `person/${string}` => `person/${id}`;
export const incomeKey = (date: string): `income/${string}` => `income/${date}`;
export const balanceKey = (accountId: string, date: string): `balance/${string}` =>
  `balance/${accountId}/${date}`;
export const crossingKey = (accountId: string, entry: number): `crossing/${string}` =>
  `crossing/${accountId}/${entry}`;
export const completionKey = (taskId: string): `completion/${string}` => `completion/${taskId}`;

export class AnalyticsState extends Entities<AnalyticsEntity> {
  income(date: BusinessDate): IncomeDay {
    const key = incomeKey(date);
    const known = this.get(key) as IncomeDay | undefined;
    return known ?? { key, incomeDate: date, feesMinor: ZERO, rewardsMinor: ZERO };
  }
}
