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
  type IncomeDay,
  personKey,
} from "./state.ts";

export const HANDLES: ReadonlySet<Type> = new Set<Type>([
  "user.registered",
  "user.profile-changed",
  "task.completed",
  "ledger.entry-posted",
]);

export function decide(state: AnalyticsState, message: Envelope, _context: Context): Decision {
  switch (message.type) {
    case "user.registered":
    case "user.profile-changed": {
      const { userId, name } = message.data;
      return keep([{ key: personKey(userId), id: userId, name }]);
    }
    case "task.completed":
      return keep([completionOf(message.data)]);
    case "ledger.entry-posted":
      return keep([balanceOf(message.data), ...crossingOf(message.data), ...incomeWith(state, message.data)]);
    default:
      return NOTHING;
  }
}

function keep(replicas: readonly AnalyticsEntity[]): Decision {
  return { accepted: true, facts: [], replicas };
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
