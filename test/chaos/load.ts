/**
 * The traffic of a chaos run: a few hands that create, complete, shuffle and close days, say things twice, ask as the
 * wrong person, and leave before the answer. Every answer goes into the books.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Books, Known, Task } from "./books.ts";
import type { Chance } from "./chance.ts";
import { type Answer, Person, type Traffic, type User } from "./client.ts";
import { ADMIN_EMAIL, type Installation, PASSWORD } from "./installation.ts";

/** Every shuffle charges a fee for each open task that it moves: the board is kept short, that days end with payouts. */
const OPEN_MAX = 14;
const PAUSE_MS = 120;
const SHUFFLE_EVERY_MS = 12_000;

export interface People {
  readonly admin: Person;
  readonly manager: Person;
  readonly accountant: Person;
  readonly byId: ReadonlyMap<string, Person>;
  readonly employees: readonly Person[];
}

/** An admin, a manager, an accountant and as many employees; all signed in. */
export async function hire(traffic: Traffic, employees: number): Promise<People> {
  const admin = new Person(traffic, ADMIN_EMAIL);
  await admin.signIn();
  const roles = ["manager", "accountant", ...Array.from({ length: employees }, () => "employee")];
  const hired: Person[] = [];
  for (const [index, role] of roles.entries()) {
    const email = `${role}${index}@chaos.local`;
    const wanted = { email, name: `${role} ${index}`, role, password: PASSWORD };
    const answer = await admin.command<User>("/users", randomUUID(), wanted);
    if (answer?.status !== 201) throw new Error(`${email} was not hired: ${JSON.stringify(answer)}`);
    const person = new Person(traffic, email);
    await person.signIn();
    hired.push(person);
  }
  const [manager, accountant, ...rest] = hired;
  if (manager === undefined || accountant === undefined) throw new Error("nobody was hired");
  const byId = new Map([admin, ...hired].map((person) => [person.user.id, person]));
  return { admin, manager, accountant, byId, employees: rest };
}

export class Load {
  readonly books: Books;
  readonly #people: People;
  readonly #traffic: Traffic;
  readonly #installation: Installation;
  readonly #chance: Chance;
  #running = true;
  #paused = false;
  #hands: Promise<void>[] = [];
  #shuffledAtMs = performance.now();

  constructor(people: People, traffic: Traffic, books: Books, installation: Installation, chance: Chance) {
    this.#people = people;
    this.#traffic = traffic;
    this.books = books;
    this.#installation = installation;
    this.#chance = chance;
  }

  begin(hands: number): void {
    this.#hands = Array.from({ length: hands }, () => this.#hand(this.#chance.fork()));
  }

  /** Every command that was begun is followed to its answer. */
  async end(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#hands);
  }

  set paused(paused: boolean) {
    this.#paused = paused;
  }

  async #hand(chance: Chance): Promise<void> {
    while (this.#running) {
      if (!this.#paused) await this.#act(chance);
      await sleep(chance.between(PAUSE_MS / 2, PAUSE_MS * 2));
    }
  }

  #act(chance: Chance): Promise<unknown> {
    const open = this.books.open();
    if (performance.now() - this.#shuffledAtMs > SHUFFLE_EVERY_MS) return this.shuffle();
    const task = open.length === 0 ? undefined : chance.pick(open);
    if (task === undefined || (open.length < OPEN_MAX && chance.happens(0.4))) return this.create(chance);
    if (chance.happens(0.06)) return this.#completeAsAnother(task, chance);
    if (chance.happens(0.04)) return this.#completeAndLeave(task);
    if (chance.happens(0.06)) return this.#completeAgain(chance);
    return this.complete(task, chance);
  }

