/** Ways in which a run can be wrong, each with the rule under which the auditor must find it. */
import type { Account, HouseAccount } from "../../../actors/account/state.ts";
import type { IncomeDay } from "../../../actors/analytics/state.ts";
import type { Schedule } from "../../../actors/scheduler/state.ts";
import type { BoardPerson } from "../../../actors/task-board/state.ts";
import type { Delivery, Webhook } from "../../../actors/webhook/state.ts";
import type { FactType } from "../../../schemas/generated/messages.ts";
import { changed, type DataOfFact, type Draft, find, type Mutable } from "./retelling.ts";

const DAY = "2031-01-01";

/** Changes the commit, and says so; or has nothing to change in it. */
export type Wrong = (commit: Draft, before: Draft | undefined) => boolean;

/** A fact that says something else. */
function said<T extends FactType>(
  type: T,
  change: (data: DataOfFact<T>) => unknown,
  isSo: (data: DataOfFact<T>, topic: string) => boolean = () => true,
): Wrong {
  return (commit) => {
    const fact = find(commit, type, (data, { topic }) => isSo(data, topic));
    if (fact !== undefined) change(fact.data);
    return fact !== undefined;
  };
}

/** An entry of the kind that is something else. */
function entry(kind: string, change: (data: DataOfFact<"ledger.entry-posted">) => unknown): Wrong {
  return said("ledger.entry-posted", change, (data) => data.kind === kind);
}

/** A row that is written as something else. */
function row<E extends object>(
  prefix: string,
  change: (entity: Mutable<E>) => unknown,
  isSo: (entity: Mutable<E>) => boolean = () => true,
): Wrong {
  return (commit) => {
    const entity = changed<E>(commit, prefix, isSo);
    if (entity !== undefined) change(entity);
    return entity !== undefined;
  };
}

/** The same fact, once more. */
function twice(type: FactType, isSo: (topic: string) => boolean = () => true): Wrong {
  return (commit) => {
    const fact = find(commit, type, (_, { topic }) => isSo(topic));
    if (fact === undefined) return false;
    const again = { fact: structuredClone(fact), id: "again", traceId: "" };
    commit.writes.facts = [...commit.writes.facts, again] as typeof commit.writes.facts;
    return true;
  };
}

/** The one fact, and then the other of the same. */
function both(one: FactType, other: FactType): Wrong {
  return (commit) => {
    const isDone = twice(one)(commit, undefined);
    const last = commit.writes.facts.at(-1)?.fact as { type: FactType } | undefined;
    if (isDone && last !== undefined) last.type = other;
    return isDone;
  };
}

/** The one fact in the place of the other. */
function renamed(from: FactType, to: FactType): Wrong {
  return (commit) => {
    const fact = find(commit, from) as { type: FactType } | undefined;
    if (fact !== undefined) fact.type = to;
    return fact !== undefined;
  };
}

/** An outcome that promises what is not there. */
function unkept(type: string): Wrong {
  return ({ writes }) => {
    const done = writes.commands.find((command) => command.type === type && command.accepted);
    if (done !== undefined) done.body = { id: "nothing", jobId: "nothing" };
    return done !== undefined;
  };
}

