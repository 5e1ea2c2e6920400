/** JSON Schemas of the resources that answers hold; the shapes are those of schemas/resources.ts and http/queries. */
import { HISTORY_KINDS } from "../queries/task-history.ts";
import type { JsonSchema } from "../route.ts";
import {
  arrayOf,
  BUSINESS_DATE,
  COUNT,
  INSTANT,
  MINOR,
  object,
  oneOf,
  orNull,
  TEXT,
  UUID,
} from "./value-schemas.ts";

export const TASK_STATUSES = ["open", "in-progress", "done", "cancelled"] as const;
export const ROLES = ["admin", "manager", "accountant", "employee"] as const;

export const PERSON = object({ id: UUID, name: TEXT });

export const USER = object({
  id: UUID,
  email: TEXT,
  name: TEXT,
  role: oneOf(ROLES),
  active: { type: "boolean" },
  locale: oneOf(["en", "ru"]),
  notifications: object({
    assigned: { type: "boolean" },
    receipt: { type: "boolean" },
    statement: { type: "boolean" },
  }),
});

export const COMPANY = object({
  name: TEXT,
  currency: { type: "string", description: "ISO 4217." },
  timeZone: { type: "string", description: "IANA name." },
  cutOff: { type: "string", description: "When a business date ends: `00:00` = the midnight after it." },
  businessDate: BUSINESS_DATE,
});

export const TASK = object({
  id: UUID,
  number: COUNT,
  title: TEXT,
  jiraId: orNull(TEXT),
  description: orNull(TEXT),
  status: oneOf(TASK_STATUSES),
  assignee: PERSON,
  createdBy: PERSON,
  feeMinor: MINOR,
  rewardMinor: MINOR,
  billing: {
    ...object({ fee: oneOf(["pending", "charged"]), reward: oneOf(["none", "pending", "paid"]) }),
    description:
      "fee: charged when every assignment so far has its entry. reward: none until the task is done, paid when its entry is there (TT-11).",
  },
  createdAt: INSTANT,
  assignedAt: INSTANT,
  completedAt: orNull(INSTANT),
  version: COUNT,
});

const STATUS_SUMS = object({ count: COUNT, feeMinor: MINOR, rewardMinor: MINOR });

export const TASK_SUMMARY = object(Object.fromEntries(TASK_STATUSES.map((status) => [status, STATUS_SUMS])));

export const SHUFFLE_PREVIEW = object({
  openTasks: { ...COUNT, description: "Open and in progress, as of now: each gets a draw." },
  people: { ...COUNT, description: "Among whom is drawn (TT-3)." },
  feesMinor: {
    ...MINOR,
    description:
      "The sum of these tasks' fees: what is charged if every task moves. One that draws who has it already costs nothing (TT-5), so (people - 1) / people of it are to be expected.",
  },
});

export const HISTORY_ITEM = object({
  at: INSTANT,
  kind: oneOf(HISTORY_KINDS),
  by: { ...orNull(PERSON), description: "Who did it; null of fee and reward, which accounts post." },
  assignee: PERSON,
  amountMinor: {
    ...orNull(MINOR),
    description:
      "Signed. Beside an assignment or a completion: what it will cost or earn; of fee and reward: what the account's entry says.",
  },
  businessDate: BUSINESS_DATE,
  traceId: orNull(TEXT),
});

export const ROW_ERROR = object({
  row: { ...COUNT, description: "As a spreadsheet numbers it: the header is 1." },
  column: { ...orNull(TEXT), description: "Its name in the file; null: it is about the whole row." },
  code: TEXT,
  detail: { ...TEXT, description: "What was expected." },
});

export const JOB = object({
  id: UUID,
  kind: oneOf(["shuffle", "import"]),
  state: oneOf(["queued", "running", "done", "failed"]),
  done: COUNT,
  total: COUNT,
  result: {
    anyOf: [
      object({ moved: COUNT, unchanged: COUNT, skipped: COUNT }),
      object({ created: COUNT, unchanged: COUNT, rejected: COUNT }),
      { type: "null" },
    ],
    description: "Of a shuffle (TT-6), or of an import (TT-12).",
  },
  errors: {
    ...arrayOf(ROW_ERROR),
    description: "Of an import, the first ones; /jobs/{id}/rejected.csv has them all.",
  },
});

export const ACCOUNT = object({
  userId: UUID,
  name: TEXT,
  balanceMinor: { ...MINOR, description: "Carried debt included." },
  earnedTodayMinor: {
    ...MINOR,
    description:
      "Sum of the account's fee and reward entries dated `businessDate`, up to `asOf`. Payouts do not count.",
  },
  businessDate: BUSINESS_DATE,
  asOf: INSTANT,
});

export const ENTRY = object({
  id: UUID,
  number: COUNT,
  kind: oneOf(["fee", "reward", "payout", "payout-return", "bonus", "correction"]),
  amountMinor: { ...MINOR, description: "Signed: positive = credited to the person." },
  balanceAfterMinor: MINOR,
  taskId: orNull(UUID),
  taskNumber: { ...orNull(COUNT), description: "`#42` on the board." },
  title: { ...orNull(TEXT), description: "The task's title when the entry was posted." },
  jiraId: orNull(TEXT),
  businessDate: BUSINESS_DATE,
  occurredAt: INSTANT,
  traceId: TEXT,
});

