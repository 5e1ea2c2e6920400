/** Logs of old producers, of new ones, and of both: the same books (EVT-3). */
import { expect } from "chai";
import fc from "fast-check";
import { account } from "../../actors/account/actor.ts";
import type { Account, AccountEntity, AccountState } from "../../actors/account/state.ts";
import { dataschema, type Envelope } from "../../schemas/envelope.ts";
import { derivedUuid, type TaskId, type UserId } from "../../schemas/ids.ts";
import { minor } from "../../schemas/money.ts";
import { latestVersion } from "../../schemas/registry.ts";
import { splitTitle } from "../../schemas/title.ts";
import { upcast } from "../../schemas/upcast.ts";
import { Scene } from "../support/given.ts";
import { FIRST_DATE, heard, NOON_MS, person, registered } from "../support/said.ts";

type TaskFact = "task.assigned" | "task.completed";
type Version = 1 | 2;

interface Step {
  readonly type: TaskFact;
  readonly who: number;
  readonly amount: number;
  readonly title: string;
  readonly mixed: Version;
}

const PEOPLE = [person(), person(), person()];
const titles = fc.oneof(
  fc.constantFrom("[UBERPOP-42] - Feed", "UBERPOP-42 — Feed", "Feed [them]", "x".repeat(400), " ", "[A-1]"),
  fc.string({ minLength: 1, maxLength: 50 }),
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    type: fc.constantFrom<TaskFact>("task.assigned", "task.completed"),
    who: fc.nat(PEOPLE.length - 1),
    amount: fc.integer({ min: 10, max: 40 }),
    title: titles,
    mixed: fc.constantFrom<Version>(1, 2),
  }),
  { maxLength: 20 },
);

/** The fact as a producer of the version says it; its id tells neither from the other. */
function said(step: Step, index: number, version: Version): Envelope {
  const id = derivedUuid(NOON_MS, "versions", index);
  const taskId = derivedUuid(NOON_MS, "task", index) as TaskId;
  const assigneeId = (PEOPLE[step.who] ?? person()).id;
  const prices = { feeMinor: minor(step.amount), rewardMinor: minor(step.amount * 2) };
  const common = {
    taskId,
    number: index + 1,
    assigneeId,
    by: assigneeId,
    businessDate: FIRST_DATE,
    ...prices,
  };
  const data = {
    ...common,
    ...(version === 1 ? { title: step.title } : splitTitle(step.title)),
    occurredAt: new Date(NOON_MS).toISOString(),
    ...(step.type === "task.assigned" ? { assignment: 1 } : {}),
  };
  const message = heard(step.type, data as never);
  const ids = { id, causationid: id, correlationid: id };
  return { ...message, ...ids, dataschema: dataschema(step.type, version) } as Envelope;
}

type Books = Readonly<Record<UserId, Pick<Account, "balanceMinor" | "entries" | "headHash" | "day">>>;

function booksOf(log: readonly Envelope[]): Books {
  const scene = new Scene<AccountEntity, AccountState>(account);
  scene.tell(...PEOPLE.map((each) => ({ ...registered(each), id: derivedUuid(NOON_MS, each.id) })), ...log);
  const accounts = [...scene.saved.rows.values()].filter((row): row is Account => "entries" in row);
  return Object.fromEntries(
    accounts.map(({ id, balanceMinor, entries, headHash, day }) => [
      id,
      { balanceMinor, entries, headHash, day },
    ]),
  );
}

const TASK_FACTS = ["created", "assigned", "started", "edited", "completed", "cancelled"];

describe("versions of facts side by side", () => {
  it("EVT-3: a log of old facts, of new ones, and of both give the same balances, entries and hash chains", () => {
    fc.assert(
      fc.property(steps, (log) => {
        const old = booksOf(log.map((step, index) => said(step, index, 1)));
        expect(booksOf(log.map((step, index) => said(step, index, 2)))).to.deep.equal(old);
        expect(booksOf(log.map((step, index) => said(step, index, step.mixed)))).to.deep.equal(old);
      }),
      { numRuns: 100 },
    );
  });

  it("EVT-3: the balances are those of fees and rewards, not of what was skipped", () => {
    const log: Step[] = [
      { type: "task.assigned", who: 0, amount: 15, title: "[UBERPOP-1] Feed", mixed: 1 },
      { type: "task.assigned", who: 1, amount: 12, title: "Feed", mixed: 2 },
      { type: "task.completed", who: 0, amount: 15, title: "UBERPOP-1 - Feed", mixed: 1 },
    ];
    const books = booksOf(log.map((step, index) => said(step, index, step.mixed)));
    const balances = PEOPLE.map(({ id }) => books[id]?.balanceMinor);
    expect(balances).to.deep.equal([15, -12, 0]);
  });

  it("EVT-3: an old fact and its new form under one id are one fact", () => {
    const step: Step = { type: "task.assigned", who: 0, amount: 15, title: "[A-1] Feed", mixed: 1 };
    const once = booksOf([said(step, 0, 1)]);
    expect(booksOf([said(step, 0, 1), said(step, 0, 2)])).to.deep.equal(once);
  });

  it("EVT-3: a replay from the start upcasts to the same, and what is new stays untouched", () => {
    const step: Step = { type: "task.completed", who: 0, amount: 15, title: "[A-1] Feed", mixed: 1 };
    const [old, recent] = [said(step, 0, 1), said(step, 0, 2)];
    expect(upcast(old)).to.deep.equal(upcast(old));
    expect(upcast(old)).to.deep.equal(recent);
    expect(upcast(recent)).to.equal(recent);
    expect(old.dataschema).to.equal("urn:ates:task.completed:1");
  });

  it("EVT-2: every fact about a task has both versions, and the new one is written", () => {
    for (const word of TASK_FACTS) expect(latestVersion(`task.${word}`), word).to.equal(2);
  });
});