export const WRONGS: readonly (readonly [name: string, rule: string, wrong: Wrong])[] = [
  ["a fee of another amount", "ACC-1", entry("fee", (entry) => (entry.amountMinor -= 1))],
  ["a reward for another task", "G4", entry("reward", (entry) => (entry.taskId = entry.transferId))],
  ["a fee booked under another title", "ACC-6", entry("fee", (entry) => (entry.title = "Nap"))],
  ["a balance that does not follow", "invariant 1", entry("fee", (entry) => (entry.balanceAfterMinor += 1))],
  ["a broken hash", "ACC-9", entry("fee", (entry) => (entry.hash = "0"))],
  ["a number left out", "ACC-9", entry("reward", (entry) => (entry.number += 1))],
  ["an entry of a date that is not open", "DAY-6", entry("fee", (entry) => (entry.businessDate = DAY))],
  ["a fact booked late without having waited", "DAY-1", entry("fee", (entry) => (entry.lateOf = DAY))],
  ["a bonus that nobody asked for", "ACC-5", entry("reward", (entry) => (entry.kind = "bonus"))],
  ["a payout of less than there is", "DAY-2", entry("payout", (entry) => (entry.amountMinor += 1))],
  ["a payout of a date that has not ended", "DAY-3", entry("payout", (entry) => (entry.businessDate = DAY))],
  ["a payout booked back twice over", "PAY-1", entry("payout-return", (entry) => (entry.amountMinor *= 2))],
  [
    "an account that differs from its entries",
    "invariant 1",
    row<Account>("account/", (account) => (account.balanceMinor += 5)),
  ],
  [
    "a house account that differs",
    "invariant 1",
    row<HouseAccount>("house/", (house) => (house.balanceMinor -= 5)),
  ],
  ["an account opened twice", "ACC-3", twice("account.opened")],
  [
    "a payout made of something else",
    "PAY-3",
    said("payout.requested", (data) => (data.breakdown.rewards += 1)),
  ],
  [
    "a payout requested for somebody else",
    "PAY-1",
    said("payout.requested", (data) => (data.amountMinor += 1)),
  ],
  [
    "a payout settled under another amount",
    "PAY-1",
    said("payout.settled", (data) => (data.amountMinor += 1)),
  ],
  ["a payout that fails although it is paid", "PAY-1", renamed("payout.settled", "payout.failed")],
  ["a payout settled although it is refused", "PAY-1", renamed("payout.failed", "payout.settled")],
  ["a mail sent twice", "PAY-3", twice("mail.sent")],
  [
    "a partition that closes with other totals",
    "DAY-4",
    said("day.partition-closed", (data) => (data.posted.fees += 1)),
  ],
  [
    "a partition that counts payouts wrong",
    "DAY-6",
    said("day.partition-closed", (data) => (data.payouts += 1)),
  ],
  ["a partition that closes twice", "DAY-5", twice("day.partition-closed")],
  [
    "an account held without a reason",
    "DAY-4",
    said("day.partition-closed", (data) => data.heldAccounts.push({ userId: DAY, reason: "mailbox_parked" })),
  ],
  [
    "an account that waited and is not held",
    "DAY-4",
    said(
      "day.partition-closed",
      (data) => data.heldAccounts.splice(0, 9),
      (data) => data.heldAccounts.length > 0,
    ),
  ],
  ["a seal that cannot be recomputed", "DAY-6", said("day.closed", (data) => (data.sealHash = "0"))],
  ["a day sealed with other totals", "DAY-6", said("day.closed", (data) => (data.totals.fees += 1))],
  ["a day sealed twice", "DAY-5", twice("day.closed")],
  ["a price out of its range", "ACC-1", said("task.created", (data) => (data.feeMinor = 21))],
  ["a price that changes", "ACC-1", said("task.completed", (data) => (data.rewardMinor += 1))],
  ["a task number left out", "TT-2", said("task.created", (data) => (data.number += 1))],
  ["an assignment left out", "ACC-4", said("task.assigned", (data) => (data.assignment += 1))],
  ["a task for somebody who gets none", "TT-3", said("task.assigned", (data) => (data.assigneeId = DAY))],
  [
    "a task taken from whoever does not have it",
    "TT-4",
    said(
      "task.assigned",
      (data) => (data.previousAssigneeId = DAY),
      (data) => data.assignment > 1,
    ),
  ],
  [
    "a task moved by a shuffle out of its turn",
    "TT-6",
    said(
      "task.assigned",
      (data) => (data.jobId = DAY),
      (data) => data.assignment > 1,
    ),
  ],
  ["a task completed by somebody else", "TT-8", said("task.completed", (data) => (data.by = DAY))],
  ["a task completed twice", "TT-8", twice("task.completed")],
  ["a task started twice", "TT-7", twice("task.started")],
  ["a task of another date", "DAY-1", said("task.assigned", (data) => (data.businessDate = DAY))],
  [
    "a task stamped after its cut-off",
    "DAY-1",
    said("task.assigned", (data) => (data.occurredAt = `${DAY}T00:00:00.000Z`)),
  ],
  ["a barrier with other totals", "DAY-4", said("day.ended", (data) => (data.totals.feesMinor += 1))],
  [
    "a date that is followed by the day after next",
    "DAY-2",
    said(
      "day.ended",
      (data) => (data.nextDate = DAY),
      (_, topic) => topic === "day",
    ),
  ],
  ["a date that ends twice", "DAY-1", twice("day.ended", (topic) => topic === "day")],
  [
    "a shuffle that goes back",
    "TT-6",
    said(
      "job.progressed",
      (data) => (data.cursor = -1),
      (data) => data.state === "running",
    ),
  ],
  [
    "a shuffle that counts wrong",
    "TT-6",
    said(
      "job.progressed",
      ({ result }) => {
        if ("moved" in result) result.moved += 1;
      },
      (data) => data.state === "done",
    ),
  ],
  ["an address registered twice", "AUTH-3", twice("user.registered")],
  [
    "a person whom the board knows under another name",
    "AUTH-4",
    row<BoardPerson>("person/", (person) => (person.name = "Nobody")),
  ],
  [
    "an income that analytics counts twice",
    "invariant 7",
    row<IncomeDay>("income/", (day) => (day.feesMinor += 12)),
  ],
  [
    "a number given twice in a channel",
    "G5",
    ({ writes: { outbox } }) => outbox.some((each) => (each.sequence += 1)),
  ],
  [
    "a mark that goes back",
    "G5",
    ({ writes }, before) => {
      const [key, mark] = Object.entries(before?.writes.position.inbox ?? {})[0] ?? [];
      if (key !== undefined) writes.position.inbox[key] = (mark ?? 0) - 1;
      return key !== undefined;
    },
  ],
  [
    "a number applied that was never sent",
    "G5",
    ({ writes: { position } }) => {
      const [key] = Object.keys(position.inbox);
      if (key !== undefined) position.inbox[key] = 1_000_000;
      return key !== undefined;
    },
  ],
  [
    "two facts under one id",
    "EVT-1",
    ({ writes: { facts } }) => {
      const [one, other] = facts.filter(({ fact }) => fact.type === "ledger.entry-posted");
      if (one !== undefined && other !== undefined) one.id = other.id;
      return other !== undefined;
    },
  ],
  ["a task answered as created that is not there", "G1", unkept("task.create")],
  ["a shuffle answered that is not there", "G1", unkept("tasks.shuffle")],
  [
    "a correction that its author approves",
    "ACC-5",
    said("correction.approved", (data) => (data.approvedBy = data.proposedBy)),
  ],
  ["a correction approved for more", "ACC-5", said("correction.approved", (data) => (data.amountMinor += 1))],
  ["a correction approved twice", "ACC-5", twice("correction.approved")],
  ["a correction rejected after all", "ACC-5", both("correction.approved", "correction.rejected")],
  ["a correction booked for more", "ACC-5", entry("correction", (entry) => (entry.amountMinor += 1))],
  ["a correction booked for another reason", "ACC-5", entry("correction", (entry) => (entry.title = "Nap"))],
  ["a bonus that nobody granted", "ACC-5", entry("bonus", (entry) => (entry.transferId = entry.accountId))],
  ["a bonus granted twice in a round", "JOB-1", twice("bonus.granted")],
  ["a bonus granted to a stranger", "JOB-1", said("bonus.granted", (data) => (data.accountId = DAY))],
  [
    "a schedule that fires and does nothing",
    "JOB-1",
    row<Schedule>("schedule/", (schedule) => (schedule.timesFired += 1)),
  ],
  [
    "a schedule due at another time",
    "JOB-1",
    row<Schedule>("schedule/", (schedule) => (schedule.nextDueAt = `${DAY}T00:00:00.000Z`)),
  ],
  [
    "a month that ends before its last date is sealed",
    "PAY-4",
    said("month.ended", (data) => (data.month = DAY.slice(0, 7))),
  ],
  [
    "a delivery of another number",
    "NOT-1",
    row<Delivery>("delivery/", (delivery) => (delivery.number += 1_000)),
  ],
  [
    "a delivery of what nobody stated",
    "NOT-1",
    row<Delivery>("delivery/", (delivery) => (delivery.factId = DAY)),
  ],
  [
    "a delivery that says something else",
    "NOT-1",
    row<Delivery>("delivery/", (delivery) => (delivery.body = "{}")),
  ],
  [
    "a delivery that nobody took",
    "NOT-1",
    row<Delivery>(
      "delivery/",
      (delivery) => (delivery.state = "delivered"),
      ({ state }) => state === "retrying",
    ),
  ],
  [
    "a delivery given up at once",
    "NOT-1",
    row<Delivery>(
      "delivery/",
      (delivery) => (delivery.state = "failed"),
      ({ state }) => state === "retrying",
    ),
  ],
  [
    "a webhook disabled on the first day",
    "NOT-1",
    row<Webhook>(
      "webhook/",
      (webhook) => (webhook.state = "disabled"),
      ({ deliveries }) => deliveries > 0,
    ),
  ],
  [
    "a webhook that counts its calls wrong",
    "NOT-1",
    row<Webhook>("webhook/", (webhook) => (webhook.underWay += 1)),
  ],
  [
    "a command decided twice",
    "EDGE-2",
    ({ writes }) => writes.commands.some((each) => writes.commands.push(each) > 0),
  ],
];