const BY_HAND = {
  id: { ...UUID, description: "Also of the entry that books it." },
  kind: oneOf(["correction", "bonus"]),
  amountMinor: { ...MINOR, description: "Signed: positive = credited to the person." },
  reason: TEXT,
  state: oneOf(["proposed", "approved", "rejected"]),
  proposedAt: INSTANT,
  decidedAt: orNull(INSTANT),
  decision: { ...orNull(TEXT), description: "Why it was rejected." },
};

/** A correction as commands answer it; lists name the people and the entry. */
export const CORRECTION = object({ ...BY_HAND, userId: UUID, proposedBy: UUID, decidedBy: orNull(UUID) });

export const LISTED_CORRECTION = object({
  ...BY_HAND,
  person: PERSON,
  proposedBy: PERSON,
  decidedBy: orNull(PERSON),
  entry: {
    ...orNull(object({ number: COUNT, businessDate: BUSINESS_DATE })),
    description: "What booked it; null until it is approved and the account has it.",
  },
});

const INCOME = {
  feesMinor: MINOR,
  rewardsMinor: MINOR,
  incomeMinor: { ...MINOR, description: "fees - rewards" },
};

export const EARNINGS = object({
  items: arrayOf(object({ businessDate: BUSINESS_DATE, ...INCOME })),
  total: object(INCOME),
});

export const DAY = object({
  businessDate: BUSINESS_DATE,
  state: oneOf(["open", "closing", "closed"]),
  progress: {
    ...object({ done: COUNT, total: COUNT }),
    description: "Account partitions that have closed the day.",
  },
  totals: {
    ...object({ ...INCOME, payoutsMinor: MINOR, payouts: COUNT }),
    description: "Of a closed day as sealed; of another as the ledger stands now.",
  },
  heldAccounts: arrayOf(object({ userId: UUID, reason: TEXT })),
  sealHash: orNull(TEXT),
  closedAt: orNull(INSTANT),
});

export const RECEIPT = object({
  id: UUID,
  state: oneOf(["pending", "sent", "failed"]),
  attempts: { ...COUNT, description: "Since it was asked for last." },
  failure: { ...orNull(TEXT), description: "Why it is not sent, or not yet." },
  recipient: orNull(TEXT),
  updatedAt: INSTANT,
  canResend: { type: "boolean", description: "Not on its way, and its words are kept." },
});

const PAYOUT_PROPERTIES = {
  id: UUID,
  userId: UUID,
  name: TEXT,
  businessDate: BUSINESS_DATE,
  amountMinor: MINOR,
  state: oneOf(["requested", "submitted", "settled", "failed", "returned"]),
  attempts: COUNT,
  failure: orNull(TEXT),
  updatedAt: INSTANT,
  receipt: {
    anyOf: [RECEIPT, { type: "null" }],
    description: "The receipt e-mail (PAY-3); null before the payout is settled, and when none is wanted.",
  },
};

export const PAYOUT = object(PAYOUT_PROPERTIES);

const PAYOUT_STEP = object({
  at: INSTANT,
  what: oneOf(["requested", "asked", "pending", "unknown", "settled", "failed", "returned"]),
  attempt: { ...orNull(COUNT), description: "Which asking of the provider it is, or is the answer to." },
  detail: { ...orNull(TEXT), description: "What the provider said." },
  by: {
    ...orNull(UUID),
    description: "Who had the provider asked; null: its turn had come, or the provider rang.",
  },
});

export const PAYOUT_STORY = object({
  ...PAYOUT_PROPERTIES,
  provider: { ...orNull(oneOf(["sandbox", "http"])), description: "Who has answered last." },
  steps: { ...arrayOf(PAYOUT_STEP), description: "The first and the latest ones (PAY-1)." },
});

export const TODAY = object({ businessDate: BUSINESS_DATE, ...INCOME, negativeCount: COUNT });

export const NEGATIVE = object({
  date: BUSINESS_DATE,
  count: COUNT,
  items: arrayOf(object({ userId: UUID, name: TEXT, balanceMinor: MINOR })),
});

const TOP_TASK = object({
  id: UUID,
  number: COUNT,
  title: TEXT,
  jiraId: orNull(TEXT),
  completedAt: INSTANT,
  assignee: PERSON,
});

/** A period without completions has nothing but its bounds and `task: null`. */
export const TOP_TASKS: JsonSchema = object({
  by: oneOf(["day", "week", "month", "range"]),
  items: arrayOf(
    object(
      {
        from: BUSINESS_DATE,
        to: BUSINESS_DATE,
        rewardMinor: MINOR,
        ties: {
          ...COUNT,
          description: "Tasks completed in the period with this reward, the shown one included.",
        },
        task: orNull(TOP_TASK),
      },
      ["rewardMinor", "ties"],
    ),
  ),
});
