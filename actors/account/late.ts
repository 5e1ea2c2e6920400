/**
 * What parked mailboxes mean for the day (DAY-4, DAY-6, G8). Messages that wait when their date's barrier comes are
 * counted, so that the partition's totals still prove everybody else's; the accounts they wait for are held. Booked they
 * are later, on the date that is open then: nothing is dated into an ended day.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Envelope } from "../../schemas/envelope.ts";
import type { DayEndedV2 } from "../../schemas/generated/messages.ts";
import { isUuid } from "../../schemas/ids.ts";
import { negate } from "../../schemas/money.ts";
import { type ControlTotals, withFee, withReward } from "../ledger/control-totals.ts";
import type { Entry } from "../ledger/entry.ts";
import type { Context, SourceHead } from "../runtime/actor.ts";
import type { AccountEntity, AccountState, Book, HeldAccount, Waiting } from "./state.ts";
import { accountKey } from "./state.ts";

/** The board's totals count what the board has sent: a stranger's message is none of it. */
const BOARD = "/ates/task-board/0";

/** A fact that nobody can read is taken for one of the open date. */
export function whatWaits(
  state: AccountState,
  { source, type }: SourceHead,
  message?: Envelope,
): readonly AccountEntity[] {
  if (source !== BOARD) return [];
  const isTask = message?.type === "task.assigned" || message?.type === "task.completed";
  const date = isTask ? message.data.businessDate : state.book.businessDate;
  return date < state.book.businessDate ? [] : counted(state.book, type, date, 1);
}

/** The book when a message has waited, and its date has not ended since: it is no more among those that wait. */
export function withoutWaiting(
  book: Book,
  { source, type, data }: Envelope<"task.assigned"> | Envelope<"task.completed">,
  context: Context,
): readonly Book[] {
  const wasCounted = context.wasParked && source === BOARD && data.businessDate >= book.businessDate;
  return wasCounted ? counted(book, type, data.businessDate, -1) : [];
}

function counted(book: Book, type: string | undefined, date: BusinessDate, more: 1 | -1): readonly Book[] {
  const { fees, rewards } = waitingFor(book, date);
  if (type === "task.assigned") return [withWaiting(book, date, { fees: fees + more, rewards })];
  return type === "task.completed" ? [withWaiting(book, date, { fees, rewards: rewards + more })] : [];
}

function withWaiting(book: Book, date: BusinessDate, waiting: Waiting): Book {
  return { ...book, waiting: { ...book.waiting, [date]: waiting } };
}

/** Whether facts of the open date wait in parked mailboxes. */
export function isWaiting(book: Book): boolean {
  const { fees, rewards } = waitingFor(book, book.businessDate);
  return fees + rewards > 0;
}

function waitingFor({ waiting }: Book, date: BusinessDate): Waiting {
  return waiting[date] ?? { fees: 0, rewards: 0 };
}

/** What waits for dates after the one that ends: its facts can be here before the barrier is decided. */
export function waitingAfter({ waiting, businessDate }: Book): Book["waiting"] {
  return Object.fromEntries(Object.entries(waiting).filter(([date]) => date > businessDate));
}

/**
 * Whether what was posted for the date is what the board sent: late entries are of dates before, and those that wait are
 * missing. Sums that something is missing from can only be too small.
 */
export function isProven(book: Book, sent: DayEndedV2["totals"]): boolean {
  const { posted, late } = book;
  const waiting = waitingFor(book, book.businessDate);
  const fees = posted.fees - late.fees + waiting.fees === sent.fees;
  const rewards = posted.rewards - late.rewards + waiting.rewards === sent.rewards;
  const feesMinor = fits(posted.feesMinor - late.feesMinor, sent.feesMinor, waiting.fees);
  const rewardsMinor = fits(posted.rewardsMinor - late.rewardsMinor, sent.rewardsMinor, waiting.rewards);
  return fees && rewards && feesMinor && rewardsMinor;
}

function fits(ownMinor: number, sentMinor: number, missing: number): boolean {
  return missing === 0 ? ownMinor === sentMinor : ownMinor < sentMinor;
}

export function lateWith(late: ControlTotals, entry: Entry): ControlTotals {
  if (entry.lateOf === undefined) return late;
  if (entry.kind === "fee") return withFee(late, negate(entry.amountMinor));
  return entry.kind === "reward" ? withReward(late, entry.amountMinor) : late;
}

/** Accounts whose mailbox is parked when the barrier comes: nobody knows yet what they are owed. */
export function parkedAccounts(context: Context): HeldAccount[] {
  const prefix = accountKey("");
  return context
    .parkedActors()
    .flatMap((actor) =>
      actor.startsWith(prefix) && isUuid(actor.slice(prefix.length))
        ? [{ userId: actor.slice(prefix.length) as HeldAccount["userId"], reason: "mailbox_parked" }]
        : [],
    );
}
