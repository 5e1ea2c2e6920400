/** Waits until everything that follows the close has happened, or for as long as it may take; compares nothing yet. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Day, Earnings, Letter, Payout, Task } from "./answers.ts";
import { UnexpectedAnswer } from "./api-client.ts";
import { isReceipt } from "./audit-receipts.ts";
import { newLetters, type Stage } from "./stage.ts";
import { waitFor } from "./wait-for.ts";

const CLOSE_MS_MAX = 60_000;
const FOLLOW_MS_MAX = 20_000;
/** After the last letter that is due: one too many would come in this time. */
const QUIET_MS = 1_500;

export interface Settled {
  readonly day: Day;
  readonly payouts: readonly Payout[];
  readonly letters: readonly Letter[];
  readonly tasks: readonly Task[];
}

export async function settle(stage: Stage): Promise<Settled> {
  const { accountant, date, signal, narrator } = stage;
  const day = await waitFor(() => accountant.read<Day>(`/days/${date}`), isClosed, CLOSE_MS_MAX, signal);
  const { payouts: count, payoutsMinor } = day.totals;
  narrator.say(
    `${date} is ${day.state}: ${count} payouts of ${payoutsMinor} in all, seal ${day.sealHash?.slice(0, 12)}…`,
  );
  await closedAgain(stage);
  const tasks = await waitFor(() => readTasks(stage), isBilled, FOLLOW_MS_MAX, signal);
  const payouts = await waitFor(() => readPayouts(stage), areSettled(count), FOLLOW_MS_MAX, signal);
  narrator.say(`the provider settled ${payouts.filter(({ state }) => state === "settled").length} payouts`);
  await waitFor(
    () => newLetters(stage),
    (letters) => letters.filter(isReceipt).length >= count,
    FOLLOW_MS_MAX,
    signal,
  );
  await sleep(QUIET_MS, undefined, { signal });
  await analyticsCaughtUp(stage);
  const letters = await newLetters(stage);
  narrator.say(`the mailbox has ${letters.length} new letters`);
  return { day, payouts, letters, tasks };
}

/** A closed day that is closed again says so, and nothing happens (DAY-5). */
async function closedAgain({ accountant, date, findings }: Stage): Promise<void> {
  const answer = await accountant.command<{ state: string }>("POST", `/days/${date}/close`);
  if (answer.status >= 300) throw new UnexpectedAnswer("the close of a closed day", answer);
  findings.equal("the close of a closed day", [answer.status, answer.body.state], [200, "closed"]);
}

/** Every task that the books know, as the board shows it now, its money among it (TT-11). */
async function readTasks({ manager, books }: Stage): Promise<readonly Task[]> {
  const tasks = await manager.readAll<Task>("/tasks");
  return tasks.filter(({ id }) => books.tasks.has(id));
}

/** Analytics follow the facts at their own pace (AN-3): until they say what the ledger says. */
async function analyticsCaughtUp({ admin, date, nextDate, signal }: Stage): Promise<void> {
  const range = `from=${date}&to=${nextDate}`;
  const ledger = JSON.stringify(await admin.read<Earnings>(`/earnings?${range}`));
  const look = () => admin.read<Earnings>(`/analytics/income?${range}`);
  await waitFor(look, (seen) => JSON.stringify(seen) === ledger, FOLLOW_MS_MAX, signal);
}

function readPayouts({ accountant, date }: Stage): Promise<Payout[]> {
  return accountant.readAll<Payout>(`/payouts?date=${date}`);
}

function isClosed({ state }: Day): boolean {
  return state === "closed";
}

function isBilled(tasks: readonly Task[]): boolean {
  return tasks.every(({ billing }) => billing.fee === "charged" && billing.reward !== "pending");
}

function areSettled(count: number): (payouts: readonly Payout[]) => boolean {
  return (payouts) => payouts.length >= count && payouts.every(({ state }) => state === "settled");
}
