/**
 * Two closed days and an open one, with everything that can happen to money: fees, rewards, moves, debts, payouts that
 * settle and one that comes back. What the verification is tried on.
 */
import { SandboxGateway } from "../../actors/payment/sandbox-gateway.ts";
import type { Gateways } from "../../actors/runtime/agenda.ts";
import { awaitSettled, isSettled } from "../../ops/lag.ts";
import { type BusinessDate, nextDate } from "../../schemas/business-date.ts";
import { newUuid } from "../../schemas/ids.ts";
import { ADMIN, ask, register, type Sender } from "../support/client.ts";
import { until, type World } from "../support/world.ts";

export interface Traffic {
  /** Complete what they are given. */
  readonly earners: readonly Sender[];
  /** Never completes anything. */
  readonly debtor: Sender;
  /** Gets no tasks, and has an account all the same. */
  readonly manager: Sender;
  readonly closed: readonly [BusinessDate, BusinessDate];
}

/** A provider that refuses one person's payout of the first day, and a post that takes every mail. */
export function gatewaysRefusing(isRefused: (accountId: string, date: string) => boolean): Gateways {
  return {
    payment: new SandboxGateway({
      fault: ({ accountId, businessDate }) => (isRefused(accountId, businessDate) ? "refused" : undefined),
    }),
    mail: {
      async call(request) {
        if (request.type !== "mail.deliver") throw new Error(`expected mail.deliver, got ${request.type}`);
        const { mailId, ...mail } = request.data;
        return { type: "mail.answered", data: { mailId, outcome: "sent", mail } };
      },
    },
  };
}

const TASKS_A_DAY = 60;

export async function makeTraffic(world: World): Promise<Traffic> {
  const { firstDate } = world.company;
  let unlucky = "";
  const gateways = gatewaysRefusing((accountId, date) => accountId === unlucky && date === firstDate);
  const host = await world.worker(gateways);
  const debtor = await register(world, "Debtor");
  const earners = [
    await register(world, "Kesha"),
    await register(world, "Gosha"),
    await register(world, "Ara"),
  ];
  const manager = await register(world, "Manager", "manager");
  unlucky = earners[0]?.id ?? "";
  await workADay(world, debtor, earners, false);
  await closeDay(world, firstDate);
  await workADay(world, debtor, earners, true);
  await correct(world, earners[1] as Sender);
  await grant(world);
  await closeDay(world, nextDate(firstDate));
  await workADay(world, debtor, earners, true);
  const last = await awaitSettled(world.pool, 60_000);
  if (!isSettled(last)) throw new Error(`expected nothing to be under way, got ${JSON.stringify(last)}`);
  await host.stop();
  return { earners, debtor, manager, closed: [firstDate, nextDate(firstDate)] };
}

/** Tasks are made; everybody but the debtor completes most of theirs; what is left may be shuffled. */
export async function workADay(
  world: World,
  debtor: Sender,
  earners: readonly Sender[],
  isShuffled: boolean,
): Promise<void> {
  const tasks = Array.from({ length: TASKS_A_DAY }, (_, index) => ({
    title: `Task ${index + 1}`,
    jiraId: `POPUG-${index + 1}`,
  }));
  await Promise.all(tasks.map((task) => ask(world, "task-board", "task.create", "new", task, debtor)));
  const { rows } = await world.pool.query<{ id: string; assignee_id: string }>(
    "select id, assignee_id from tasks where status = 'open' and assignee_id <> $1 order by number",
    [debtor.id],
  );
  const done = rows.slice(0, Math.ceil(rows.length * 0.9));
  await Promise.all(
    done.map(({ id, assignee_id }) => {
      const sender = earners.find((earner) => earner.id === assignee_id) ?? debtor;
      return ask(world, "task-board", "task.complete", `task/${id}`, { taskId: id }, sender);
    }),
  );
  if (isShuffled) await shuffle(world);
}

/** A bonus by four eyes; and a correction that nobody approves. */
export async function correct(world: World, { id: accountId }: Sender): Promise<void> {
  const by = { id: newUuid() as Sender["id"], role: "accountant" } as const;
  const propose = (kind: string, amountMinor: number) =>
    ask(
      world,
      "bookkeeper",
      "correction.propose",
      `correction/${newUuid()}`,
      { accountId, kind, amountMinor, reason: "Well sung" },
      by,
    );
  const { body } = await propose("bonus", 7);
  await propose("correction", -3);
  await ask(world, "bookkeeper", "correction.approve", `correction/${body.id}`, { correctionId: body.id });
  await until(async () => {
    const { rows } = await world.pool.query("select from entries where transfer_id = $1", [body.id]);
    return rows.length === 1;
  }, "the bonus is booked");
}

async function shuffle(world: World): Promise<void> {
  const id = newUuid();
  const { body } = await ask(world, "task-board", "tasks.shuffle", "shuffle", {}, ADMIN, id);
  await until(async () => {
    const { rows } = await world.pool.query("select from jobs where id = $1 and state = 'done'", [
      body.jobId,
    ]);
    return rows.length === 1;
  }, "the shuffle is done");
}

export async function closeDay(world: World, businessDate: BusinessDate): Promise<void> {
  await ask(world, "task-board", "day.close", "day", { businessDate }, ADMIN);
  await until(async () => {
    const { rows } = await world.pool.query(
      "select from days where business_date = $1 and state = 'closed'",
      [businessDate],
    );
    return rows.length === 1;
  }, `${businessDate} is sealed`);
}

/** A schedule of bonuses, run by another admin than who wrote it. */
export async function grant(world: World): Promise<void> {
  const [by, email] = [{ id: newUuid() as Sender["id"], role: "admin" } as const, "payroll@test.local"];
  await ask(world, "directory", "user.register", `email/${email}`, { email, name: "Payroll", role: "admin" });
  const known = () => world.pool.query("select from schedule_people where role = 'admin'");
  await until(async () => (await known()).rowCount === 1, "the scheduler knows who gets it");
  const work = { kind: "bonus", amountMinor: 5, reason: "A good month", roles: ["admin"] };
  const data = { name: "Bonus", cron: "0 9 1 * *", catchUp: "one", work };
  const { body } = await ask(world, "scheduler", "schedule.create", `schedule/${newUuid()}`, data, by);
  await ask(world, "scheduler", "schedule.run", `schedule/${body.id}`, { scheduleId: body.id });
  const booked = () =>
    world.pool.query("select from entries where transfer_id in (select id from schedule_bonuses)");
  await until(async () => (await booked()).rowCount === 1, "the granted bonus is booked");
}
