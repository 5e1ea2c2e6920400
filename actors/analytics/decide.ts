/** What each fact of others adds to the read side. Pure (G7); no facts of its own, so a rebuild tells nobody anything. */
import type { Envelope } from "../../schemas/envelope.ts";
import type { LedgerEntryPostedV2, TaskCompletedV2, Type } from "../../schemas/generated/messages.ts";
import { add, negate } from "../../schemas/money.ts";
import { type Context, type Decision, NOTHING } from "../runtime/actor.ts";
import {
  type AnalyticsEntity,
  type AnalyticsState,
  type Balance,
  balanceKey,
  type Completion,
  type Crossing,
  completionKey,
  crossingKey,
  factKey,
  type IncomeDay,
  personKey,
} from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "user.registered",
  "user.profile-changed",
  "task.completed",
  "ledger.entry-posted",
]);

/** The fact is kept as it is, too, so that a rebuild needs nobody else: streams are trimmed, and the books are not ours. */
export function decide(state: AnalyticsState, message: Envelope, _context: Context): Decision {
  const rows = rowsOf(state, message);
  if (rows.length === 0) return NOTHING;
  const { id, dataschema: schema, data } = message;
  return { accepted: true, facts: [], replicas: [...rows, { key: factKey(id), schema, data }] };
}

/** What a fact makes of the read side: the same in a rebuild. */
export function rowsOf(state: AnalyticsState, message: Pick<Envelope, "type" | "data">): AnalyticsEntity[] {
  const { type, data } = message as Envelope;
  switch (type) {
    case "user.registered":
    case "user.profile-changed":
      return [{ key: personKey(data.userId), id: data.userId, name: data.name }];
    case "task.completed":
      return [completionOf(data)];
    case "ledger.entry-posted":
      return [balanceOf(data), ...crossingOf(data), ...incomeWith(state, data)];
    default:
      return [];
  }
}

function completionOf(data: TaskCompletedV2): Completion {
  const { taskId, businessDate, rewardMinor, occurredAt, number, title, jiraId, assigneeId } = data;
  const key = completionKey(taskId);
  return {
    key,
    taskId,
    businessDate,
    rewardMinor,
    completedAt: occurredAt,
    number,
    title,
    jiraId,
    assigneeId,
  };
}

/** Entries of an account come in order, so the last of a date is what its balance was at the date's end. */
function balanceOf({ accountId, businessDate, balanceAfterMinor }: LedgerEntryPostedV2): Balance {
  const key = balanceKey(accountId, businessDate);
  return { key, accountId, businessDate, balanceMinor: balanceAfterMinor };
}

/** Only an entry that takes the account over zero, in either direction, is one. */
function crossingOf(entry: LedgerEntryPostedV2): Crossing[] {
  const { accountId, number, businessDate, amountMinor, balanceAfterMinor } = entry;
  const wasBelow = add(balanceAfterMinor, negate(amountMinor)) < 0;
  const isBelow = balanceAfterMinor < 0;
  if (wasBelow === isBelow) return [];
  return [{ key: crossingKey(accountId, number), accountId, crossedOn: businessDate, isBelow }];
}

/** Management income is fees − rewards (ACC-7): payouts, returns, bonuses and corrections never count. */
function incomeWith(state: AnalyticsState, entry: LedgerEntryPostedV2): IncomeDay[] {
  const day = state.income(entry.businessDate);
  switch (entry.kind) {
    case "fee":
      return [{ ...day, feesMinor: add(day.feesMinor, negate(entry.amountMinor)) }];
    case "reward":
      return [{ ...day, rewardsMinor: add(day.rewardsMinor, entry.amountMinor) }];
    case "payout":
    case "payout-return":
    case "bonus":
    case "correction":
      return [];
  }
}
