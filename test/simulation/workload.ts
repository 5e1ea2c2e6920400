/**
 * The people of a run: they are registered, create tasks, start and complete them, also other people's, press shuffle,
 * edit, cancel, close days by hand, leave and come back; an operator replays what is held. What each of them does is a
 * seeded draw; how a command goes its way, and what it was answered, is the simulated edge's (edge.ts).
 */
import type { User } from "../../actors/directory/state.ts";
import type { BoardPerson, Task } from "../../actors/task-board/state.ts";
import { businessDateAt, plusDays } from "../../schemas/business-date.ts";
import type { Company } from "../../schemas/company.ts";
import type { Role } from "../../schemas/envelope.ts";
import { type Minor, minor } from "../../schemas/money.ts";
import type { Topic } from "../../streams/topology.ts";
import { type Request, SimulatedEdge } from "./edge.ts";
import { Office } from "./office.ts";
import type { Random } from "./random.ts";
import { type Scheduler, START_MS } from "./scheduler.ts";
import type { SimulatedDatabase } from "./store/database.ts";

export { REPLY_CHANNEL } from "./edge.ts";

export interface WorkloadOptions {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly company: Company;
  readonly database: SimulatedDatabase;
  /** Appends to a command stream; answers whether it was told that the command is in. It may be in anyway. */
  readonly append: (topic: Topic, envelope: string) => Promise<boolean>;
  /** Nobody corrects, schedules or subscribes. */
  readonly isBoardOnly: boolean;
}

const ZONES = ["UTC", "Europe/Berlin", "America/New_York"] as const;
const CUT_OFFS = ["00:00", "18:30"] as const;

/** Mornings before clocks are changed, before months end, and one of no note: the only one of those who only use the board. */
const MORNINGS = ["2026-03-09", "2026-03-28", "2026-03-30", "2026-10-24", "2026-10-30"] as const;

/** What wall clocks say when a run of the company begins. */
export function startOf({ firstDate }: Company): number {
  return Date.parse(`${firstDate}T08:00:00Z`);
}

export function companyOf(random: Random, isBoardOnly = false): Company {
  const startMs = isBoardOnly ? START_MS : Date.parse(`${random.fork("morning").pick(MORNINGS)}T08:00:00Z`);
  const calendar = { timeZone: random.pick(ZONES), cutOff: random.pick(CUT_OFFS) };
  const range = (from: number, to: number) => ({
    fromMinor: minor(from),
    toMinor: minor(to),
    stepMinor: 1 as Minor,
  });
  return {
    ...calendar,
    name: "UberPopug Inc",
    currency: "JPY",
    partitions: 2,
    secret: `secret ${random.below(1_000_000)}`,
    firstDate: businessDateAt(startMs, calendar),
    fee: range(10, 20),
    reward: range(20, 40),
    excludedRoles: ["manager", "admin"],
  };
}

const FOUNDER = { email: "admin@ates.local", name: "Admin", role: "admin" } as const;
const ROLES: readonly Role[] = ["manager", "accountant", "employee", "employee", "employee"];
const TITLES = ["Teach the printer manners", "Water the palm", "Count the seeds", "Oil the perch"];
const JIRA = ["", "UBERPOP-42", "BEAK-7"];
const OPERATOR_EVERY_MS = 1_500;

/** What is done, with its share of all that is done. */
const HABITS = [
  ["create", 26],
  ["complete", 40],
  ["complete another's", 3],
  ["complete again", 3],
  ["start", 7],
  ["edit", 4],
  ["cancel", 2],
  ["shuffle", 3],
  ["shuffle twice", 1],
  ["register", 2],
  ["change", 3],
  ["close", 3],
] as const;

type Habit = (typeof HABITS)[number][0];

