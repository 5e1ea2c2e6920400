/**
 * Closes the day while several clients go on completing and creating tasks (DAY-3). What ended before the close was
 * asked for belongs to the day, what began after its answer to the next one; what was under way meanwhile may belong to
 * either, and the entries say which.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Company } from "./answers.ts";
import { type Session, UnexpectedAnswer } from "./api-client.ts";
import { completable, complete } from "./complete.ts";
import { createTask } from "./fill-board.ts";
import { inParallel } from "./in-parallel.ts";
import type { Stage } from "./stage.ts";

const CLIENTS = 8;
/** A client's pause between two requests, so that they spread over the close. */
const PAUSE_MS_MAX = 40;

export interface Traffic {
  readonly completions: number;
  readonly creations: number;
}

interface Moments {
  askedMs: number;
  answeredMs: number;
}

interface Close {
  readonly businessDate: string;
  readonly state: "closing" | "closed";
}

/** Pieces of work: a third before the close is asked for, and some kept until it has been answered. */
export async function closeUnderTraffic(stage: Stage, traffic: Traffic): Promise<void> {
  const moments: Moments = { askedMs: Number.POSITIVE_INFINITY, answeredMs: Number.POSITIVE_INFINITY };
  const work = mixed(stage, traffic, moments);
  const [askAfter, keptFrom] = [Math.floor(work.length / 3), Math.floor((work.length * 4) / 5)];
  const close = Promise.withResolvers<void>();
  close.promise.catch(() => undefined); // it may fail before anybody waits for it
  let ended = 0;
  await inParallel(work, CLIENTS, async (piece, index) => {
    await sleep(Math.random() * PAUSE_MS_MAX, undefined, { signal: stage.signal });
    if (index >= keptFrom) await close.promise;
    await piece();
    ended += 1;
    if (ended === askAfter) void askForClose(stage, moments).then(close.resolve, close.reject);
  });
  await close.promise;
  stage.narrator.say(
    `completed ${traffic.completions} tasks and created ${traffic.creations} during the close`,
  );
  const { businessDate } = await stage.manager.read<Company>("/company");
  stage.findings.equal("the company's business date after the close", businessDate, stage.nextDate);
}

/** Asked twice at once, by two people with keys of their own: closing twice is closing once (DAY-5). */
async function askForClose(stage: Stage, moments: Moments): Promise<void> {
  const { admin, accountant, date, nextDate, findings, narrator } = stage;
  moments.askedMs = performance.now();
  const closers = [ask(stage, accountant, date), ask(stage, admin, date)];
  const answers = await Promise.race(closers).finally(() => {
    moments.answeredMs = performance.now();
  });
  narrator.say(
    `closing ${date}, asked for twice at once, while ${CLIENTS} clients go on: "${answers.state}"`,
  );
  await Promise.all(closers);
  const future = await admin.command("POST", `/days/${plusDays(nextDate, 1)}/close`);
  findings.equal("a close of a future date", [future.status, future.code], [409, "day_not_started"]);
}

async function ask({ findings }: Stage, closer: Session, date: string): Promise<Close> {
  const answer = await closer.command<Close>("POST", `/days/${date}/close`);
  const { status, body } = answer;
  // The later of the two may find the day closed already.
  const isLawful =
    (status === 202 && body.state === "closing") || (status === 200 && body.state === "closed");
  if (!isLawful) throw new UnexpectedAnswer("a close", answer);
  findings.equal("the date of a close", body.businessDate, date);
  return body;
}

/** Completions with a creation among them now and then. */
function mixed(stage: Stage, { completions, creations }: Traffic, moments: Moments): (() => Promise<void>)[] {
  const { books } = stage;
  const known = completable(stage, completions);
  stage.findings.equal("tasks left to complete during the close", known.length, completions);
  const work = known.map((task) => async () => {
    const startedMs = performance.now();
    const done = await complete(stage, task);
    books.complete(done, datesOf(stage, moments, startedMs));
  });
  const every = Math.floor(completions / creations);
  for (let index = 0; index < creations; index++) {
    work.splice(index * (every + 1), 0, async () => {
      const startedMs = performance.now();
      const task = await createTask(stage, books.tasks.size + index);
      books.create(task, datesOf(stage, moments, startedMs));
    });
  }
  return work;
}

/** Called when the answer is there. */
function datesOf(
  { date, nextDate }: Stage,
  { askedMs, answeredMs }: Moments,
  startedMs: number,
): readonly string[] {
  if (performance.now() < askedMs) return [date];
  return startedMs > answeredMs ? [nextDate] : [date, nextDate];
}

function plusDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}
