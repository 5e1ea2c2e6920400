/** A company in which everybody has earned something and has a bank account: what a storm of payments pays. */
import { composeIBAN } from "ibantools";
import type { UserId } from "../../schemas/ids.ts";
import { streamKey } from "../../streams/topology.ts";
import { ADMIN, commandEnvelope, type Sender } from "../support/client.ts";
import { until, type World } from "../support/world.ts";

/** Draws are uniform: with so many tasks for each person few have none. */
const TASKS_EACH = 3;
const PIECE = 500;
const DECIDED_MS = 600_000;

export async function employ(world: World, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  await send(world, "directory", numbers.map(registration));
  await reached(world, "select count(*) from board_people", count, "everybody is known to the board");
  const { rows } = await world.pool.query<{ id: UserId }>("select id from users");
  await send(world, "directory", rows.map(bankAccount));
  await reached(world, "select count(*) from payees", count, "everybody has a bank account");
}

/** Tasks for everybody, all of them done: what a day is closed over. */
export async function work(world: World, people: number): Promise<void> {
  const count = people * TASKS_EACH;
  const create = () => commandEnvelope("task.create", "new", { title: "Feed the parrots" }, ADMIN);
  await send(world, "task-board", Array.from({ length: count }, create));
  await reached(world, "select count(*) from tasks", count, "the tasks are there");
  const { rows } = await world.pool.query<{ id: string; assignee_id: UserId }>(
    "select id, assignee_id from tasks",
  );
  const complete = rows.map(({ id, assignee_id }) => {
    const assignee: Sender = { id: assignee_id, role: "employee" };
    return commandEnvelope("task.complete", `task/${id}`, { taskId: id }, assignee);
  });
  await send(world, "task-board", complete);
  await reached(world, "select count(*) from entries where kind = 'reward'", count, "the tasks are paid for");
}

export async function closeDay(world: World): Promise<void> {
  const { firstDate: businessDate } = world.company;
  await send(world, "task-board", [commandEnvelope("day.close", "day", { businessDate }, ADMIN)]);
}

/** As an accountant does who does not want to wait. */
export async function askFor(
  world: World,
  payouts: readonly { readonly id: string; readonly accountId: string }[],
) {
  const accountant: Sender = { ...ADMIN, role: "accountant" };
  const ask = ({ id: payoutId, accountId }: { readonly id: string; readonly accountId: string }) =>
    commandEnvelope("payout.enquire", `payout/${payoutId}`, { payoutId, accountId }, accountant);
  await send(world, "directory", payouts.map(ask));
}

function registration(number: number): string {
  const email = `popug${number}@test.local`;
  const data = { email, name: `Popug ${number}`, role: "employee" };
  return commandEnvelope("user.register", `email/${email}`, data, ADMIN);
}

function bankAccount({ id }: { readonly id: UserId }, number: number): string {
  const bban = `37040044${String(number).padStart(10, "0")}`;
  const iban = composeIBAN({ countryCode: "DE", bban }) ?? "";
  return commandEnvelope(
    "payee.change",
    `user/${id}`,
    { iban, holder: `Popug ${number}` },
    { id, role: "employee" },
  );
}

async function send(
  world: World,
  topic: "directory" | "task-board",
  envelopes: readonly string[],
): Promise<void> {
  const key = streamKey({ topic, partition: 0 });
  await until(async () => (await world.redis.exists(key)) === 1, `${topic} has a reader`, 30_000);
  for (let from = 0; from < envelopes.length; from += PIECE) {
    const pipeline = world.redis.pipeline();
    for (const envelope of envelopes.slice(from, from + PIECE))
      pipeline.xadd(key, "NOMKSTREAM", "*", "e", envelope);
    await pipeline.exec();
  }
}

function reached(world: World, sql: string, count: number, what: string): Promise<unknown> {
  const check = async () => Number((await world.pool.query<{ count: number }>(sql)).rows[0]?.count) === count;
  return until(check, what, DECIDED_MS);
}
