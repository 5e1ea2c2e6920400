/**
 * Posting (ACC-4): one fee per assignment, one reward per completion, one return per failed payout, booked on the
 * business date of the fact. An account that is still owed a payout of an ended date books that first, so that
 * its balance at the barrier is what is paid (DAY-3).
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutFailedV1, TaskAssignedV2, TaskCompletedV2 } from "../../schemas/generated/messages.ts";
import type { UserId } from "../../schemas/ids.ts";
import { negate } from "../../schemas/money.ts";
import { entryOf, type Transfer } from "../ledger/entry.ts";
import type { Context, Decision, Fact } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { settleEnded } from "./close.ts";
import { type AccountState, accountKey, newAccount } from "./state.ts";

export function chargeFee(state: AccountState, data: TaskAssignedV2, context: Context): Decision {
  return post(state, data.assigneeId, context, {
    ...stamp(state, data.businessDate, data.occurredAt, context),
    kind: "fee",
    amountMinor: negate(data.feeMinor),
    task: { id: data.taskId, title: data.title, jiraId: data.jiraId },
  });
}

export function payReward(state: AccountState, data: TaskCompletedV2, context: Context): Decision {
  return post(state, data.assigneeId, context, {
    ...stamp(state, data.businessDate, data.occurredAt, context),
    kind: "reward",
    amountMinor: data.rewardMinor,
    task: { id: data.taskId, title: data.title, jiraId: data.jiraId },
  });
}

/** The money is owed again, by a reversing entry on the date that is open now: the paid date is sealed (PAY-1, DAY-6). */
export function returnPayout(state: AccountState, data: PayoutFailedV1, context: Context): Decision {
  const { payoutId, accountId, businessDate, amountMinor, occurredAt } = data;
  const posted = post(state, accountId, context, {
    ...stamp(state, state.book.businessDate, occurredAt, context),
    kind: "payout-return",
    amountMinor,
    payoutId,
  });
  if (!posted.accepted) return posted;
  const returned = { payoutId, accountId, businessDate, amountMinor, occurredAt: context.now };
  return {
    ...posted,
    facts: [...posted.facts, fact("payout.returned", accountKey(accountId), accountId, returned)],
  };
}

type Stamp = Pick<Transfer, "transferId" | "businessDate" | "occurredAt" | "traceId">;

/** A fact of a date whose barrier has passed cannot arrive (G5); if it does, nothing is booked into a sealed day. */
function stamp(state: AccountState, businessDate: BusinessDate, occurredAt: string, context: Context): Stamp {
  const open = state.book.businessDate;
  if (businessDate !== open) {
    throw new Error(
      `a fact of ${businessDate} reached an account partition whose open business date is ${open}`,
    );
  }
  return { transferId: context.id("transfer"), businessDate, occurredAt, traceId: context.traceId };
}

function post(state: AccountState, id: UserId, context: Context, transfer: Transfer): Decision {
  const known = state.account(id);
  const opened = known === undefined ? [openedFact(id, context)] : [];
  const ended = settleEnded(state, known ?? newAccount(id), context);
  const entry = entryOf(ended.head, transfer);
  return {
    accepted: true,
    facts: [...opened, ...ended.facts, fact("ledger.entry-posted", accountKey(id), id, entry)],
  };
}

function openedFact(id: UserId, context: Context): Fact {
  return fact("account.opened", accountKey(id), id, { accountId: id, occurredAt: context.now });
}
