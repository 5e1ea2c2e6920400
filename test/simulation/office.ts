/**
 * The office of a run: accountants who correct accounts by four eyes, release what is held and have the provider asked
 * again; people who change their bank account; admins who keep schedules and subscriptions of webhooks. A run has some of
 * these and not others, by its seed. What each does is a seeded draw, beside and not within those of the board's people.
 */
import type { Correction } from "../../actors/bookkeeper/state.ts";
import type { User } from "../../actors/directory/state.ts";
import type { Payout } from "../../actors/payment/state.ts";
import type { Schedule } from "../../actors/scheduler/state.ts";
import type { Webhook, WebhookEntity } from "../../actors/webhook/state.ts";
import type { CommandType, DataOf } from "../../schemas/generated/messages.ts";
import { WEBHOOK_TYPES } from "../../schemas/webhook-types.ts";
import type { Request, SimulatedEdge } from "./edge.ts";
import type { Random } from "./random.ts";
import { CHARACTERS, isHopeless } from "./receivers.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimulatedDatabase } from "./store/database.ts";

export interface OfficeOptions {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly database: SimulatedDatabase;
  readonly edge: SimulatedEdge;
}

const INTERESTS = ["corrections", "payouts", "schedules", "webhooks"] as const;
type Interest = (typeof INTERESTS)[number];

const PACE_MIN_MS = 150;
const PACE_MAX_MS = 900;
const SCHEDULES_MAX = 4;
const WEBHOOKS_MAX = 3;

/** Each day, in the hours that clocks skip or show twice, on working days, once a month, every hour. */
const PATTERNS = [
  "0 0 * * *",
  "30 2 * * *",
  "30 1 * * *",
  "15 9 * * 1-5",
  "0 6 1 * *",
  "45 * * * *",
] as const;
const EVERY_HOUR = "45 * * * *";
/** Of every hour of days that leap by, all would drown the rest. */
const CATCH_UP = ["skip", "one", "all"] as const;
const STATEMENTS = "0 6 1 * *";

const SELDOM = WEBHOOK_TYPES.filter((type) => !/^(task|ledger|payout.submitted)/.test(type));

const SECOND_ADMIN = { email: "second@ates.local", name: "Second", role: "admin" } as const;

export class Office {
  readonly #o: OfficeOptions;
  readonly #interests: readonly Interest[];
  readonly #paceMs: number;
  #isStopped = false;
  #made = 0;

  constructor(options: OfficeOptions) {
    this.#o = options;
    const { random } = options;
    this.#interests = INTERESTS.filter(() => random.chance(0.4));
    this.#paceMs = random.between(PACE_MIN_MS, PACE_MAX_MS);
  }

  start(): void {
    if (this.#interests.length > 0) this.#next();
  }

  /** Somebody takes down what will never answer; only now and then is it left to give up by itself. */
  stop(): void {
    this.#isStopped = true;
    const { random, database } = this.#o;
    const admin = (database.rowsOf("directory", "user/") as User[]).find(({ role }) => role === "admin");
    if (admin === undefined || random.chance(0.2)) return;
    for (const { url, id: webhookId, key, state } of database.rowsOf("webhook", "webhook/") as Webhook[])
      if (isHopeless(url) && state === "active")
        this.#send(admin, "webhook", "webhook.change", key, { webhookId, active: false });
  }

  #next(): void {
    const { random, scheduler } = this.#o;
    scheduler.after(random.below(2 * this.#paceMs), () => {
      if (this.#isStopped) return;
      const users = this.#o.database.rowsOf("directory", "user/") as User[];
      if (users.length >= 4) this.#act(random.pick(this.#interests), users);
      this.#next();
    });
  }

  #act(interest: Interest, users: readonly User[]): void {
    const doings: Record<Interest, () => void> = {
      corrections: () => this.#correct(users),
      payouts: () => this.#askAboutPayouts(users),
      schedules: () => this.#schedule(users),
      webhooks: () => this.#subscribe(users),
    };
    doings[interest]();
  }

