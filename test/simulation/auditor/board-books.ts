/**
 * What the board decided, by its own facts alone: each task's life and prices (TT-3..8, ACC-1), the shuffles (TT-6), the
 * dates and their barriers (DAY-1, DAY-4). What moves money goes on to the books of the accounts.
 */
import type { Fact } from "../../../actors/runtime/actor.ts";
import type { Entity } from "../../../actors/runtime/entities.ts";
import type { BoardPerson } from "../../../actors/task-board/state.ts";
import { type BusinessDate, endOfDateMs } from "../../../schemas/business-date.ts";
import type { Company, PriceRange } from "../../../schemas/company.ts";
import type { JobProgressedV2, TaskAssignedV2, TaskCreatedV2 } from "../../../schemas/generated/messages.ts";
import { partitionOf } from "../../../streams/partition.ts";
import type { Commit } from "../store/database.ts";
import { demand, same } from "./demand.ts";
import { TotalsByDate } from "./totals.ts";

/** Money that the board has decided to move. */
export interface Movement {
  readonly kind: "fee" | "reward";
  readonly taskId: string;
  readonly title: string;
  readonly jiraId: string | undefined;
  readonly userId: string;
  readonly date: BusinessDate;
  readonly amount: number;
}

interface TaskBook {
  title: string;
  jiraId: string | undefined;
  status: "open" | "in-progress" | "done" | "cancelled";
  assigneeId: string;
  assignments: number;
  readonly feeMinor: number;
  readonly rewardMinor: number;
}

interface JobBook {
  readonly id: string;
  readonly moved: Set<string>;
  cursor: number;
  isDone: boolean;
}

/** Nobody imports in a simulation: every job is a shuffle. */
type ShuffleProgress = Extract<JobProgressedV2, { kind: "shuffle" }>;
type TaskFact = Extract<Fact, { data: { taskId: unknown; assigneeId: unknown; feeMinor: unknown } }>;

const DAY_MS = 86_400_000;

export class BoardBooks {
  readonly tasks = new Map<string, TaskBook>();
  readonly jobs: JobBook[] = [];
  readonly sent = new TotalsByDate();
  /** Dates with their barriers in every partition. */
  readonly ended = new Set<string>();
  readonly #company: Company;
  readonly #onMovement: (movement: Movement) => void;
  #eligible: ReadonlySet<string> = new Set();
  readonly #people = new Map<string, BoardPerson>();
  #lastNumber = 0;
  #date: BusinessDate;
  #barriers = 0;

  constructor(company: Company, onMovement: (movement: Movement) => void) {
    this.#company = company;
    this.#date = company.firstDate;
    this.#onMovement = onMovement;
  }

  /** How many people may be given tasks. */
  get eligible(): number {
    return this.#eligible.size;
  }

  get date(): BusinessDate {
    return this.#date;
  }

  hear({ writes }: Commit): void {
    const before = this.#eligible;
    const changed = this.#keepPeople(writes.changed);
    // In the middle of a batch a person may be eligible who is not before and after it.
    const eligible = new Set([...before, ...this.#eligible, ...changed]);
    for (const { fact } of writes.facts) this.#hearFact(fact, eligible);
  }

  /** The first shuffle that is not done. */
  get running(): JobBook | undefined {
    return this.jobs.find(({ isDone }) => !isDone);
  }

  #hearFact(fact: Fact, eligible: ReadonlySet<string>): void {
    if (fact.type === "job.progressed") this.#progressed(fact.data as ShuffleProgress);
    else if (fact.type === "day.ended") this.#dayEnded(fact);
    else if (isOfTask(fact)) this.#ofTask(fact, eligible);
  }

  #ofTask(fact: TaskFact, eligible: ReadonlySet<string>): void {
    const { data } = fact;
    this.#isNow(data.businessDate, data.occurredAt, fact.type);
    if (fact.type === "task.created") this.#created(fact.data);
    const task = this.tasks.get(data.taskId);
    demand(task !== undefined, "TT-3", () => `${fact.type} of a task that was never created: ${data.taskId}`);
    const prices = data.feeMinor === task.feeMinor && data.rewardMinor === task.rewardMinor;
    demand(prices, "ACC-1", () => `${fact.type} changes the prices of task ${data.taskId}`);
    switch (fact.type) {
      case "task.created":
        return;
      case "task.assigned":
        this.#assigned(task, fact.data, eligible);
        return;
      case "task.started":
        demand(
          task.status === "open",
          "TT-7",
          () => `task ${data.taskId} is started while it is ${task.status}`,
        );
        this.#isBy(fact, task);
        task.status = "in-progress";
        return;
      case "task.edited":
        [task.title, task.jiraId] = [fact.data.title, fact.data.jiraId];
        return;
      case "task.cancelled":
        demand(
          task.status === "open",
          "TT-7",
          () => `task ${data.taskId} is cancelled while it is ${task.status}`,
        );
        task.status = "cancelled";
        return;
      case "task.completed":
        this.#completed(fact, task);
    }
  }

