/**
 * An account partition that fails where the test says so: the production's batch, parking and retries, with maps in the
 * place of Postgres. Every call of `take` is one batch.
 */
import { trace } from "@opentelemetry/api";
import { type AccountEntity, AccountState } from "../../../actors/account/state.ts";
import type { ControlTotals } from "../../../actors/ledger/control-totals.ts";
import { NO_TOTALS, withFee, withReward } from "../../../actors/ledger/control-totals.ts";
import type { Entry } from "../../../actors/ledger/entry.ts";
import type { Fact } from "../../../actors/runtime/actor.ts";
import { Batch } from "../../../actors/runtime/batch.ts";
import { type Incoming, incoming } from "../../../actors/runtime/incoming.ts";
import { Outgoing } from "../../../actors/runtime/outgoing.ts";
import { Parking } from "../../../actors/runtime/parking.ts";
import { type Wish, wishFor, withLetters } from "../../../actors/runtime/retry.ts";
import type { AskedLetterRow, LaterRow, Lease, LetterRow } from "../../../actors/runtime/store.ts";
import { type BusinessDate, nextDate } from "../../../schemas/business-date.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import type { DayPartitionClosedV1 } from "../../../schemas/generated/messages.ts";
import type { UserId, Uuid } from "../../../schemas/ids.ts";
import { Inbox } from "../../../streams/inbox.ts";
import { RETRIES } from "../../support/parking.ts";
import { COMPANY, heard, NOON_MS } from "../../support/said.ts";
import { actorWith, assigned, completed, D1, isAccount, positives } from "./book.ts";

export const BOARD = "/ates/task-board/0";
const FROM = { topic: "tasks", partition: 0 } as const;
const LEASE = { kind: "account", partition: 0, epoch: 1 } as const;
export const PARKED = "mailbox_parked";

export class ParkedBook {
  nowMs = NOON_MS;
  /** What the board's date is, and what it has sent for it. */
  date: BusinessDate = D1;
  sent: ControlTotals = NO_TOTALS;
  /** Ids of the messages that fail now. */
  readonly poison = new Set<Uuid>();
  readonly facts: Fact[] = [];
  readonly rows = new Map<string, AccountEntity>();
  readonly letters = new Map<Uuid, LetterRow>();
  readonly asked = new Map<Uuid, "replay" | "drop">();
  readonly later = new Map<Uuid, LaterRow>();
  readonly #lettersMax: number;
  readonly #numbers = new Map<string, number>();
  #outbox: Record<string, number> = {};
  #inbox = new Inbox({});
  #state: AccountState;
  #parking: Parking;

  constructor({ pieceAccounts = 2, lettersMax = 3 } = {}) {
    this.#lettersMax = lettersMax;
    this.#state = new AccountState(COMPANY, pieceAccounts);
    this.#parking = this.#newParking();
  }

  get entries(): Entry[] {
    return this.facts.flatMap((fact) => (fact.type === "ledger.entry-posted" ? [fact.data] : []));
  }

  get closes(): DayPartitionClosedV1[] {
    return this.facts.flatMap((fact) => (fact.type === "day.partition-closed" ? [fact.data] : []));
  }

  entriesOf(id: UserId): Entry[] {
    return this.entries.filter(({ accountId }) => accountId === id);
  }

  balanceOf(id: UserId): number {
    return this.entriesOf(id).at(-1)?.balanceAfterMinor ?? 0;
  }

  /** The sum over all ledger accounts of the partition (ACC-5). */
  get sum(): number {
    return [...this.rows.values()].reduce(
      (sum, row) => sum + ("balanceMinor" in row ? row.balanceMinor : 0),
      0,
    );
  }

  /** The board charges a fee. */
  fee(id: UserId, minor: number): Envelope {
    const message = assigned(id, minor, this.date);
    this.sent = withFee(this.sent, message.data.feeMinor);
    return ofBoard(message, id);
  }

  /** Somebody who is not the board charges a fee, and nobody can book it. */
  forged(id: UserId, partitionkey: string = id): Envelope {
    return this.poisoned({ ...assigned(id, 10, this.date), source: "/ates/forger/3", partitionkey });
  }

  /** The board states a reward. */
  reward(id: UserId, minor: number): Envelope {
    const message = completed(id, minor, this.date);
    this.sent = withReward(this.sent, message.data.rewardMinor);
    return ofBoard(message, id);
  }

  /** The board ends its date. */
  barrier(): Envelope {
    const ended = {
      businessDate: this.date,
      nextDate: nextDate(this.date),
      totals: this.sent,
      occurredAt: new Date(NOON_MS).toISOString(),
    };
    this.date = ended.nextDate;
    this.sent = NO_TOTALS;
    return ofBoard(heard("day.ended", ended), "day");
  }

  /** The messages fail until they are cured. */
  poisoned<T extends Envelope>(message: T): T {
    this.poison.add(message.id);
    return message;
  }

  async tell(...messages: readonly Envelope[]): Promise<void> {
    await this.take(messages.map((message) => this.itemOf(message)));
  }

