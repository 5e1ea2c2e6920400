/**
 * The auditor: books of its own, kept from every commit in its moment, by the rules of requirements.md and an arithmetic
 * of its own. Safety is judged commit by commit; at a quiet moment all that is stored is compared, and `open` says what
 * has not come to its end yet.
 */
import type { Mail } from "../../actors/mailer/state.ts";
import type { Company } from "../../schemas/company.ts";
import type { MailDeliverV2, PaymentSubmitV2, WebhookDeliverV1 } from "../../schemas/generated/messages.ts";
import type { Kind } from "../../streams/topology.ts";
import { AccountBooks } from "./auditor/account-books.ts";
import { BoardBooks } from "./auditor/board-books.ts";
import { ByHandBooks } from "./auditor/by-hand-books.ts";
import { ChannelBooks } from "./auditor/channel-books.ts";
import { CommandBooks } from "./auditor/command-books.ts";
import { DayBooks } from "./auditor/day-books.ts";
import { PayoutBooks } from "./auditor/payout-books.ts";
import { PeopleBooks } from "./auditor/people-books.ts";
import { ProjectionBooks } from "./auditor/projection-books.ts";
import { ScheduleBooks } from "./auditor/schedule-books.ts";
import { StatementBooks } from "./auditor/statement-books.ts";
import { WebhookBooks } from "./auditor/webhook-books.ts";
import type { Witness } from "./gateways.ts";
import { isHopeless } from "./receivers.ts";
import type { Commit, SimulatedDatabase } from "./store/database.ts";
import { Violation } from "./violation.ts";

export class Auditor implements Witness {
  readonly #database: SimulatedDatabase;
  readonly #board: BoardBooks;
  readonly #accounts: AccountBooks;
  readonly #payouts = new PayoutBooks();
  readonly #people = new PeopleBooks();
  readonly #projection = new ProjectionBooks();
  readonly #channels: ChannelBooks;
  readonly #commands: CommandBooks;
  readonly #days: DayBooks;
  readonly #byHand = new ByHandBooks();
  readonly #schedules: ScheduleBooks;
  readonly #statements: StatementBooks;
  readonly #webhooks = new WebhookBooks();
  readonly #hear: Readonly<Record<Kind, (commit: Commit) => void>>;

  constructor({ database, company }: { readonly database: SimulatedDatabase; readonly company: Company }) {
    this.#database = database;
    this.#board = new BoardBooks(company, (movement) => this.#accounts.owe(movement));
    const books = { board: this.#board, payouts: this.#payouts, byHand: this.#byHand };
    this.#accounts = new AccountBooks({ company, database, ...books });
    this.#days = new DayBooks(company, this.#board, this.#accounts);
    this.#schedules = new ScheduleBooks(company, this.#byHand);
    this.#statements = new StatementBooks(this.#accounts.accounts, this.#days.sealed, company.partitions);
    this.#channels = new ChannelBooks(database);
    this.#commands = new CommandBooks(this.#board);
    this.#hear = {
      directory: (commit) => this.#people.hear(commit),
      "task-board": (commit) => {
        this.#board.hear(commit);
        this.#schedules.hearBoard(commit, this.#board.eligible);
      },
      bookkeeper: (commit) => this.#byHand.hear(commit),
      account: (commit) => this.#accounts.hear(commit),
      "day-close": (commit) => this.#days.hear(commit),
      payment: (commit) => this.#payouts.hear(commit),
      mailer: (commit) => this.#payouts.hearMail(commit),
      analytics: () => {},
      scheduler: (commit) => {
        this.#schedules.hear(commit);
        this.#statements.hear(commit);
      },
      webhook: (commit) => this.#webhooks.hear(commit),
    };
    database.watch((commit) => this.#watch(commit));
  }

  /** What is not done yet, in words; undefined when everything has come to its end. */
  open(): string | undefined {
    return (
      this.#channels.open() ??
      this.#commands.open(this.#database) ??
      this.#accounts.open() ??
      this.#days.open() ??
      this.#payouts.open() ??
      this.#byHand.open() ??
      this.#schedules.open(this.#database.wallMs) ??
      this.#statements.open() ??
      this.#webhooks.open(isHopeless) ??
      this.#waiting()
    );
  }

  /** Everything that is stored, against the books. Throws what differs. */
  check(): void {
    this.#accounts.check(this.#database);
    this.#payouts.check(this.#database);
    this.#statements.check(this.#database);
    this.#people.check(this.#database);
    this.#projection.check(this.#database);
  }

  payoutPaid(payoutId: string, accountId: string, amountMinor: number): void {
    this.#payouts.paid(payoutId, accountId, amountMinor);
  }

  payoutAsked(asked: PaymentSubmitV2): void {
    this.#payouts.asked(asked);
  }

  payoutBounced(payoutId: string): void {
    this.#payouts.bounced(payoutId);
  }

  mailAccepted({ mailId, messageId, text }: MailDeliverV2): void {
    const mail = this.#database.rowsOf("mailer", `mail/${mailId}`)[0] as Mail | undefined;
    if (mail?.template === "statement") this.#statements.mailed(mail, messageId);
    else if (mail?.template === "receipt" || mail?.template === "payout-failed")
      this.#payouts.mailed(messageId, text);
  }

  webhookCalled(call: WebhookDeliverV1, isAccepted: boolean): void {
    this.#webhooks.called(call, isAccepted);
  }

  #watch(commit: Commit): void {
    const { kind, partition, epoch } = commit.lease;
    try {
      this.#channels.hear(commit);
      this.#webhooks.hearFacts(commit);
      this.#hear[kind](commit);
      this.#commands.hear(commit);
      this.#projection.hear(commit);
      this.#channels.identify(commit);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      throw new Violation(
        error.rule,
        `${error.message} (in a commit of ${kind}/${partition}, epoch ${epoch})`,
      );
    }
  }

  /** Messages that wait: in mailboxes, or for their time. Only what is due by the calendar may, and who is gone. */
  #waiting(): string | undefined {
    if (this.#board.running !== undefined) return `shuffle ${this.#board.running.id} is not done`;
    for (const { row, kind, partition } of this.#database.letters.all())
      if (!isOfEdge(row.envelope))
        return `${row.type} is ${row.state} in ${kind}/${partition}: ${row.reason}`;
    for (const { kind, partition, later } of this.#database.partitions.values())
      if (kind !== "scheduler" && kind !== "webhook" && later.size > 0)
        return `${later.size} messages of ${kind}/${partition} wait for their time`;
    return undefined;
  }
}

/** A command that failed is kept as a dead letter; its sender was told, and nobody waits for it. */
function isOfEdge(envelope: string): boolean {
  return (JSON.parse(envelope) as { source?: string }).source === "/ates/edge";
}