  /** By whoever may, mostly. */
  #bookkeeper(users: readonly User[]): User {
    const { random } = this.#o;
    const may = users.filter(({ role }) => role === "accountant" || role === "admin");
    return random.chance(0.9) && may.length > 0 ? random.pick(may) : random.pick(users);
  }

  #correct(users: readonly User[]): void {
    const { random, database } = this.#o;
    const by = this.#bookkeeper(users);
    const corrections = database.rowsOf("bookkeeper", "correction/") as Correction[];
    const habit = random.pick(["propose", "approve", "approve", "reject", "release"] as const);
    if (habit === "release") {
      const { id: accountId } = random.pick(users);
      this.#send(by, "bookkeeper", "hold.release", `account/${accountId}`, {
        accountId,
        reason: "Looked at.",
      });
    } else if (habit === "propose" || corrections.length === 0) {
      const kind = random.pick(["correction", "bonus"] as const);
      const amountMinor = random.between(kind === "bonus" ? 0 : -30, 60);
      const data = { accountId: random.pick(users).id, kind, amountMinor, reason: `Slip ${this.#made++}` };
      const subject = `correction/${random.uuid(this.#o.scheduler.wallMs)}`;
      this.#send(by, "bookkeeper", "correction.propose", subject, data as DataOf["correction.propose"]);
    } else {
      const open = corrections.filter(({ state }) => state === "proposed");
      const { id: correctionId, key } = random.pick(
        open.length > 0 && random.chance(0.8) ? open : corrections,
      );
      if (habit === "approve") this.#send(by, "bookkeeper", "correction.approve", key, { correctionId });
      else this.#send(by, "bookkeeper", "correction.reject", key, { correctionId, reason: "No." });
    }
  }

  #askAboutPayouts(users: readonly User[]): void {
    const { random, database } = this.#o;
    const payouts = database.rowsOf("payment", "payout/") as Payout[];
    if (payouts.length === 0 || random.chance(0.4)) {
      const person = random.pick(users);
      const data = { iban: `DE${random.between(10, 99)}370400440532013000`, holder: person.name };
      this.#send(person, "directory", "payee.change", `payee/${person.id}`, data);
      return;
    }
    const { id: payoutId, accountId, key } = random.pick(payouts);
    this.#send(this.#bookkeeper(users), "directory", "payout.enquire", key, { payoutId, accountId });
  }

  #schedule(users: readonly User[]): void {
    const { random, database } = this.#o;
    const admins = users.filter(({ role }) => role === "admin");
    const [first] = admins;
    if (first === undefined) return;
    if (!users.some(({ email }) => email === SECOND_ADMIN.email))
      this.#send(first, "directory", "user.register", `email/${SECOND_ADMIN.email}`, SECOND_ADMIN);
    const rows = database.rowsOf("scheduler", "schedule/") as Schedule[];
    const schedules = rows.filter(({ isRemoved }) => !isRemoved);
    const by = random.pick(admins);
    if (schedules.length < SCHEDULES_MAX && random.chance(0.5)) {
      this.#createSchedule(by);
      return;
    }
    if (schedules.length === 0) return;
    const { id: scheduleId, key, isPaused, cron } = random.pick(schedules);
    const habit = random.pick(["pause", "rewrite", "run", "run", "remove"] as const);
    if (habit === "remove" && random.chance(0.3))
      this.#send(by, "scheduler", "schedule.remove", key, { scheduleId });
    else if (habit === "run") this.#send(by, "scheduler", "schedule.run", key, { scheduleId });
    else if (habit === "rewrite" && cron !== EVERY_HOUR)
      this.#send(by, "scheduler", "schedule.change", key, { scheduleId, catchUp: random.pick(CATCH_UP) });
    else this.#send(by, "scheduler", "schedule.change", key, { scheduleId, paused: !isPaused });
  }

  #createSchedule(by: User): void {
    const { random } = this.#o;
    const number = this.#made++;
    const kind = random.pick(["task", "task", "bonus", "statement"] as const);
    const cron = kind === "statement" ? STATEMENTS : random.pick(PATTERNS);
    const catchUp = cron === EVERY_HOUR ? random.pick(["skip", "one"] as const) : random.pick(CATCH_UP);
    const bonus = { kind: "bonus", amountMinor: random.between(1, 30), reason: `Round ${number}` } as const;
    const work = {
      task: { kind: "task", title: `Chore ${number}` },
      bonus: { ...bonus, roles: random.pick([["employee"], ["employee", "manager"]]) },
      statement: { kind: "statement" },
    }[kind];
    const data = { name: `Schedule ${number}`, cron, catchUp, work } as DataOf["schedule.create"];
    this.#send(by, "scheduler", "schedule.create", `schedule/${number}`, data);
  }

  #subscribe(users: readonly User[]): void {
    const { random, database } = this.#o;
    const by = users.find(({ role }) => role === "admin");
    if (by === undefined) return;
    const rows = database.rowsOf("webhook", "webhook/") as WebhookEntity[];
    const alive = rows.filter((row): row is Webhook => "types" in row && row.state !== "deleted");
    if (alive.length < WEBHOOKS_MAX && random.chance(0.5)) {
      const url = `https://${random.pick(CHARACTERS)}.example/hook-${this.#made++}`;
      this.#send(by, "webhook", "webhook.create", `webhook/${this.#made}`, { url, types: this.#types(url) });
      return;
    }
    if (alive.length === 0) return;
    const { id: webhookId, key, state, url } = random.pick(alive);
    const habit = random.pick(["switch", "types", "rotate", "resend", "resend all", "delete"] as const);
    if (habit === "delete" && random.chance(0.2))
      this.#send(by, "webhook", "webhook.delete", key, { webhookId });
    else if (habit === "types")
      this.#send(by, "webhook", "webhook.change", key, { webhookId, types: this.#types(url) });
    else if (habit === "rotate") this.#send(by, "webhook", "webhook.rotate-secret", key, { webhookId });
    else if (habit === "resend" || habit === "resend all")
      this.#resend(by, webhookId, habit === "resend all");
    else if (state !== "active" || random.chance(0.3))
      this.#send(by, "webhook", "webhook.change", key, { webhookId, active: state !== "active" });
  }

  #resend(by: User, webhookId: string, all: boolean): void {
    const { random, database, scheduler } = this.#o;
    const span = { from: new Date(0).toISOString(), to: new Date(scheduler.wallMs).toISOString() };
    const key = `webhook/${webhookId}`;
    if (all) {
      this.#send(by, "webhook", "webhook.resend", key, { webhookId, ...span } as DataOf["webhook.resend"]);
      return;
    }
    const rows = database.rowsOf("webhook", "delivery/") as WebhookEntity[];
    const own = rows.filter((row) => "webhookId" in row && row.webhookId === webhookId);
    if (own.length === 0) return;
    const deliveryId = random.pick(own).id;
    this.#send(by, "webhook", "webhook.resend", key, { webhookId, deliveryId } as DataOf["webhook.resend"]);
  }

  /** Who does not answer well is told of little: else a run would be nothing but its repeats. */
  #types(url: string): [string, ...string[]] {
    const { random } = this.#o;
    const types = url.includes("//well") ? WEBHOOK_TYPES : SELDOM;
    const [one, other] = [random.pick(types), random.pick(types)];
    return one === other ? [one] : [one, other];
  }

  #send<T extends CommandType>(
    by: User,
    topic: Request["topic"],
    type: T,
    subject: string,
    data: DataOf[T],
  ): void {
    this.#o.edge.send(by, { topic, type, subject, data });
  }
}
