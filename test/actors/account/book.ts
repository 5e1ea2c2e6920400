/** An account partition and what the board tells it, for the tests of its rules. */
import { account } from "../../../actors/account/actor.ts";
import { type Account, type AccountEntity, AccountState, type Book } from "../../../actors/account/state.ts";
import {
  agree,
  type ControlTotals,
  NO_TOTALS,
  withFee,
  withReward,
} from "../../../actors/ledger/control-totals.ts";
import type { Entry } from "../../../actors/ledger/entry.ts";
import type { PageRequest } from "../../../actors/runtime/actor.ts";
import { type BusinessDate, nextDate } from "../../../schemas/business-date.ts";
import type { Company } from "../../../schemas/company.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import type {
  DayPartitionClosedV1,
  PayoutRequestedV1,
  TaskAssignedV2,
  TaskCompletedV2,
} from "../../../schemas/generated/messages.ts";
import type { TaskId, UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { type Outcome, Scene } from "../../support/given.ts";
import { FIRST_DATE, heard, NOON_MS, nextId } from "../../support/said.ts";

export type BookScene = Scene<AccountEntity, AccountState>;
export type BookOutcome = Outcome<AccountEntity>;

export const D1 = FIRST_DATE;
export const D2 = nextDate(D1);
export const D3 = nextDate(D2);
export const D4 = nextDate(D3);

const AT = new Date(NOON_MS).toISOString();

export const isAccount = (entity: AccountEntity): entity is Account => "entries" in entity;

/** What actors/account/store.ts reads in SQL: positive, of the date or before, beyond the last page, by id. */
export function positives(saved: readonly AccountEntity[], request: PageRequest): readonly AccountEntity[] {
  const { name, businessDate = FIRST_DATE, after, limit } = request;
  return saved
    .filter(isAccount)
    .filter(
      ({ balanceMinor, lastDate }) =>
        name === "everybody" || (balanceMinor > 0 && lastDate !== undefined && lastDate <= businessDate),
    )
    .filter(({ id }) => after === undefined || id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit);
}

export function actorWith(pieceAccounts?: number): typeof account {
  const newState = (_partition: number, company: Company) => new AccountState(company, pieceAccounts);
  return { ...account, newState };
}

export function bookOf(pieceAccounts?: number): BookScene {
  return new Scene(actorWith(pieceAccounts), { page: positives });
}

export const popug = (): UserId => nextId() as UserId;

export const bookIn = (scene: BookScene): Book => scene.saved.rows.get("book") as Book;
export const accountIn = (scene: BookScene, id: UserId): Account =>
  scene.saved.rows.get(`account/${id}`) as Account;
export const balanceOf = (scene: BookScene, id: UserId): number => accountIn(scene, id)?.balanceMinor ?? 0;

const task = (id: UserId, businessDate: BusinessDate, taskId: TaskId) => ({
  taskId,
  number: 1,
  title: "Feed the parrots",
  assigneeId: id,
  feeMinor: minor(10),
  rewardMinor: minor(20),
  by: id,
  businessDate,
  occurredAt: AT,
});

export function assigned(
  id: UserId,
  fee: number,
  date = D1,
  taskId = nextId() as TaskId,
): Envelope<"task.assigned"> {
  const data: TaskAssignedV2 = { ...task(id, date, taskId), feeMinor: minor(fee), assignment: 1 };
  return heard("task.assigned", data);
}

export function completed(
  id: UserId,
  reward: number,
  date = D1,
  taskId = nextId() as TaskId,
): Envelope<"task.completed"> {
  const data: TaskCompletedV2 = { ...task(id, date, taskId), rewardMinor: minor(reward) };
  return heard("task.completed", data);
}

/** The barrier as the board sends it; `lie` is added to what the partition has posted. */
export function ended(scene: BookScene, lie = 0): Envelope<"day.ended"> {
  const { businessDate, posted } = bookIn(scene) ?? { businessDate: D1, posted: NO_TOTALS };
  const totals =
    lie === 0 ? posted : { ...posted, fees: posted.fees + 1, feesMinor: minor(posted.feesMinor + lie) };
  if ((lie === 0) !== agree(totals, posted)) throw new Error("expected a lie to be one");
  return heard("day.ended", { businessDate, nextDate: nextDate(businessDate), totals, occurredAt: AT });
}

export const end = (scene: BookScene, lie = 0): BookOutcome => scene.tell(ended(scene, lie));

export function failed({
  payoutId,
  accountId,
  businessDate,
  amountMinor,
}: PayoutRequestedV1): Envelope<"payout.failed"> {
  const data = { payoutId, accountId, businessDate, amountMinor, failure: "account closed", occurredAt: AT };
  return heard("payout.failed", data, "/ates/payment/0");
}

export const entriesOf = (...outcomes: readonly BookOutcome[]): Entry[] =>
  outcomes.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === "ledger.entry-posted" ? [fact.data] : [])),
  );

export const payoutsOf = (...outcomes: readonly BookOutcome[]): PayoutRequestedV1[] =>
  outcomes.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === "payout.requested" ? [fact.data] : [])),
  );

export const closesOf = (...outcomes: readonly BookOutcome[]): DayPartitionClosedV1[] =>
  outcomes.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === "day.partition-closed" ? [fact.data] : [])),
  );

/** The sum over all ledger accounts of the partition: people's and the house's (ACC-5). */
export function sumOf(scene: BookScene): number {
  return [...scene.saved.rows.values()].reduce(
    (sum, row) => sum + ("balanceMinor" in row ? row.balanceMinor : 0),
    0,
  );
}

/** What the entries of a date come to, recomputed from them alone. */
export function totalsOf(entries: readonly Entry[], date: BusinessDate): ControlTotals {
  return entries
    .filter(({ businessDate }) => businessDate === date)
    .reduce((totals, { kind, amountMinor }) => {
      if (kind === "fee") return withFee(totals, minor(-amountMinor));
      return kind === "reward" ? withReward(totals, amountMinor) : totals;
    }, NO_TOTALS);
}
