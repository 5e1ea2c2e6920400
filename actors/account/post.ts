/**
 * Posting (ACC-4): one fee per assignment, one reward per completion, one return per failed payout, booked on the
 * business date of the fact. An account that is still owed a payout of an ended date books that first, so that
 * its balance at the barrier is what is paid (DAY-3).
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type {
  BonusGrantedV1,
  CorrectionApprovedV1,
  PayoutFailedV1,
} from "../../schemas/generated/messages.ts";
import type { UserId } from "../../schemas/ids.ts";
import { negate } from "../../schemas/money.ts";
import { entryOf, type Transfer } from "../ledger/entry.ts";
import { type Accepted, type Context, type Decision, type Fact, NotYet } from "../runtime/actor.ts";
import { fact } from "../runtime/fact.ts";
import { settleEnded } from "./close.ts";
import { withoutWaiting } from "./late.ts";
import { type AccountState, accountKey, newAccount } from "./state.ts";

export function chargeFee(
  state: AccountState,
  message: Envelope<"task.assigned">,
  context: Context,
): Decision {
  const { data } = message;
  return postOf(state, message, context, { kind: "fee", amountMinor: negate(data.feeMinor) });
}

export function payReward(
  state: AccountState,
  message: Envelope<"task.completed">,
  context: Context,
): Decision {
  const { data } = message;
  return postOf(state, message, context, { kind: "reward", amountMinor: data.rewardMinor });
}

function postOf(
  state: AccountState,
  message: Envelope<"task.assigned"> | Envelope<"task.completed">,
  context: Context,
  what: Pick<Transfer, "kind" | "amountMinor">,
): Decision {
  const { book } = state;
  const { data } = message;
  const posted = post(state, data.assigneeId, context, {
    ...what,
    ...stamp(book.businessDate, data.occurredAt, context),
    lateOf: lateOf(book.businessDate, data.businessDate, context),
    task: { id: data.taskId, title: data.title, jiraId: data.jiraId },
  });
  return { ...posted, replicas: withoutWaiting(book, message, context) };
}

/** On the date that is open now, whatever it corrects: earlier ones are sealed (ACC-5, DAY-6). */
export function bookCorrection(state: AccountState, data: CorrectionApprovedV1, context: Context): Decision {
  const { correctionId, accountId, kind, amountMinor, reason, occurredAt } = data;
  return post(state, accountId, context, {
    ...stamp(state.book.businessDate, occurredAt, context),
    transferId: correctionId,
    kind,
    amountMinor,
    reason,
  });
}

/** Likewise what a schedule grants (JOB-1): it is of no date of the board. */
export function bookBonus(state: AccountState, data: BonusGrantedV1, context: Context): Decision {
  const { bonusId, accountId, amountMinor, reason, occurredAt } = data;
  return post(state, accountId, context, {
    ...stamp(state.book.businessDate, occurredAt, context),
    transferId: bonusId,
    kind: "bonus",
    amountMinor,
    reason,
  });
}

/** The money is owed again, by a reversing entry on the date that is open now: the paid date is sealed (PAY-1, DAY-6). */
export function returnPayout(state: AccountState, data: PayoutFailedV1, context: Context): Decision {
  const { payoutId, accountId, businessDate, amountMinor, occurredAt } = data;
  const posted = post(state, accountId, context, {
    ...stamp(state.book.businessDate, occurredAt, context),
    kind: "payout-return",
    amountMinor,
    payoutId,
  });
  const returned = { payoutId, accountId, businessDate, amountMinor, occurredAt: context.now };
  return {
    ...posted,
    facts: [...posted.facts, fact("payout.returned", `payout/${payoutId}`, accountId, returned)],
  };
}

type Stamp = Pick<Transfer, "transferId" | "businessDate" | "occurredAt" | "traceId">;

function stamp(businessDate: BusinessDate, occurredAt: string, context: Context): Stamp {
  return { transferId: context.id("transfer"), businessDate, occurredAt, traceId: context.traceId };
}

/**
 * The fact's own date, if it has ended: only what was parked meanwhile can be of one, and is booked on the open date
 * (DAY-6). A later date begins when the barrier is decided, which may be parked itself. Anything else of another date
 * cannot arrive (G5), and is not booked.
 */
function lateOf(open: BusinessDate, date: BusinessDate, context: Context): BusinessDate | undefined {
  if (date === open) return undefined;
  if (context.wasParked && date < open) return date;
  const what = `a fact of ${date} reached an account partition whose open business date is ${open}`;
  throw date > open ? new NotYet(what) : new Error(what);
}

function post(state: AccountState, id: UserId, context: Context, transfer: Transfer): Accepted {
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