export class Workload {
  readonly #options: WorkloadOptions;
  readonly #edge: SimulatedEdge;
  readonly #office: Office | undefined;
  readonly #paceMs: number;
  /** The share of shuffles that nobody presses: many of them leave everybody in debt, and then there is nothing to pay. */
  readonly #calm: number;
  #registered = 0;
  #isStopped = false;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    const edge = new SimulatedEdge(options);
    this.#edge = edge;
    const random = options.random.fork("office");
    this.#office = options.isBoardOnly ? undefined : new Office({ ...options, random, edge });
    this.#paceMs = options.random.between(30, 150);
    this.#calm = options.random.pick([0, 0.7, 0.95]);
  }

  start(): void {
    const founder = { id: this.#options.random.uuid(START_MS), role: "admin" as const };
    this.#edge.send(founder, {
      topic: "directory",
      type: "user.register",
      subject: "email/admin",
      data: FOUNDER,
    });
    this.#next();
    this.#office?.start();
    this.#operate();
  }

  /** Nobody begins anything more; what was begun goes on, and so does the operator. */
  stop(): void {
    this.#isStopped = true;
    this.#office?.stop();
  }

  /** A reply that reached the edge. */
  heard(payload: string): void {
    this.#edge.heard(payload);
  }

  /** What is still open, in words; undefined when every command has its outcome. */
  open(): string | undefined {
    return this.#edge.open();
  }

  #next(): void {
    const { random, scheduler } = this.#options;
    scheduler.after(random.below(2 * this.#paceMs), () => {
      if (this.#isStopped) return;
      this.#act();
      this.#next();
    });
  }

  #act(): void {
    const users = this.#options.database.rowsOf("directory", "user/") as User[];
    const admin = users.find(({ role }) => role === "admin");
    if (admin === undefined) {
      if (this.#edge.open() === undefined) this.#found(); // the first one stumbled
      return;
    }
    if (users.length < 4) this.#register(admin);
    else this.#do(this.#habit(), users, admin);
  }

  #found(): void {
    const founder = { id: this.#options.random.uuid(START_MS), role: "admin" as const };
    this.#edge.send(founder, {
      topic: "directory",
      type: "user.register",
      subject: "email/admin",
      data: FOUNDER,
    });
  }

  #habit(): Habit {
    const { random } = this.#options;
    const habit = drawn(random);
    return habit.startsWith("shuffle") && random.chance(this.#calm) ? "complete" : habit;
  }

  #do(habit: Habit, users: readonly User[], admin: User): void {
    const { random } = this.#options;
    const boss = random.pick(users.filter(({ role }) => role === "manager" || role === "admin"));
    const doings: Record<Habit, () => void> = {
      create: () => this.#board(random.pick(users), "task.create", this.#words()),
      complete: () => this.#ofTask(["open", "in-progress"], "task.complete", ({ assigneeId }) => assigneeId),
      "complete another's": () =>
        this.#ofTask(["open", "in-progress"], "task.complete", () => random.pick(users).id),
      "complete again": () => this.#ofTask(["done"], "task.complete", ({ assigneeId }) => assigneeId),
      start: () => this.#ofTask(["open"], "task.start", ({ assigneeId }) => assigneeId),
      edit: () => this.#ofTask(["open", "in-progress", "done"], "task.edit", () => boss.id, this.#words()),
      cancel: () => this.#ofTask(["open"], "task.cancel", ({ createdBy }) => createdBy),
      shuffle: () => this.#board(boss, "tasks.shuffle", {}),
      "shuffle twice": () => {
        this.#board(boss, "tasks.shuffle", {});
        this.#board(admin, "tasks.shuffle", {});
      },
      register: () => this.#register(admin),
      change: () => this.#change(random.pick(users), admin),
      close: () => this.#close(random.pick([admin, admin, random.pick(users)])),
    };
    doings[habit]();
  }

  #board(
    person: Pick<User, "id" | "role">,
    type: Request["type"],
    data: Request["data"],
    subject = "board",
  ): void {
    this.#edge.send(person, { topic: "task-board", type, subject, data });
  }

  /** Of one of the tasks that stand so on the board at the moment. */
  #ofTask(
    states: readonly Task["status"][],
    type: "task.complete" | "task.start" | "task.edit" | "task.cancel",
    by: (task: Task) => string,
    words: object = {},
  ): void {
    const { database, random } = this.#options;
    const tasks = (database.rowsOf("task-board", "task/") as Task[]).filter(({ status }) =>
      states.includes(status),
    );
    if (tasks.length === 0) return;
    const task = random.pick(tasks);
    const people = database.rowsOf("task-board", "person/") as BoardPerson[];
    const person = people.find(({ id }) => id === by(task));
    if (person === undefined) return;
    this.#board(person, type, { taskId: task.id, ...words } as Request["data"], task.key);
  }

  #words(): { title: string; jiraId?: string } {
    const { random } = this.#options;
    const jiraId = random.pick(JIRA);
    return { title: random.pick(TITLES), ...(jiraId === "" ? {} : { jiraId }) };
  }

  #register(admin: User): void {
    const number = this.#registered++;
    const { random } = this.#options;
    const role = ROLES[number] ?? random.pick(ROLES);
    const taken = random.chance(0.1) && number > 0 ? number - 1 : number;
    const data = { email: `popug${taken}@ates.local`, name: `Popug ${number}`, role };
    this.#edge.send(admin, {
      topic: "directory",
      type: "user.register",
      subject: `email/${data.email}`,
      data,
    });
  }

  #change(user: User, admin: User): void {
    const { random } = this.#options;
    const change = random.pick([
      { active: !user.active },
      { role: random.pick(ROLES) },
      { name: `${user.name.slice(0, 20)} ${random.below(10)}` },
    ]);
    if (user.id === admin.id && !("name" in change)) return;
    const data = { userId: user.id, ...change } as Request["data"];
    this.#edge.send(admin, { topic: "directory", type: "user.change", subject: user.key, data });
  }

  /** The open date, mostly; one that has ended or not begun, now and then. */
  #close(person: User): void {
    const { random, database } = this.#options;
    const businessDate = plusDays(database.businessDate, random.pick([0, 0, 0, -1, 1]));
    this.#board(person, "day.close", { businessDate }, "day");
  }

  /** An operator looks at what is held or dead, and wants all of it tried again; it is no longer broken, mostly. */
  #operate(): void {
    const { scheduler, database } = this.#options;
    scheduler.after(OPERATOR_EVERY_MS, () => {
      for (const { row, asked } of database.letters.all()) {
        if (asked !== undefined || row.state === "parked" || isCommand(row.envelope)) continue;
        scheduler.trace(`an operator wants ${row.id} replayed`);
        database.letters.ask(row.id, "replay", scheduler.nowMs);
      }
      this.#operate();
    });
  }
}

/** What its sender was told of; it may have been sent again. */
function isCommand(envelope: string): boolean {
  return (JSON.parse(envelope) as { source?: string }).source === "/ates/edge";
}

function drawn(random: Random): Habit {
  let at = random.below(HABITS.reduce((sum, [, share]) => sum + share, 0));
  for (const [habit, share] of HABITS) {
    at -= share;
    if (at < 0) return habit;
  }
  return "create";
}