  /** A numbered message of its source's channel. */
  itemOf(message: Envelope): Incoming {
    const number = (this.#numbers.get(message.source) ?? 0) + 1;
    this.#numbers.set(message.source, number);
    const payload = JSON.stringify({ ...message, sequence: String(number) });
    return incoming(payload, { entry: { from: FROM, id: `${number}-0`, payload } });
  }

  /** Everything that is due now, until nothing is. */
  async settle(): Promise<void> {
    for (let rows = this.due(); rows.length > 0; rows = this.due()) {
      await this.take(rows.map((row) => incoming(row.envelope, { laterId: row.id })));
    }
  }

  due(): LaterRow[] {
    return [...this.later.values()].filter(({ dueAtMs }) => dueAtMs <= this.nowMs);
  }

  /** Time passes: every pause is over. */
  async wait(): Promise<void> {
    this.nowMs += 2 * RETRIES.retryMaxMs;
    await this.settle();
  }

  async ask(id: Uuid, what: "replay" | "drop"): Promise<void> {
    this.asked.set(id, what);
    await this.wish({ asked: id });
    await this.settle();
  }

  wish(wish: Wish): Promise<void> {
    return this.take([wishFor(wish)]);
  }

  /** Another owner takes the partition: what was saved is read again. */
  restart(): void {
    this.#state = new AccountState(COMPANY, this.#state.pieceAccounts);
    for (const row of this.rows.values()) if (!isAccount(row)) this.#state.adopt(row.key, row);
    this.#inbox = new Inbox(this.#inbox.snapshot());
    this.#parking = this.#newParking();
  }

  waiting(): LetterRow[] {
    return [...this.letters.values()]
      .filter(({ state }) => state !== "dead")
      .sort((a, b) => a.place - b.place);
  }

  async take(arrived: readonly Incoming[]): Promise<void> {
    const items = await withLetters(this.#store, LEASE, arrived, this.#lettersMax, this.#parking);
    const actor = actorWith(this.#state.pieceAccounts);
    this.#load(items, actor);
    const outgoing = new Outgoing("account", 0, COMPANY, this.#outbox);
    const batch = new Batch({
      ...({ kind: "account", partition: 0, company: COMPANY, nowMs: this.nowMs } as const),
      ...{
        inbox: this.#inbox,
        outgoing,
        parking: this.#parking,
        decided: { outcomes: new Map(), promised: new Map() },
      },
      actor: {
        ...actor,
        decide: (state, message, context) => {
          if (this.poison.has(message.id)) throw new Error("poison");
          return actor.decide(state, message, context);
        },
      },
      state: this.#state,
      tracer: trace.getTracer("test"),
    });
    for (const item of items) batch.take(item);
    this.#commit(batch, outgoing);
  }

  #commit(batch: Batch<AccountEntity, AccountState>, outgoing: Outgoing): void {
    const { letters, lettersDone, retries } = this.#parking.takeChanges(this.nowMs);
    for (const entity of this.#state.takeChanged()) this.rows.set(entity.key, entity);
    for (const id of batch.laterDone) this.later.delete(id);
    for (const row of [...outgoing.later, ...retries]) this.later.set(row.id, row);
    for (const letter of letters) this.letters.set(letter.id, letter);
    for (const id of [...letters.map((letter) => letter.id), ...lettersDone]) this.asked.delete(id);
    for (const id of lettersDone) this.letters.delete(id);
    this.#outbox = outgoing.marks();
    this.facts.push(...batch.facts.map(({ fact }) => fact));
    this.#state.clearPages();
  }

  #load(items: readonly Incoming[], actor: ReturnType<typeof actorWith>): void {
    for (const { message } of items) {
      if (message === undefined || !actor.handles.has(message.type)) continue;
      for (const key of actor.needs(message)) this.#state.adopt(key, this.rows.get(key));
      const request = actor.page?.(this.#state, message);
      if (request === undefined) continue;
      const page = positives([...this.rows.values()], request);
      for (const entity of page) this.#state.adopt(entity.key, entity);
      this.#state.setPage(
        message.id,
        page.map(({ key }) => key),
      );
    }
  }

  /** The store's part in a retry. */
  readonly #store = {
    letters: async (_lease: Lease, actor: string, limit: number) =>
      this.waiting()
        .filter((letter) => letter.actor === actor)
        .slice(0, limit),
    asked: async (_lease: Lease, ids: readonly Uuid[]) =>
      ids.flatMap((id): AskedLetterRow[] => {
        const [letter, asked] = [this.letters.get(id), this.asked.get(id)];
        return letter === undefined || asked === undefined ? [] : [{ ...letter, asked }];
      }),
  };

  #newParking(): Parking {
    const waiting = Map.groupBy(this.waiting(), ({ actor }) => actor);
    const parked = [...waiting].map(([actor, own]) => ({
      actor,
      messages: own.length,
      isHeld: own.some(({ state }) => state === "held"),
      code: own[0]?.code ?? "",
    }));
    const lastPlace = Math.max(0, ...this.waiting().map(({ place }) => place));
    return new Parking(
      { lease: LEASE, company: COMPANY, limits: RETRIES, afterLastAttempt: () => "hold" },
      { parked, lastPlace },
    );
  }
}

function ofBoard(message: Envelope, key: string): Envelope {
  return { ...message, source: BOARD, partitionkey: key };
}
