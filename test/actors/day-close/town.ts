/**
 * A whole exchange without servers: the board, its account partitions and the day, joined by channels that deliver when
 * the test says so. What a partition sends stays in its channel, so that it can be delivered late, twice or too early.
 */
import { dayClose } from "../../../actors/day-close/actor.ts";
import type { DayEntity, DayState } from "../../../actors/day-close/state.ts";
import type { Fact } from "../../../actors/runtime/actor.ts";
import type { Entities, Entity } from "../../../actors/runtime/entities.ts";
import type { OutboxRow } from "../../../actors/runtime/store.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { Envelope } from "../../../schemas/envelope.ts";
import { minor } from "../../../schemas/money.ts";
import type { Sender } from "../../support/client.ts";
import { type Outcome, Scene } from "../../support/given.ts";
import { COMPANY } from "../../support/said.ts";
import { actorWith, type BookScene, positives } from "../account/book.ts";
import { type BoardScene, boardOf } from "../task-board/board.ts";

/** One numbered channel: from a partition of the sender to one of a receiver. */
interface Channel {
  readonly receiver: string;
  readonly rows: OutboxRow[];
  /** Rows that the receiver has taken. */
  taken: number;
}

/** Adds this to the fees of a barrier: the board's word and the account partition's then differ (DAY-4). */
export type Lies = (date: BusinessDate, partition: number) => boolean;

/** What happened, in the order of the commits. */
export interface Happened {
  readonly where: string;
  readonly fact: Fact;
}

export class Town {
  readonly board: BoardScene;
  readonly books: readonly BookScene[];
  readonly day: Scene<DayEntity, DayState> = new Scene(dayClose);
  readonly log: Happened[] = [];
  readonly #channels = new Map<string, Channel>();
  readonly #lies: Lies;

  constructor(people: readonly Sender[], lies: Lies) {
    this.#lies = lies;
    this.board = boardOf(people, { pieceTasks: 3 });
    this.books = Array.from(
      { length: COMPANY.partitions },
      (_, partition) => new Scene(actorWith(2), { page: positives, partition }),
    );
  }

  /** A scene by its name: `board`, `day`, `account/1`. */
  sceneOf(name: string): Scene<Entity, Entities<Entity>> {
    const scene =
      name === "board"
        ? this.board
        : name === "day"
          ? this.day
          : this.books[Number(name.slice("account/".length))];
    return scene as unknown as Scene<Entity, Entities<Entity>>;
  }

  /** The scenes that tell themselves something for later. */
  get workers(): string[] {
    return ["board", ...this.books.map((_, partition) => `account/${partition}`)];
  }

  tell(where: string, message: Envelope): Outcome<Entity> {
    return this.#keep(where, this.sceneOf(where).tell(message));
  }

  tellDue(where: string): boolean {
    const outcome = this.sceneOf(where).tellDue();
    if (outcome !== undefined) this.#keep(where, outcome);
    return outcome !== undefined;
  }

  /** The worker decides what is due, and dies before its commit. */
  loseDue(where: string): void {
    const scene = this.sceneOf(where);
    const row = scene.due()[0];
    if (row !== undefined) scene.rehearseLater(row);
  }

  crash(where: string): void {
    this.sceneOf(where).crash();
    this.day.crash();
  }

  /**
   * The next messages of a channel as one batch; `again` of those before it come once more with them. `lost`: the
   * receiver dies before its commit.
   */
  deliver(at: number, count: number, again = 0, lost = false): boolean {
    const channels = [...this.#channels.values()];
    const channel = channels[at % Math.max(channels.length, 1)];
    if (channel === undefined) return false;
    const end = Math.min(channel.taken + count, channel.rows.length);
    const rows = channel.rows.slice(Math.max(0, channel.taken - again), end);
    if (rows.length === 0) return false;
    const scene = this.sceneOf(channel.receiver);
    const items = rows.map(({ envelope, to }) => Scene.entryOf(envelope, to));
    if (lost) {
      scene.loseBatch(items);
      return true;
    }
    const isNew = end > channel.taken;
    channel.taken = end;
    this.#keep(channel.receiver, scene.take(items));
    return isNew;
  }

  /** A message that comes before the one it follows: it is dropped. */
  deliverEarly(at: number): boolean {
    const channels = [...this.#channels.values()];
    const channel = channels[at % Math.max(channels.length, 1)];
    const row = channel?.rows[channel.taken + 1];
    if (channel === undefined || row === undefined) return false;
    const outcome = this.sceneOf(channel.receiver).take([Scene.entryOf(row.envelope, row.to)]);
    if (outcome.facts.length > 0 || outcome.gaps.size !== 1)
      throw new Error("a message beyond a gap was applied");
    return true;
  }

  /** Until nobody has anything more to do. */
  drain(): void {
    for (let isBusy = true; isBusy; ) {
      isBusy = false;
      for (let at = 0; at < this.#channels.size; at++) isBusy = this.deliver(at, 50) || isBusy;
      for (const where of this.workers) isBusy = this.tellDue(where) || isBusy;
    }
  }

  #keep(where: string, outcome: Outcome<Entity>): Outcome<Entity> {
    const [dead] = outcome.deadLetters;
    if (dead !== undefined) throw new Error(`${where}: ${dead.type} became a dead letter: ${dead.reason}`);
    this.log.push(...outcome.facts.map((fact) => ({ where, fact })));
    for (const row of outcome.sent) this.#send(where, row);
    return outcome;
  }

  #send(where: string, row: OutboxRow): void {
    const { topic, partition } = row.to;
    if (topic !== "tasks" && topic !== "day") return; // nobody of this town listens
    const receiver = topic === "day" ? "day" : `account/${partition}`;
    const name = `${where} ${topic}/${partition}`;
    const channel = this.#channels.get(name) ?? { receiver, rows: [], taken: 0 };
    this.#channels.set(name, channel);
    channel.rows.push({ ...row, envelope: this.#lied(row) });
  }

  #lied({ envelope, to }: OutboxRow): string {
    if (to.topic !== "tasks" || !envelope.includes('"day.ended"')) return envelope;
    const message = JSON.parse(envelope) as Envelope<"day.ended">;
    const { businessDate, totals } = message.data;
    if (!this.#lies(businessDate, to.partition)) return envelope;
    const lie = { ...totals, fees: totals.fees + 1, feesMinor: minor(totals.feesMinor + 10) };
    return JSON.stringify({ ...message, data: { ...message.data, totals: lie } });
  }
}
