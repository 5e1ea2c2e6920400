/**
 * The demo's people and tasks, made through the HTTP interface like everybody's: there is no other door. Never present
 * outside the demo.
 */
import { newUuid } from "../schemas/ids.ts";

export const DEMO_ADMIN = "admin@ates.local";

interface DemoPerson {
  readonly email: string;
  readonly name: string;
  readonly role: "manager" | "accountant" | "employee";
  readonly locale?: "ru";
}

const EMPLOYEES = [
  "Polly",
  "Рио",
  "Kiwi",
  "Zazu",
  "Iago",
  "Кеша",
  "Paulie",
  "Skipper",
  "Blu",
  "Jewel",
  "Nigel",
  "Coco",
];

export const DEMO_PEOPLE: readonly DemoPerson[] = [
  { email: "manager@ates.local", name: "Margo Manager", role: "manager" },
  { email: "accountant@ates.local", name: "Arno Accountant", role: "accountant" },
  ...EMPLOYEES.map((name, index) => ({
    email: `popug${String(index + 1).padStart(2, "0")}@ates.local`,
    name: `${name} Popug`,
    role: "employee" as const,
    ...(/[А-я]/.test(name) ? { locale: "ru" as const } : {}),
  })),
];

const TITLES = [
  "Sharpen the beak of the log-in page",
  "Count the feathers in the staging nest",
  "Teach the build to whistle while it waits",
  "Replace the squeaky perch in meeting room 2",
  "Write down what everybody keeps repeating",
  "Move the seed storage to the new shelf",
  "Почистить клетку отчётов за прошлый месяц",
  "Find out who taught the printer to swear",
  "Make the night cover configurable",
  "Translate the menu of the canteen into squawk",
  "Check the wing span of the new desks",
  "Answer the letter from the toucans",
];

const TASKS = 36;
/** These people complete everything they have: at the close they are paid, and their receipts can be read. */
const BUSY_PEOPLE = 5;

export async function makeDemoData(baseUrl: string, password: string): Promise<void> {
  const admin = await logIn(baseUrl, DEMO_ADMIN, password);
  for (const person of DEMO_PEOPLE) {
    const { locale, ...rest } = person;
    await call(baseUrl, admin, "POST", "/users", { ...rest, password });
    if (locale !== undefined)
      await call(baseUrl, await logIn(baseUrl, person.email, password), "PATCH", "/me", { locale });
  }
  const creators = await Promise.all(
    ["manager@ates.local", "popug01@ates.local"].map((email) => logIn(baseUrl, email, password)),
  );
  for (let index = 0; index < TASKS; index++) {
    const title = TITLES[index % TITLES.length] ?? "";
    const jiraId = index % 3 === 0 ? { jiraId: `UBERPOP-${100 + index}` } : {};
    await call(baseUrl, creators[index % creators.length] ?? admin, "POST", "/tasks", { title, ...jiraId });
  }
  await completeSome(baseUrl, password);
}

async function completeSome(baseUrl: string, password: string): Promise<void> {
  const busy = DEMO_PEOPLE.filter(({ role }) => role === "employee").slice(0, BUSY_PEOPLE);
  for (const { email } of busy) {
    const token = await logIn(baseUrl, email, password);
    const { items } = await call(baseUrl, token, "GET", "/tasks?status=open&assignee=me");
    for (const { id } of items ?? []) await call(baseUrl, token, "POST", `/tasks/${id}/complete`);
  }
}

async function logIn(baseUrl: string, email: string, password: string): Promise<string> {
  const { accessToken } = await call(baseUrl, undefined, "POST", "/auth/login", { email, password });
  if (accessToken === undefined) throw new Error(`the log-in of ${email} gave no token`);
  return accessToken;
}

interface Answered {
  readonly accessToken?: string;
  readonly items?: readonly { readonly id: string }[];
}

/** A refusal because something has just started is waited out; any other is an error that says what was answered. */
const RETRY_MS = 200;
const RETRIES_MAX = 100;

async function call(
  baseUrl: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: object,
): Promise<Answered> {
  const key = newUuid();
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "GET" || path.startsWith("/auth/") ? {} : { "idempotency-key": key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (response.ok && response.status !== 202) return answer as Answered;
    const passing =
      [202, 409, 429, 503].includes(response.status) && (answer as { code?: string }).code !== "email_taken";
    if (!passing || attempt === RETRIES_MAX)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