  #created(data: TaskCreatedV2): void {
    const { taskId, number, title, jiraId, assigneeId, feeMinor, rewardMinor } = data;
    demand(!this.tasks.has(taskId), "G3", () => `task ${taskId} was created twice`);
    demand(
      number === this.#lastNumber + 1,
      "TT-2",
      () => `task ${taskId} has number ${number} after ${this.#lastNumber}`,
    );
    demand(isIn(feeMinor, this.#company.fee), "ACC-1", () => `task ${taskId} has the fee ${feeMinor}`);
    demand(
      isIn(rewardMinor, this.#company.reward),
      "ACC-1",
      () => `task ${taskId} has the reward ${rewardMinor}`,
    );
    this.#lastNumber = number;
    this.tasks.set(taskId, {
      title,
      jiraId,
      status: "open",
      assigneeId,
      assignments: 0,
      feeMinor,
      rewardMinor,
    });
  }

  #assigned(task: TaskBook, data: TaskAssignedV2, eligible: ReadonlySet<string>): void {
    const { taskId, assigneeId, assignment, previousAssigneeId, jobId } = data;
    const what = `assignment ${assignment} of task ${taskId}`;
    demand(assignment === task.assignments + 1, "ACC-4", () => `${what} follows number ${task.assignments}`);
    demand(isAlive(task), "TT-7", () => `${what}, which is ${task.status}`);
    demand(eligible.has(assigneeId), "TT-3", () => `${what} goes to ${assigneeId}, who is given no tasks`);
    if (assignment > 1) {
      demand(
        previousAssigneeId === task.assigneeId,
        "TT-4",
        () => `${what} takes it from ${previousAssigneeId}`,
      );
      demand(assigneeId !== task.assigneeId, "TT-5", () => `${what} goes to whoever has it`);
      this.#moved(String(jobId), taskId, what);
    }
    task.assignments = assignment;
    task.assigneeId = assigneeId;
    task.status = "open";
    this.#move("fee", taskId, task, data.businessDate);
  }

  #completed(fact: TaskFact, task: TaskBook): void {
    const { taskId, businessDate } = fact.data;
    demand(isAlive(task), "TT-8", () => `task ${taskId} is completed while it is ${task.status}`);
    this.#isBy(fact, task);
    task.status = "done";
    this.#move("reward", taskId, task, businessDate);
  }

