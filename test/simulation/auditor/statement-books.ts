/** Statements (PAY-4): when a month is sealed, one mail for everybody who had an entry in it, and for nobody else. */
import type { Mail } from "../../../actors/mailer/state.ts";
import { partitionOf } from "../../../streams/partition.ts";
import type { Commit, SimulatedDatabase } from "../store/database.ts";
import type { AccountBook } from "./account-book.ts";
import { demand } from "./demand.ts";

interface Sealed {
  has(date: string): boolean;
}

export class StatementBooks {
  readonly #accounts: ReadonlyMap<string, AccountBook>;
  readonly #sealed: Sealed;
  readonly #partitions: number;
  /** `<month> <partition>` of months that have ended. */
  readonly #ended = new Set<string>();
  /** `<month> <account>` → the Message-ID under which the mail server took it. */
  readonly #taken = new Map<string, string>();

  constructor(accounts: ReadonlyMap<string, AccountBook>, sealed: Sealed, partitions: number) {
    this.#accounts = accounts;
    this.#sealed = sealed;
    this.#partitions = partitions;
  }

  /** A commit of the scheduler. */
  hear({ writes }: Commit): void {
    for (const { fact } of writes.facts) {
      if (fact.type !== "month.ended" || fact.topic !== "schedules") continue; // for webhooks
      const { month } = fact.data;
      const last = Temporal.PlainYearMonth.from(month);
      const date = last.toPlainDate({ day: last.daysInMonth }).toString();
      demand(this.#sealed.has(date), "PAY-4", () => `${month} ends before ${date} is sealed`);
      this.#ended.add(`${month} ${fact.toPartition}`);
    }
  }

  /** Outside: the mail server has taken it. */
  mailed({ userId, businessDate }: Mail, messageId: string): void {
    const key = `${businessDate.slice(0, 7)} ${userId}`;
    const isDue = this.#due().includes(key);
    demand(isDue, "PAY-4", () => `a statement for ${key}, who had no entry in a month that is over`);
    const before = this.#taken.get(key) ?? messageId;
    demand(before === messageId, "PAY-4", () => `two statements for ${key}: ${before} and ${messageId}`);
    this.#taken.set(key, messageId);
  }

  open(): string | undefined {
    const missing = this.#due().find((key) => !this.#taken.has(key));
    return missing === undefined ? undefined : `there is no statement for ${missing}`;
  }

  check(database: SimulatedDatabase): void {
    const mails = (database.rowsOf("mailer", "mail/") as Mail[]).filter(
      ({ template }) => template === "statement",
    );
    for (const { id, userId, state, businessDate } of mails) {
      const taken = this.#taken.get(`${businessDate.slice(0, 7)} ${userId}`);
      const isSent = state === "sent" && taken === `<${id}@ates.local>`;
      demand(isSent, "PAY-4", () => `statement ${id} is ${state}; the mail server took ${taken}`);
    }
    demand(
      mails.length === this.#taken.size,
      "PAY-4",
      () => `${mails.length} statements of ${this.#taken.size}`,
    );
  }

  #due(): string[] {
    return [...this.#ended].flatMap((each) => {
      const [month = "", partition] = each.split(" ");
      return [...this.#accounts.values()].flatMap((account) =>
        account.movedIn(month) && partitionOf(account.id, this.#partitions) === Number(partition)
          ? [`${month} ${account.id}`]
          : [],
      );
    });
  }
}
