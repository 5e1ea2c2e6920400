/** Before the first task: signs in, hires the people of the demo, and notes how everything stands. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Account, Company, Earnings, Entry, Locale, Role, Task, TopTasks, User } from "./answers.ts";
import { ApiClient, type Session } from "./api-client.ts";
import { Books, type Sums } from "./books.ts";
import { Findings } from "./findings.ts";
import { inParallel } from "./in-parallel.ts";
import type { Narrator } from "./narrator.ts";
import type { System } from "./own-copy.ts";
import { type Before, HANDS, readMailbox, type Stage } from "./stage.ts";

const ADMIN = "admin@ates.local";
/** The first admin is a command like any other: it is there a moment after the system serves. */
const ADMIN_LOOKS_MAX = 100;
const ADMIN_LOOK_MS = 100;

interface NewPerson {
  readonly name: string;
  readonly role: Role;
  readonly locale: Locale;
}

const EMPLOYEES = [
  ...["Ara", "Cockatoo", "Conure", "Corella", "Eclectus", "Galah", "Kakapo", "Kea", "Lorikeet", "Lovebird"],
  ...[
    "Аратинга",
    "Какаду",
    "Кореллочка",
    "Лори",
    "Неразлучник",
    "Розелла",
    "Жако",
    "Кеа",
    "Амазон",
    "Волнистый",
  ],
];

const PEOPLE: readonly NewPerson[] = [
  { name: "Margo the Manager", role: "manager", locale: "en" },
  { name: "Arno the Accountant", role: "accountant", locale: "en" },
  ...EMPLOYEES.map((name) => ({ name, role: "employee", locale: /[А-я]/.test(name) ? "ru" : "en" }) as const),
];

export async function openStage(system: System, narrator: Narrator, signal: AbortSignal): Promise<Stage> {
  const client = new ApiClient(system.url, signal);
  const admin = await signInAdmin(client, system.password, signal);
  const books = new Books();
  const company = await admin.read<Company>("/company");
  const { businessDate: date } = company;
  const nextDate = Temporal.PlainDate.from(date).add({ days: 1 }).toString();
  const noted = await noteBefore(admin, books, system, date, nextDate, signal);
  const existing = await signInExisting(client, admin, system.password);
  const hired = await inParallel(PEOPLE, HANDS, (person) => hire(client, admin, person, system.password));
  narrator.say(`hired ${hired.length} people, ${EMPLOYEES.length} of them employees, and signed in as each`);
  const sessions = new Map([...existing, ...hired].map((session) => [session.user.id, session]));
  return {
    ...{ client, signal, narrator, books, company, date, nextDate, admin, sessions },
    mailboxUrl: system.mailboxUrl,
    findings: new Findings(),
    manager: withRole(hired, "manager"),
    accountant: withRole(hired, "accountant"),
    people: new Map((await admin.readAll<User>("/users")).map((user) => [user.id, user])),
    before: noted,
  };
}

async function signInAdmin(client: ApiClient, password: string, signal: AbortSignal): Promise<Session> {
  for (let look = 0; look < ADMIN_LOOKS_MAX; look++) {
    const session = await client.signIn(ADMIN, password);
    if (session !== undefined) return session;
    await sleep(ADMIN_LOOK_MS, undefined, { signal });
  }
  throw new Error(`${ADMIN} cannot sign in with this password`);
}

/** On a system in use: everybody's balance and last entry, the open tasks, what was earned, which letters are there. */
async function noteBefore(
  admin: Session,
  books: Books,
  { mailboxUrl }: System,
  date: string,
  nextDate: string,
  signal: AbortSignal,
): Promise<Before> {
  for (const { userId, balanceMinor } of await admin.readAll<Account>("/accounts")) {
    const entries = await admin.readAll<Entry>(`/accounts/${userId}/entries?from=${date}`);
    const { items } = await admin.read<{ items: Entry[] }>(`/accounts/${userId}/entries?limit=1`);
    books.open(userId, { balanceMinor, lastNumber: items[0]?.number ?? 0, day: sumsOf(entries) });
  }
  for (const status of ["open", "in-progress"]) {
    for (const task of await admin.readAll<Task>(`/tasks?status=${status}`)) books.know(task);
  }
  const earnings = await admin.read<Earnings>(`/earnings?from=${date}&to=${nextDate}`);
  const tops = await admin.read<TopTasks>(`/analytics/top-task?from=${date}&to=${nextDate}&by=day`);
  const { items: letters } = await readMailbox(mailboxUrl, signal);
  return { earnings, topTasks: tops.items, letterIds: new Set(letters.map(({ id }) => id)) };
}

function sumsOf(entries: readonly Entry[]): Sums {
  const [fees, rewards] = ["fee", "reward"].map((kind) => entries.filter((entry) => entry.kind === kind));
  const total = (of: readonly Entry[] = []) => of.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  return {
    ...{ fees: -total(fees), feeCount: fees?.length ?? 0 },
    ...{ rewards: total(rewards), rewardCount: rewards?.length ?? 0 },
  };
}

/** The demo's people of a system in use all have one password; who has another one completes nothing here. */
async function signInExisting(client: ApiClient, admin: Session, password: string): Promise<Session[]> {
  const users = await admin.readAll<User>("/users");
  const others = users.filter(({ active, email }) => active && email !== ADMIN);
  const sessions = await inParallel(others, 1, ({ email }) => client.signIn(email, password));
  return [admin, ...sessions.filter((session) => session !== undefined)];
}

async function hire(
  client: ApiClient,
  admin: Session,
  person: NewPerson,
  password: string,
): Promise<Session> {
  const run = Date.now().toString(36);
  const email = `popug${PEOPLE.indexOf(person) + 1}.${run}@demo.ates.local`;
  await admin.order("POST", "/users", { ...person, email, password });
  const session = await client.signIn(email, password);
  if (session === undefined) throw new Error(`${email} was registered and cannot sign in`);
  return session;
}

function withRole(sessions: readonly Session[], role: Role): Session {
  const session = sessions.find(({ user }) => user.role === role);
  if (session === undefined) throw new Error(`expected somebody hired as ${role}, got nobody`);
  return session;
}
