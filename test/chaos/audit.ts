/**
 * After the storm: everything that the exchange says, down to the mails and the provider's book, against the client's
 * books. Nothing lost, nothing doubled, every balance right, one receipt per person and day with a payout.
 */

import { auditAccount, type Entry, type Payout } from "./audit-account.ts";
import type { Books, Task } from "./books.ts";
import type { People } from "./load.ts";
import type { Taken } from "./mail-sink.ts";

export interface Day {
  readonly businessDate: string;
  readonly state: string;
  readonly totals: { readonly payouts: number; readonly payoutsMinor: number };
  readonly heldAccounts: readonly { readonly userId: string; readonly reason: string }[];
}

export interface Said {
  readonly tasks: readonly Task[];
  /** By account. */
  readonly entries: ReadonlyMap<string, readonly Entry[]>;
  readonly balances: ReadonlyMap<string, number>;
  readonly payouts: readonly Payout[];
  readonly days: readonly Day[];
  readonly businessDate: string;
}

export async function readEverything({ admin, byId }: People): Promise<Said> {
  const entries = new Map<string, readonly Entry[]>();
  for (const id of byId.keys()) {
    const newestFirst = await admin.readAll<Entry>(`/accounts/${id}/entries`);
    entries.set(id, newestFirst.reverse());
  }
  const accounts = await admin.readAll<{ userId: string; balanceMinor: number }>("/accounts");
  return {
    tasks: await admin.readAll<Task>("/tasks"),
    entries,
    balances: new Map(accounts.map(({ userId, balanceMinor }) => [userId, balanceMinor])),
    payouts: await admin.readAll<Payout>("/payouts"),
    days: await admin.readAll<Day>("/days"),
    ...(await admin.read<{ businessDate: string }>("/company")),
  };
}

/**
 * DAY-4: what waits in a mailbox when the day is closed is not paid with it, but with a later one. Kills alone can park
 * one: a message over which hosts were lost, again and again.
 */
const PARKED = "mailbox_parked";

export class Audit {
  readonly violations: string[] = [];
  comparisons = 0;
  readonly #books: Books;
  readonly #people: People;

  constructor(books: Books, people: People) {
    this.#books = books;
    this.#people = people;
  }

  async run(mails: readonly Taken[], provider: readonly Record<string, unknown>[]): Promise<Said> {
    for (const each of this.#books.contradictions) this.#check(false, each);
    const said = await readEverything(this.#people);
    this.#tasks(said);
    this.#money(said);
    await this.#jobs();
    const dates = said.days.filter(({ state }) => state === "closed").map(({ businessDate }) => businessDate);
    this.#days(said);
    for (const [id, entries] of said.entries) {
      const owed = dates.filter((date) => !isHeld(said, id, date));
      const wrong = auditAccount(entries, said.balances.get(id), owed.sort(), payoutsOf(said, id));
      const name = this.#people.byId.get(id)?.email ?? id;
      this.comparisons += entries.length + dates.length;
      for (const each of wrong) this.#check(false, `${name}: ${each}`);
    }
    this.#receipts(said, mails);
    this.#provider(said, provider);
    return said;
  }

  #check(holds: boolean, otherwise: string): void {
    this.comparisons += 1;
    if (!holds) this.violations.push(otherwise);
  }

  /** RPO 0: what was answered is there; and nothing is there that nobody said, or twice. */
  #tasks({ tasks }: Said): void {
    const byTitle = Map.groupBy(tasks, ({ title }) => title);
    for (const [title, same] of byTitle) {
      this.#check(this.#books.said.has(title), `nobody said "${title}"`);
      this.#check(same.length === 1, `doubled: "${title}" exists ${same.length} times`);
    }
    for (const known of this.#books.tasks.values()) {
      const task = byTitle.get(known.title)?.find(({ id }) => id === known.id);
      this.#check(task !== undefined, `lost: task ${known.id} was answered 201 and does not exist`);
      if (task === undefined) continue;
      const isPriced = task.feeMinor === known.feeMinor && task.rewardMinor === known.rewardMinor;
      this.#check(isPriced, `the prices of task ${known.id} have changed`);
      if (known.completedBy !== undefined) {
        this.#check(task.status === "done", `lost: task ${known.id} was completed and is ${task.status}`);
        this.#check(task.assignee.id === known.completedBy, `task ${known.id} belongs to somebody else now`);
      } else if (!known.mayBeCompleted) {
        this.#check(task.status !== "done", `task ${known.id} is done, and nobody was told so`);
      }
    }
  }