  /** Said once, or twice at the same time to two edges; answers the task. */
  async create(chance: Chance): Promise<Task | undefined> {
    const { employees } = this.#people;
    const [who, title, key] = [chance.pick(employees), this.books.newTitle(), randomUUID()];
    if (chance.happens(0.04)) return void (await who.sayAndLeave("/tasks", key, { title }));
    const say = () => who.command<Task>("/tasks", key, { title }, this.#traffic.edge());
    const answers = await Promise.all(chance.happens(0.15) ? [say(), say()] : [say()]);
    for (const answer of answers) this.#expect(answer, [201], `POST /tasks "${title}"`);
    const tasks = answers.flatMap((answer) => (answer?.status === 201 ? [answer.body] : []));
    for (const task of tasks) this.books.created(task);
    return tasks[0];
  }

  async complete(task: Known, chance: Chance): Promise<void> {
    const who = this.#people.byId.get(task.assignee);
    if (who === undefined) return;
    const [path, key] = [`/tasks/${task.id}/complete`, randomUUID()];
    const say = () => who.command<Task>(path, key, undefined, this.#traffic.edge());
    const answers = await Promise.all(chance.happens(0.15) ? [say(), say()] : [say()]);
    for (const answer of answers) await this.#hearCompletion(task, answer);
  }

  /** The wrong person is refused: unless a shuffle has made them the right one, and then the answer names them. */
  async #completeAsAnother(task: Known, chance: Chance): Promise<void> {
    const who = chance.pick(this.#people.employees);
    const answer = await who.command<Task>(`/tasks/${task.id}/complete`, randomUUID());
    if (answer?.status === 200 && answer.body.assignee.id !== who.user.id && task.completedBy === undefined) {
      this.books.contradiction(`${who.email} completed task ${task.id} of ${answer.body.assignee.id}`);
    }
    await this.#hearCompletion(task, answer);
  }

  async #completeAndLeave(task: Known): Promise<void> {
    task.mayBeCompleted = true;
    await this.#people.byId.get(task.assignee)?.sayAndLeave(`/tasks/${task.id}/complete`, randomUUID());
  }

  /** By a new key: completing twice is one completion (TT-8). */
  async #completeAgain(chance: Chance): Promise<void> {
    const done = [...this.books.tasks.values()].filter(({ completedBy }) => completedBy !== undefined);
    if (done.length === 0) return;
    const task = chance.pick(done);
    const who = this.#people.byId.get(task.completedBy ?? "");
    const answer = await who?.command<Task>(`/tasks/${task.id}/complete`, randomUUID());
    if (answer?.status === 200) this.books.completed(answer.body);
    else this.#expect(answer, [200], `POST /tasks/${task.id}/complete, again`);
  }

  async #hearCompletion(task: Known, answer: Answer<Task> | undefined): Promise<void> {
    if (answer === undefined) {
      task.mayBeCompleted = true;
      return;
    }
    this.#expect(answer, [200, 403, 409], `POST /tasks/${task.id}/complete`);
    if (answer.status === 200) this.books.completed(answer.body);
    else await this.#lookAt(task);
  }

  /** Reassigned meanwhile: the board says to whom. */
  async #lookAt(task: Known): Promise<void> {
    const seen = await this.#people.manager.read<Task>(`/tasks/${task.id}`).catch(() => undefined);
    if (seen !== undefined && task.completedBy === undefined) task.assignee = seen.assignee.id;
  }

  async shuffle(): Promise<void> {
    this.#shuffledAtMs = performance.now();
    const answer = await this.#people.manager.command<{ jobId: string }>("/tasks/shuffle", randomUUID());
    this.#expect(answer, [202], "POST /tasks/shuffle");
    if (answer?.status === 202) this.books.jobs.add(answer.body.jobId);
  }

  /** By hand, as often as wanted at the same time, each with a key of its own and over all edges. */
  async closeDay(times = 1): Promise<string | undefined> {
    const { accountant } = this.#people;
    const { businessDate } = await accountant.read<{ businessDate: string }>("/company");
    const say = () =>
      accountant.command(`/days/${businessDate}/close`, randomUUID(), undefined, this.#traffic.edge());
    const answers = await Promise.all(Array.from({ length: times }, say));
    for (const answer of answers) this.#expect(answer, [200, 202], `POST /days/${businessDate}/close`);
    if (!answers.some((answer) => answer !== undefined && answer.status < 300)) return undefined;
    this.books.closed.add(businessDate);
    this.#installation.note(`closed ${businessDate} by hand, ${times} times`);
    return businessDate;
  }

  #expect(answer: Answer | undefined, statuses: readonly number[], what: string): void {
    if (answer === undefined || statuses.includes(answer.status)) return;
    this.books.contradiction(`${what} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
}
