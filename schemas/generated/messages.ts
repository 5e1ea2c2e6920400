// Generated from the JSON Schemas by `npm run generate`; do not edit.
import type { BusinessDate } from "../business-date.ts";
import type { JobId, PayoutId, ScheduleId, TaskId, UserId } from "../ids.ts";
import type { Minor } from "../money.ts";

/**
 * A person's ledger account exists (ACC-3).
 */
export interface AccountOpenedV1 {
accountId: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Tell a person of a payout that failed, who was unknown here: look again (PAY-1).
 */
export interface BadNewsPrepareV1 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
failure: string
looks: number
}

/**
 * The next people of a round of bonuses, after the last one it came to (JOB-1).
 */
export interface BonusContinueV1 {
scheduleId: ScheduleId
work: {
kind: "bonus"
amountMinor: Minor
reason: string
/**
 * @minItems 1
 * @maxItems 4
 */
roles: ("admin" | "manager" | "accountant" | "employee")[]
}
by: UserId
after?: UserId
}

/**
 * Somebody gets a bonus by a schedule: the account books it (JOB-1, ACC-5).
 */
export interface BonusGrantedV1 {
bonusId: string
scheduleId: ScheduleId
accountId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
reason: string
by: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Go on booking the payouts of a date (DAY-3).
 */
export interface CloseContinueV1 {
businessDate: BusinessDate
}

/**
 * Approve a proposed correction or bonus: it is booked (ACC-5).
 */
export interface CorrectionApproveV1 {
correctionId: string
}

/**
 * A correction or a bonus is approved by another person than its author: the account books it on its open business date, as a transfer with the correction's id (ACC-5).
 */
export interface CorrectionApprovedV1 {
correctionId: string
accountId: UserId
kind: ("correction" | "bonus")
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
reason: string
proposedBy: UserId
approvedBy: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Propose a correction or a bonus of a person's account; another accountant or admin decides (ACC-5).
 */
export interface CorrectionProposeV1 {
accountId: UserId
kind: ("correction" | "bonus")
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
reason: string
}

/**
 * A correction or a bonus is proposed; nothing is booked yet (ACC-5).
 */
export interface CorrectionProposedV1 {
correctionId: string
accountId: UserId
kind: ("correction" | "bonus")
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
reason: string
proposedBy: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Turn a proposed correction or bonus down, or take one's own back: nothing is booked (ACC-5).
 */
export interface CorrectionRejectV1 {
correctionId: string
reason: string
}

/**
 * A proposed correction or bonus is turned down: nothing is booked (ACC-5).
 */
export interface CorrectionRejectedV1 {
correctionId: string
accountId: UserId
rejectedBy: UserId
reason: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The cut-off of a date has passed (DAY-2).
 */
export interface CutoffReachedV1 {
businessDate: BusinessDate
}

/**
 * How far an account partition is with booking the payouts of a date: accounts up to afterAccountId are done (DAY-3).
 */
export interface DayCloseProgressedV1 {
businessDate: BusinessDate
partition: number
afterAccountId?: UserId
heldAccounts: {
userId: UserId
reason: string
}[]
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * End a business date and begin its close (DAY-2).
 */
export interface DayCloseV1 {
businessDate: BusinessDate
}

/**
 * Every partition is closed: the date is sealed (DAY-6).
 */
export interface DayClosedV1 {
businessDate: BusinessDate
/**
 * How many fees and rewards were sent, or posted, for one business date, and their sums (DAY-4).
 */
totals: {
fees: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feesMinor: Minor
rewards: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardsMinor: Minor
}
payouts: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
payoutsMinor: Minor
sealHash: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The barrier: no later fact of this channel is dated on or before businessDate. totals = what the board sent into this partition for the date (DAY-3, DAY-4).
 */
export interface DayEndedV1 {
businessDate: BusinessDate
nextDate: BusinessDate
/**
 * How many fees and rewards were sent, or posted, for one business date, and their sums (DAY-4).
 */
totals: {
fees: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feesMinor: Minor
rewards: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardsMinor: Minor
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The barrier: no later fact of this channel is dated on or before businessDate. totals = what the board sent into this partition for the date (DAY-3, DAY-4); weight, which old messages lack, tells whose facts are missing or too many when the totals differ by one person's.
 */
export interface DayEndedV2 {
businessDate: BusinessDate
nextDate: BusinessDate
/**
 * How many fees and rewards were sent, or posted, for one business date, and their sums (DAY-4).
 */
totals: {
fees: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feesMinor: Minor
rewards: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardsMinor: Minor
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
weight?: number
}

/**
 * An account partition has posted every fact of the date and booked its payouts (DAY-3).
 */
export interface DayPartitionClosedV1 {
businessDate: BusinessDate
partition: number
/**
 * How many fees and rewards were sent, or posted, for one business date, and their sums (DAY-4).
 */
posted: {
fees: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feesMinor: Minor
rewards: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardsMinor: Minor
}
payouts: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
payoutsMinor: Minor
heldAccounts: {
userId: UserId
reason: string
}[]
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Time to tell a person what was assigned to them, in one mail (NOT-2).
 */
export interface DigestSendV1 {
userId: UserId
}

/**
 * Let a held account be paid again: what differed is mended, and this is how (DAY-4).
 */
export interface HoldReleaseV1 {
accountId: UserId
reason: string
}

/**
 * What was wrong with a held account is mended: the next close pays it (DAY-4). Without by it was an operator at the command line.
 */
export interface HoldReleasedV1 {
accountId: UserId
by?: UserId
reason: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The next piece of an import (TT-12).
 */
export interface ImportContinueV1 {
jobId: JobId
piece: number
}

/**
 * How far a job is (TT-6).
 */
export interface JobProgressedV1 {
jobId: JobId
kind: "shuffle"
creatorId: UserId
state: ("queued" | "running" | "done" | "failed")
done: number
total: number
result: {
moved: number
unchanged: number
skipped: number
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
/**
 * Tasks with numbers up to here are done.
 */
cursor: number
/**
 * The last task number the job touches.
 */
upTo: number
}

/**
 * How far a job is: a shuffle (TT-6) or an import (TT-12).
 */
export type JobProgressedV2 = ({
jobId: JobId
kind: "shuffle"
creatorId: UserId
state: ("queued" | "running" | "done" | "failed")
done: number
total: number
result: {
moved: number
unchanged: number
skipped: number
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
/**
 * Tasks with numbers up to here are done.
 */
cursor: number
/**
 * The last task number the job touches.
 */
upTo: number
} | {
jobId: JobId
kind: "import"
creatorId: UserId
state: ("queued" | "running" | "done" | "failed")
done: number
total: number
result: {
created: number
unchanged: number
rejected: number
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
/**
 * Pieces up to here are done.
 */
cursor: number
/**
 * The last piece.
 */
upTo: number
})

/**
 * One transfer between a person's ledger account and a house account, seen from the person: positive = credited to the person (ACC-5). hash chains the account's entries (ACC-9).
 */
export interface LedgerEntryPostedV1 {
transferId: string
accountId: UserId
number: number
kind: ("fee" | "reward" | "payout" | "payout-return" | "bonus" | "correction")
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
balanceAfterMinor: Minor
counterAccount: string
taskId?: TaskId
title?: string
jiraId?: string
payoutId?: PayoutId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
traceId: string
hash: string
}

/**
 * One transfer between a person's ledger account and a house account, seen from the person: positive = credited to the person (ACC-5). hash chains the account's entries (ACC-9). lateOf names the date of a fact that was parked when its date ended: it is booked on the date that was open then (DAY-6).
 */
export interface LedgerEntryPostedV2 {
transferId: string
accountId: UserId
number: number
kind: ("fee" | "reward" | "payout" | "payout-return" | "bonus" | "correction")
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
balanceAfterMinor: Minor
counterAccount: string
taskId?: TaskId
title?: string
jiraId?: string
payoutId?: PayoutId
businessDate: BusinessDate
lateOf?: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
traceId: string
hash: string
}

/**
 * A person is to be mailed a link by which they set a password; its secret stands nowhere but in the mail (AUTH-1).
 */
export interface LinkAskedV1 {
linkId: string
userId: UserId
purpose: ("invitation" | "reset")
/**
 * RFC 3339, UTC.
 */
expiresAt: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Mail a person a link by which they set a password: an admin's invitation, or what they asked for themselves (AUTH-1).
 */
export interface LinkSendV1 {
linkId: string
userId: UserId
purpose: ("invitation" | "reset")
/**
 * RFC 3339, UTC.
 */
expiresAt: string
}

/**
 * What the mail server said (PAY-5), with the mail as it was handed over: nothing else holds it for the next attempt.
 */
export interface MailAnsweredV1 {
mailId: string
outcome: ("sent" | "refused" | "unknown")
detail?: string
mail: {
to: string
subject: string
text: string
html: string
messageId: string
}
}

/**
 * What the mail server said (PAY-5), with the mail as it was handed over: nothing else holds it for the next attempt.
 */
export interface MailAnsweredV2 {
mailId: string
outcome: ("sent" | "refused" | "unknown" | "late")
detail?: string
mail: {
to: string
subject: string
text: string
html: string
messageId: string
/**
 * RFC 3339, UTC.
 */
notAfter?: string
/**
 * The statement that goes with it: made of the ledger when it is handed over, the same at every attempt (PAY-4).
 */
statement?: {
userId: UserId
name: string
locale: ("en" | "ru")
month: string
/**
 * RFC 3339, UTC.
 */
asOf: string
}
}
}

/**
 * Ask the mail gateway to deliver a mail; messageId stays the same at every attempt (PAY-3).
 */
export interface MailDeliverV1 {
mailId: string
to: string
subject: string
text: string
html: string
messageId: string
}

/**
 * Ask the mail gateway to deliver a mail; messageId stays the same at every attempt (PAY-3). Not after `notAfter`: then it tells nobody anything (NOT-2).
 */
export interface MailDeliverV2 {
mailId: string
to: string
subject: string
text: string
html: string
messageId: string
/**
 * RFC 3339, UTC.
 */
notAfter?: string
/**
 * The statement that goes with it: made of the ledger when it is handed over, the same at every attempt (PAY-4).
 */
statement?: {
userId: UserId
name: string
locale: ("en" | "ru")
month: string
/**
 * RFC 3339, UTC.
 */
asOf: string
}
}

/**
 * The mail could not be delivered after all attempts (PAY-5).
 */
export interface MailFailedV1 {
mailId: string
userId: UserId
template: string
failure: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Somebody who may has asked for a mail once more (PAY-5).
 */
export interface MailResendAskedV1 {
mailId: string
userId: UserId
by: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Send a mail once more, in the words in which it was made (PAY-5).
 */
export interface MailResendV1 {
mailId: string
userId: UserId
}

/**
 * The mail server took the mail (PAY-3).
 */
export interface MailSentV1 {
mailId: string
userId: UserId
template: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Try a parked mailbox again, from its first message (G8). The runtime's own message to itself.
 */
export interface MailboxRetryV1 {
actor: string
}

/**
 * A month's statements are due once its last date is sealed (PAY-4, DAY-6).
 */
export interface MonthEndV1 {
/**
 * A month of business dates, `YYYY-MM`.
 */
month: string
}

/**
 * Every date of the month is sealed and its statements are due (PAY-4). Told to every partition.
 */
export interface MonthEndedV1 {
/**
 * A month of business dates, `YYYY-MM`.
 */
month: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Change one's own bank account: where payouts go from now on (PAY-2).
 */
export interface PayeeChangeV1 {
/**
 * Without spaces; checked by the edge.
 */
iban: string
/**
 * The account's holder as the bank knows them.
 */
holder: string
}

/**
 * A person's payouts go to this bank account from now on (PAY-2). It is for the payment actors alone: nobody else is told an IBAN.
 */
export interface PayeeChangedV1 {
accountId: UserId
/**
 * Without spaces; checked by the edge.
 */
iban: string
/**
 * The account's holder as the bank knows them.
 */
holder: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * What the payment gateway said (PAY-1).
 */
export interface PaymentAnsweredV1 {
payoutId: PayoutId
outcome: ("paid" | "refused" | "unknown")
detail?: string
}

/**
 * What the payment gateway said (PAY-1). `pending`: the provider has it and pays later.
 */
export interface PaymentAnsweredV2 {
payoutId: PayoutId
outcome: ("paid" | "refused" | "pending" | "unknown")
attempt?: number
/**
 * Who answered; absent: the sandbox.
 */
provider?: ("sandbox" | "http")
detail?: string
}

/**
 * Ask the provider whether a payout that it paid still is; never pays (PAY-1).
 */
export interface PaymentEnquireV1 {
payoutId: PayoutId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
attempt: number
}

/**
 * Ask the payment gateway to pay; the payout's id is the idempotency key (PAY-1).
 */
export interface PaymentSubmitV1 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
}

/**
 * Have the payout paid; its id is the idempotency key (PAY-1). After the first attempt the provider is asked what it knows before anything is sent again.
 */
export interface PaymentSubmitV2 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
attempt?: number
/**
 * As it was when the payout was first submitted; absent: nobody knew where to pay to.
 */
payee?: {
/**
 * Without spaces; checked by the edge.
 */
iban: string
/**
 * The account's holder as the bank knows them.
 */
holder: string
}
}

/**
 * Ask the provider what became of a payout, now: a person who waits, or the provider itself, which called back (PAY-1).
 */
export interface PayoutEnquireV1 {
payoutId: PayoutId
accountId: UserId
}

/**
 * Somebody wants to know what became of a payout (PAY-1).
 */
export interface PayoutEnquiryAskedV1 {
payoutId: PayoutId
accountId: UserId
by?: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The provider refused; the money is owed again (PAY-1).
 */
export interface PayoutFailedV1 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
failure: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * A positive balance at the close became a payout (DAY-2, PAY-1).
 */
export interface PayoutRequestedV1 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
/**
 * What a payout is made of: carried + rewards - fees + other = amount (PAY-3).
 */
breakdown: {
/**
 * Money in minor units of the company's currency (ACC-2).
 */
carriedMinor: Minor
fees: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feesMinor: Minor
rewards: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardsMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
otherMinor: Minor
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The reversing entry is booked (PAY-1).
 */
export interface PayoutReturnedV1 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The provider paid (PAY-1).
 */
export interface PayoutSettledV1 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
/**
 * What a payout is made of: carried + rewards - fees + other = amount (PAY-3).
 */
breakdown: {
/**
 * Money in minor units of the company's currency (ACC-2).
 */
carriedMinor: Minor
fees: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feesMinor: Minor
rewards: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardsMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
otherMinor: Minor
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The payout is about to be handed to the provider (PAY-1).
 */
export interface PayoutSubmittedV1 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
attempts: number
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Look again for the recipient of a settled payout's receipt: the payout came before the person (PAY-3).
 */
export interface ReceiptPrepareV1 {
payoutId: PayoutId
accountId: UserId
businessDate: BusinessDate
/**
 * Money in minor units of the company's currency (ACC-2).
 */
amountMinor: Minor
/**
 * What a payout is made of: carried + rewards - fees + other = amount (PAY-3).
 */
breakdown: {
/**
 * Money in minor units of the company's currency (ACC-2).
 */
carriedMinor: Minor
fees: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feesMinor: Minor
rewards: number
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardsMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
otherMinor: Minor
}
looks: number
}

/**
 * Somebody who may has asked for a payout's receipt once more (PAY-5).
 */
export interface ReceiptResendAskedV1 {
payoutId: PayoutId
accountId: UserId
by: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Mail a payout's receipt once more, in the words in which it was made (PAY-5).
 */
export interface ReceiptResendV1 {
payoutId: PayoutId
accountId: UserId
}

/**
 * Change a schedule, pause it or let it go on (JOB-1).
 */
export interface ScheduleChangeV1 {
scheduleId: ScheduleId
name?: string
/**
 * Five fields on the company's wall clock: minute, hour, day of the month, month, day of the week (JOB-1).
 */
cron?: string
/**
 * What becomes of due times that were missed: none fires, the last one, or each in order (JOB-1).
 */
catchUp?: ("skip" | "one" | "all")
/**
 * What a schedule does when it is due.
 */
work?: ({
kind: "task"
/**
 * No square brackets anywhere, not only white space (EVT-2).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
description?: string
} | {
kind: "bonus"
amountMinor: Minor
reason: string
/**
 * @minItems 1
 * @maxItems 4
 */
roles: ("admin" | "manager" | "accountant" | "employee")[]
} | {
kind: "statement"
})
paused?: boolean
}

/**
 * Make a schedule (JOB-1). One of bonuses begins paused: somebody else starts it.
 */
export interface ScheduleCreateV1 {
name: string
/**
 * Five fields on the company's wall clock: minute, hour, day of the month, month, day of the week (JOB-1).
 */
cron: string
/**
 * What becomes of due times that were missed: none fires, the last one, or each in order (JOB-1).
 */
catchUp: ("skip" | "one" | "all")
/**
 * What a schedule does when it is due.
 */
work: ({
kind: "task"
/**
 * No square brackets anywhere, not only white space (EVT-2).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
description?: string
} | {
kind: "bonus"
amountMinor: Minor
reason: string
/**
 * @minItems 1
 * @maxItems 4
 */
roles: ("admin" | "manager" | "accountant" | "employee")[]
} | {
kind: "statement"
})
}

/**
 * A due time of a schedule has come (JOB-1). Of an older revision it is void.
 */
export interface ScheduleDueV1 {
scheduleId: ScheduleId
revision: number
/**
 * RFC 3339, UTC.
 */
dueAt: string
}

/**
 * Remove a schedule: it is due no more (JOB-1).
 */
export interface ScheduleRemoveV1 {
scheduleId: ScheduleId
}

/**
 * Do now what the schedule does when it is due; its due times stay (JOB-1).
 */
export interface ScheduleRunV1 {
scheduleId: ScheduleId
}

/**
 * Go on with the running shuffle (TT-6).
 */
export interface ShuffleContinueV1 {
jobId: JobId
}

/**
 * Ask who of a partition had entries in a month, a page at a time (PAY-4).
 */
export interface StatementListV1 {
month: string
partition: number
after?: UserId
}

/**
 * Who had entries in the month (PAY-4); with `next` there are more, after this one.
 */
export interface StatementListedV1 {
month: string
/**
 * @maxItems 1000
 */
userIds: UserId[]
next?: UserId
}

/**
 * Make a person's statement mail, now that the month is over (PAY-4).
 */
export interface StatementPrepareV1 {
userId: UserId
month: string
/**
 * RFC 3339, UTC.
 */
asOf: string
looks: number
}

/**
 * A task went to a person: the fee is owed (ACC-4). `assignment` counts from 1 within the task.
 */
export interface TaskAssignedV1 {
taskId: TaskId
number: number
/**
 * Free form; may hold a Jira id (EVT-2).
 */
title: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
assignment: number
previousAssigneeId?: UserId
jobId?: JobId
}

/**
 * A task went to a person: the fee is owed (ACC-4). `assignment` counts from 1 within the task.
 */
export interface TaskAssignedV2 {
taskId: TaskId
number: number
/**
 * As a title, and long enough for every title of version 1 (EVT-2, EVT-3).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
assignment: number
previousAssigneeId?: UserId
jobId?: JobId
}

/**
 * Cancel an open task (TT-7).
 */
export interface TaskCancelV1 {
taskId: TaskId
}

/**
 * An open task was cancelled (TT-7).
 */
export interface TaskCancelledV1 {
taskId: TaskId
number: number
/**
 * Free form; may hold a Jira id (EVT-2).
 */
title: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * An open task was cancelled (TT-7).
 */
export interface TaskCancelledV2 {
taskId: TaskId
number: number
/**
 * As a title, and long enough for every title of version 1 (EVT-2, EVT-3).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Complete a task (TT-8).
 */
export interface TaskCompleteV1 {
taskId: TaskId
}

/**
 * The assignee completed the task: the reward is owed (ACC-4).
 */
export interface TaskCompletedV1 {
taskId: TaskId
number: number
/**
 * Free form; may hold a Jira id (EVT-2).
 */
title: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The assignee completed the task: the reward is owed (ACC-4).
 */
export interface TaskCompletedV2 {
taskId: TaskId
number: number
/**
 * As a title, and long enough for every title of version 1 (EVT-2, EVT-3).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Create a task; who gets it and its prices are drawn by the board (TT-2, TT-3).
 */
export interface TaskCreateV1 {
/**
 * No square brackets anywhere, not only white space (EVT-2).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
description?: string
}

/**
 * A task appeared, with the prices drawn for it (ACC-1). It moves no money.
 */
export interface TaskCreatedV1 {
taskId: TaskId
number: number
/**
 * Free form; may hold a Jira id (EVT-2).
 */
title: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
description?: string
}

/**
 * A task appeared, with the prices drawn for it (ACC-1). It moves no money.
 */
export interface TaskCreatedV2 {
taskId: TaskId
number: number
/**
 * As a title, and long enough for every title of version 1 (EVT-2, EVT-3).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
description?: string
}

/**
 * Edit the words of a task; never its prices or assignee (TT-9).
 */
export interface TaskEditV1 {
taskId: TaskId
ifVersion?: number
/**
 * No square brackets anywhere, not only white space (EVT-2).
 */
title?: string
jiraId?: (string | null)
description?: (string | null)
}

/**
 * The words of a task changed (TT-9).
 */
export interface TaskEditedV1 {
taskId: TaskId
number: number
/**
 * Free form; may hold a Jira id (EVT-2).
 */
title: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
description?: string
}

/**
 * The words of a task changed (TT-9).
 */
export interface TaskEditedV2 {
taskId: TaskId
number: number
/**
 * As a title, and long enough for every title of version 1 (EVT-2, EVT-3).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
description?: string
}

/**
 * Start a task (TT-7).
 */
export interface TaskStartV1 {
taskId: TaskId
}

/**
 * The assignee began (TT-7).
 */
export interface TaskStartedV1 {
taskId: TaskId
number: number
/**
 * Free form; may hold a Jira id (EVT-2).
 */
title: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * The assignee began (TT-7).
 */
export interface TaskStartedV2 {
taskId: TaskId
number: number
/**
 * As a title, and long enough for every title of version 1 (EVT-2, EVT-3).
 */
title: string
/**
 * Stored bare and in upper case: LETTERS-DIGITS (EVT-2).
 */
jiraId?: string
assigneeId: UserId
/**
 * Money in minor units of the company's currency (ACC-2).
 */
feeMinor: Minor
/**
 * Money in minor units of the company's currency (ACC-2).
 */
rewardMinor: Minor
by: UserId
businessDate: BusinessDate
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Make tasks of the rows of a file (TT-12). The rows lie in Postgres, in pieces numbered from 1.
 */
export interface TasksImportV1 {
jobId: JobId
pieces: number
/**
 * Rows in the pieces.
 */
rows: number
/**
 * Rows of the file that no task can be made of: they are in no piece.
 */
rejected: number
}

/**
 * One press of the shuffle button (TT-4, TT-6).
 */
export interface TasksShuffleV1 {

}

/**
 * Change one's own language and mails (NOT-2).
 */
export interface UserChangeSettingsV1 {
locale?: ("en" | "ru")
notifications?: {
assigned?: boolean
receipt?: boolean
statement?: boolean
}
}

/**
 * Change a person's name or role, disable or enable them (AUTH-3).
 */
export interface UserChangeV1 {
userId: UserId
name?: string
role?: ("admin" | "manager" | "accountant" | "employee")
active?: boolean
}

/**
 * A person is disabled (AUTH-4).
 */
export interface UserDisabledV1 {
userId: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * A person is enabled (AUTH-4).
 */
export interface UserEnabledV1 {
userId: UserId
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * A person's name, language or wishes for mail are others (NOT-2).
 */
export interface UserProfileChangedV1 {
userId: UserId
name: string
locale: ("en" | "ru")
notifications: {
assigned: boolean
receipt: boolean
statement: boolean
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Register a person (AUTH-3). The password is hashed before it is sent.
 */
export interface UserRegisterV1 {
email: string
name: string
role: ("admin" | "manager" | "accountant" | "employee")
locale?: ("en" | "ru")
passwordHash?: string
}

/**
 * A person has an account from now on (AUTH-4, ACC-3).
 */
export interface UserRegisteredV1 {
userId: UserId
email: string
name: string
role: ("admin" | "manager" | "accountant" | "employee")
locale: ("en" | "ru")
notifications: {
assigned: boolean
receipt: boolean
statement: boolean
}
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * A person's role is another (AUTH-4).
 */
export interface UserRoleChangedV1 {
userId: UserId
role: ("admin" | "manager" | "accountant" | "employee")
previousRole: ("admin" | "manager" | "accountant" | "employee")
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * What became of an attempt to deliver (NOT-1).
 */
export interface WebhookAnsweredV1 {
webhookId: string
deliveryId: string
outcome: ("delivered" | "failed")
status?: number
detail?: string
durationMs: number
}

/**
 * Change a subscription: where to, of what, whether at all (NOT-1).
 */
export interface WebhookChangeV1 {
webhookId: string
url?: string
/**
 * @minItems 1
 * @maxItems 50
 */
types?: [string, ...(string)[]]
description?: string
active?: boolean
}

/**
 * Go on with the deliveries of a subscription that wait for their turn (NOT-1).
 */
export interface WebhookContinueV1 {
webhookId: string
}

/**
 * Send facts of these types to an address (NOT-1). Its secret is derived, and in no message.
 */
export interface WebhookCreateV1 {
url: string
/**
 * @minItems 1
 * @maxItems 50
 */
types: [string, ...(string)[]]
description?: string
}

/**
 * End a subscription for good; its deliveries stay in the log (NOT-1).
 */
export interface WebhookDeleteV1 {
webhookId: string
}

/**
 * Ask the webhook gateway to deliver a fact, signed with the secrets of these versions (NOT-1).
 */
export interface WebhookDeliverV1 {
webhookId: string
deliveryId: string
url: string
/**
 * @minItems 1
 * @maxItems 2
 */
secretVersions: [number]|[number, number]
body: string
}

/**
 * A subscription has failed for days and is tried no longer (NOT-1). Told to whoever made it.
 */
export interface WebhookDisabledV1 {
webhookId: string
url: string
ownerId: UserId
/**
 * RFC 3339, UTC.
 */
failingSince: string
failure: string
/**
 * RFC 3339, UTC.
 */
occurredAt: string
}

/**
 * Forget the deliveries that ended before this moment, a page at a time (NOT-1).
 */
export interface WebhookForgetV1 {
/**
 * RFC 3339, UTC.
 */
before: string
}

/**
 * Put the next deliveries of a span of time in line again (NOT-1).
 */
export interface WebhookResendRangeV1 {
webhookId: string
/**
 * RFC 3339, UTC.
 */
from: string
/**
 * RFC 3339, UTC.
 */
to: string
also?: "delivered"
after: number
}

/**
 * Deliver again: one delivery, or all of a span of time that failed (NOT-1).
 */
export interface WebhookResendV1 {
webhookId: string
deliveryId?: string
/**
 * RFC 3339, UTC.
 */
from?: string
/**
 * RFC 3339, UTC.
 */
to?: string
/**
 * Those that arrived, too.
 */
also?: "delivered"
}

/**
 * The time to try a delivery again has come (NOT-1).
 */
export interface WebhookRetryV1 {
webhookId: string
deliveryId: string
}

/**
 * Sign with a new secret; with the old one, too, for a day (NOT-1).
 */
export interface WebhookRotateSecretV1 {
webhookId: string
}

/**
 * Ask how long ended deliveries are kept: that is configuration, which hosts know (NOT-1).
 */
export interface WebhookSweepV1 {

}

/** The data of each type in its latest version. */
export interface DataOf {
  "account.opened": AccountOpenedV1;
  "bad-news.prepare": BadNewsPrepareV1;
  "bonus.continue": BonusContinueV1;
  "bonus.granted": BonusGrantedV1;
  "close.continue": CloseContinueV1;
  "correction.approve": CorrectionApproveV1;
  "correction.approved": CorrectionApprovedV1;
  "correction.propose": CorrectionProposeV1;
  "correction.proposed": CorrectionProposedV1;
  "correction.reject": CorrectionRejectV1;
  "correction.rejected": CorrectionRejectedV1;
  "cutoff.reached": CutoffReachedV1;
  "day.close-progressed": DayCloseProgressedV1;
  "day.close": DayCloseV1;
  "day.closed": DayClosedV1;
  "day.ended": DayEndedV2;
  "day.partition-closed": DayPartitionClosedV1;
  "digest.send": DigestSendV1;
  "hold.release": HoldReleaseV1;
  "hold.released": HoldReleasedV1;
  "import.continue": ImportContinueV1;
  "job.progressed": JobProgressedV2;
  "ledger.entry-posted": LedgerEntryPostedV2;
  "link.asked": LinkAskedV1;
  "link.send": LinkSendV1;
  "mail.answered": MailAnsweredV2;
  "mail.deliver": MailDeliverV2;
  "mail.failed": MailFailedV1;
  "mail.resend-asked": MailResendAskedV1;
  "mail.resend": MailResendV1;
  "mail.sent": MailSentV1;
  "mailbox.retry": MailboxRetryV1;
  "month.end": MonthEndV1;
  "month.ended": MonthEndedV1;
  "payee.change": PayeeChangeV1;
  "payee.changed": PayeeChangedV1;
  "payment.answered": PaymentAnsweredV2;
  "payment.enquire": PaymentEnquireV1;
  "payment.submit": PaymentSubmitV2;
  "payout.enquire": PayoutEnquireV1;
  "payout.enquiry-asked": PayoutEnquiryAskedV1;
  "payout.failed": PayoutFailedV1;
  "payout.requested": PayoutRequestedV1;
  "payout.returned": PayoutReturnedV1;
  "payout.settled": PayoutSettledV1;
  "payout.submitted": PayoutSubmittedV1;
  "receipt.prepare": ReceiptPrepareV1;
  "receipt.resend-asked": ReceiptResendAskedV1;
  "receipt.resend": ReceiptResendV1;
  "schedule.change": ScheduleChangeV1;
  "schedule.create": ScheduleCreateV1;
  "schedule.due": ScheduleDueV1;
  "schedule.remove": ScheduleRemoveV1;
  "schedule.run": ScheduleRunV1;
  "shuffle.continue": ShuffleContinueV1;
  "statement.list": StatementListV1;
  "statement.listed": StatementListedV1;
  "statement.prepare": StatementPrepareV1;
  "task.assigned": TaskAssignedV2;
  "task.cancel": TaskCancelV1;
  "task.cancelled": TaskCancelledV2;
  "task.complete": TaskCompleteV1;
  "task.completed": TaskCompletedV2;
  "task.create": TaskCreateV1;
  "task.created": TaskCreatedV2;
  "task.edit": TaskEditV1;
  "task.edited": TaskEditedV2;
  "task.start": TaskStartV1;
  "task.started": TaskStartedV2;
  "tasks.import": TasksImportV1;
  "tasks.shuffle": TasksShuffleV1;
  "user.change-settings": UserChangeSettingsV1;
  "user.change": UserChangeV1;
  "user.disabled": UserDisabledV1;
  "user.enabled": UserEnabledV1;
  "user.profile-changed": UserProfileChangedV1;
  "user.register": UserRegisterV1;
  "user.registered": UserRegisteredV1;
  "user.role-changed": UserRoleChangedV1;
  "webhook.answered": WebhookAnsweredV1;
  "webhook.change": WebhookChangeV1;
  "webhook.continue": WebhookContinueV1;
  "webhook.create": WebhookCreateV1;
  "webhook.delete": WebhookDeleteV1;
  "webhook.deliver": WebhookDeliverV1;
  "webhook.disabled": WebhookDisabledV1;
  "webhook.forget": WebhookForgetV1;
  "webhook.resend-range": WebhookResendRangeV1;
  "webhook.resend": WebhookResendV1;
  "webhook.retry": WebhookRetryV1;
  "webhook.rotate-secret": WebhookRotateSecretV1;
  "webhook.sweep": WebhookSweepV1;
}
export type Type = keyof DataOf;
export type CommandType = "correction.approve" | "correction.propose" | "correction.reject" | "day.close" | "hold.release" | "link.send" | "mail.resend" | "payee.change" | "payout.enquire" | "receipt.resend" | "schedule.change" | "schedule.create" | "schedule.remove" | "schedule.run" | "task.cancel" | "task.complete" | "task.create" | "task.edit" | "task.start" | "tasks.import" | "tasks.shuffle" | "user.change-settings" | "user.change" | "user.register" | "webhook.change" | "webhook.create" | "webhook.delete" | "webhook.resend" | "webhook.rotate-secret";
export type FactType = "account.opened" | "bonus.granted" | "correction.approved" | "correction.proposed" | "correction.rejected" | "day.close-progressed" | "day.closed" | "day.ended" | "day.partition-closed" | "hold.released" | "job.progressed" | "ledger.entry-posted" | "link.asked" | "mail.failed" | "mail.resend-asked" | "mail.sent" | "month.ended" | "payee.changed" | "payout.enquiry-asked" | "payout.failed" | "payout.requested" | "payout.returned" | "payout.settled" | "payout.submitted" | "receipt.resend-asked" | "task.assigned" | "task.cancelled" | "task.completed" | "task.created" | "task.edited" | "task.started" | "user.disabled" | "user.enabled" | "user.profile-changed" | "user.registered" | "user.role-changed" | "webhook.disabled";
export type InternalType = "bad-news.prepare" | "bonus.continue" | "close.continue" | "cutoff.reached" | "digest.send" | "import.continue" | "mail.answered" | "mail.deliver" | "mailbox.retry" | "month.end" | "payment.answered" | "payment.enquire" | "payment.submit" | "receipt.prepare" | "schedule.due" | "shuffle.continue" | "statement.list" | "statement.listed" | "statement.prepare" | "webhook.answered" | "webhook.continue" | "webhook.deliver" | "webhook.forget" | "webhook.resend-range" | "webhook.retry" | "webhook.sweep";