  /** One reward for each completion and to whom completed; the first fee for the first assignee. */
  #money({ tasks, entries }: Said): void {
    const all = [...entries].flatMap(([accountId, list]) => list.map((entry) => ({ ...entry, accountId })));
    const fees = Map.groupBy(
      all.filter(({ kind }) => kind === "fee"),
      ({ taskId }) => taskId,
    );
    const rewards = Map.groupBy(
      all.filter(({ kind }) => kind === "reward"),
      ({ taskId }) => taskId,
    );
    const ids = new Set<string | null>(tasks.map(({ id }) => id));
    for (const id of [...fees.keys(), ...rewards.keys()])
      this.#check(ids.has(id), `money for no task: ${id}`);
    for (const task of tasks) {
      const [charged, paid] = [fees.get(task.id) ?? [], rewards.get(task.id) ?? []];
      const isDone = task.status === "done";
      this.#check(
        paid.length === (isDone ? 1 : 0),
        `task ${task.id} is ${task.status} with ${paid.length} rewards`,
      );
      for (const { accountId, amountMinor } of paid) {
        const isRight = accountId === task.assignee.id && amountMinor === task.rewardMinor;
        this.#check(isRight, `the reward of task ${task.id} is ${amountMinor} to ${accountId}`);
      }
      this.#check(charged.length > 0, `lost: task ${task.id} has no fee`);
      this.#check(
        charged.every(({ amountMinor }) => amountMinor === -task.feeMinor),
        `a fee of ${task.id} is wrong`,
      );
      const first = this.#books.tasks.get(task.id)?.firstAssignee ?? charged[0]?.accountId;
      this.#check(
        charged.some(({ accountId }) => accountId === first),
        `the first fee of task ${task.id} is missing`,
      );
      const holds = charged.some(({ accountId }) => accountId === task.assignee.id);
      this.#check(holds, `task ${task.id} was never charged to its assignee`);
    }
  }

  async #jobs(): Promise<void> {
    for (const id of this.#books.jobs) {
      const job = await this.#people.manager.read<{ state: string }>(`/jobs/${id}`);
      this.#check(job.state === "done", `the shuffle ${id} was accepted and is ${job.state}`);
    }
  }

  #days({ days, businessDate }: Said): void {
    for (const day of days.filter((each) => each.businessDate < businessDate)) {
      this.#check(day.state === "closed", `${day.businessDate} is over and ${day.state}`);
      const others = day.heldAccounts.filter(({ reason }) => reason !== PARKED);
      this.#check(others.length === 0, `${day.businessDate} holds accounts: ${JSON.stringify(others)}`);
    }
    const closed = new Set(days.filter(({ state }) => state === "closed").map((day) => day.businessDate));
    for (const date of this.#books.closed) {
      this.#check(closed.has(date), `lost: the close of ${date} was answered and it is not closed`);
    }
  }

  /** By Message-ID: a mail whose answer was lost comes twice as the same mail, never as another. */
  #receipts(said: Said, mails: readonly Taken[]): void {
    const settled = said.payouts.filter(({ state }) => state === "settled");
    const due = new Map(
      settled.map((payout) => [`${this.#emailOf(payout.userId)} ${payout.businessDate}`, payout]),
    );
    const got = new Map<string, Set<string>>();
    for (const { to, subject, messageId } of mails) {
      if (!subject.startsWith("Your payout for ")) continue; // no receipt
      const date = dateIn(subject, said.days);
      const ids = got.get(`${to} ${date}`) ?? new Set();
      got.set(`${to} ${date}`, ids.add(messageId));
    }
    for (const key of due.keys()) {
      this.#check(got.get(key)?.size === 1, `${key}: paid once, with ${got.get(key)?.size ?? 0} receipts`);
    }
    for (const key of got.keys()) this.#check(due.has(key), `${key}: a receipt without a payout`);
  }

  /** The provider pays a payout once, by its id; what it paid is settled, and the other way round. */
  #provider(said: Said, calls: readonly Record<string, unknown>[]): void {
    const paid = Map.groupBy(calls, ({ accountId, businessDate }) => `${accountId} ${businessDate}`);
    for (const [key, same] of paid) {
      const ways = new Set(same.map(({ payoutId, amountMinor }) => `${payoutId} ${amountMinor}`));
      this.#check(ways.size === 1, `${key} was paid in ${ways.size} ways: ${[...ways].join(", ")}`);
    }
    for (const { userId, businessDate, state, amountMinor } of said.payouts) {
      const [first] = paid.get(`${userId} ${businessDate}`) ?? [];
      const isPaid = first?.amountMinor === amountMinor;
      this.#check(
        state === "settled" || state === "returned",
        `the payout of ${userId} for ${businessDate} is ${state}`,
      );
      this.#check(
        isPaid === (state === "settled"),
        `the payout of ${userId} for ${businessDate} is ${state}, paid: ${isPaid}`,
      );
    }
  }

  #emailOf(userId: string): string {
    return this.#people.byId.get(userId)?.email ?? userId;
  }
}

function payoutsOf({ payouts }: Said, id: string): readonly Payout[] {
  return payouts.filter(({ userId }) => userId === id);
}

function isHeld({ days }: Pick<Said, "days">, id: string, date: string): boolean {
  const day = days.find(({ businessDate }) => businessDate === date);
  return day?.heldAccounts.some(({ userId, reason }) => userId === id && reason === PARKED) ?? false;
}

/** The date that the receipt's subject names. */
function dateIn(subject: string, days: readonly Day[]): string {
  const said = /^Your payout for (?<date>.+): [^:]+$/.exec(subject)?.groups?.date;
  const longDate = (date: string) =>
    Temporal.PlainDate.from(date).toLocaleString("en", { dateStyle: "long" });
  return days.find(({ businessDate }) => longDate(businessDate) === said)?.businessDate ?? subject;
}