  #isBy({ type, data }: TaskFact, task: TaskBook): void {
    const isTheirs = data.by === task.assigneeId && data.assigneeId === task.assigneeId;
    demand(isTheirs, "TT-8", () => `${type} of task ${data.taskId} by ${data.by}, who does not have it`);
  }

  #move(kind: "fee" | "reward", taskId: string, task: TaskBook, date: BusinessDate): void {
    const { assigneeId: userId, title, jiraId, feeMinor, rewardMinor } = task;
    const amount = kind === "fee" ? feeMinor : rewardMinor;
    this.sent.add(date, partitionOf(userId, this.#company.partitions), kind, amount);
    this.#onMovement({ kind, taskId, title, jiraId, userId, date, amount });
  }

  /** One shuffle after another, each task at most once in each. */
  #moved(jobId: string, taskId: string, what: string): void {
    const running = this.running;
    demand(
      running?.id === jobId,
      "TT-6",
      () => `${what} by shuffle ${jobId} while it is ${running?.id}'s turn`,
    );
    demand(!running.moved.has(taskId), "TT-4", () => `${what} is the second one in shuffle ${jobId}`);
    running.moved.add(taskId);
  }

  #progressed({ jobId, state, cursor, total, result }: ShuffleProgress): void {
    const known = this.jobs.find(({ id }) => id === jobId);
    if (known === undefined) {
      demand(state === "queued", "TT-6", () => `shuffle ${jobId} is ${state} before it was pressed`);
      this.jobs.push({ id: jobId, moved: new Set(), cursor: 0, isDone: false });
      return;
    }
    demand(
      this.running === known,
      "TT-6",
      () => `shuffle ${jobId} goes on while it is ${this.running?.id}'s turn`,
    );
    demand(
      cursor >= known.cursor,
      "TT-6",
      () => `shuffle ${jobId} goes back from ${known.cursor} to ${cursor}`,
    );
    const { moved, unchanged, skipped } = result;
    demand(
      moved === known.moved.size,
      "TT-6",
      () => `shuffle ${jobId} reports ${moved} moved, it was ${known.moved.size}`,
    );
    known.cursor = cursor;
    if (state !== "done") return;
    const adds = moved + unchanged + skipped === total && skipped >= 0;
    demand(
      adds,
      "TT-6",
      () => `shuffle ${jobId} began with ${total}: ${moved}, ${unchanged} and ${skipped} came of it`,
    );
    known.isDone = true;
  }

  /** The barriers of all partitions, in their order, and then the whole: in one decision. */
  #dayEnded({ topic, toPartition, data }: Extract<Fact, { type: "day.ended" }>): void {
    const { businessDate, nextDate, totals } = data;
    const { partitions } = this.#company;
    demand(businessDate === this.#date, "DAY-1", () => `${businessDate} ends while ${this.#date} is open`);
    if (topic === "tasks") {
      const own = this.sent.of(businessDate, toPartition ?? -1);
      demand(
        same(totals, own),
        "DAY-4",
        () => `${businessDate} in partition ${toPartition}: ${text(totals)} sent, in fact ${text(own)}`,
      );
      this.#barriers += 1;
      return;
    }
    demand(
      this.#barriers === partitions,
      "DAY-3",
      () => `${businessDate} ends with ${this.#barriers} barriers`,
    );
    const own = this.sent.sum(businessDate, partitions);
    demand(same(totals, own), "DAY-4", () => `${businessDate}: ${text(totals)} sent, in fact ${text(own)}`);
    const next = new Date(Date.parse(businessDate) + DAY_MS).toISOString().slice(0, 10);
    demand(nextDate === next, "DAY-2", () => `${businessDate} is followed by ${nextDate}`);
    this.#barriers = 0;
    this.ended.add(businessDate);
    this.#date = nextDate;
  }

  #isNow(date: BusinessDate, occurredAt: string, what: string): void {
    demand(this.#barriers === 0, "DAY-3", () => `${what} between two barriers of ${this.#date}`);
    demand(date === this.#date, "DAY-1", () => `${what} of ${date} while ${this.#date} is open`);
    const isBefore = Date.parse(occurredAt) < endOfDateMs(date, this.#company);
    demand(isBefore, "DAY-1", () => `${what} of ${date} happened at ${occurredAt}, after its cut-off`);
  }

  /** Answers whose form has changed. */
  #keepPeople(changed: readonly Entity[]): readonly string[] {
    const people = changed.filter((entity): entity is BoardPerson => entity.key.startsWith("person/"));
    if (people.length === 0) return [];
    for (const person of people) this.#people.set(person.id, person);
    const able = [...this.#people.values()].filter(
      ({ role, active }) => active && !this.#company.excludedRoles.includes(role),
    );
    this.#eligible = new Set(able.map(({ id }) => id));
    return people.map(({ id }) => id);
  }
}

function isOfTask(fact: Fact): fact is TaskFact {
  return fact.topic === "tasks" && "taskId" in fact.data;
}

function isAlive({ status }: TaskBook): boolean {
  return status === "open" || status === "in-progress";
}

function isIn(amount: number, { fromMinor, toMinor, stepMinor }: PriceRange): boolean {
  return amount >= fromMinor && amount <= toMinor && (amount - fromMinor) % stepMinor === 0;
}

function text(value: unknown): string {
  return JSON.stringify(value);
}
